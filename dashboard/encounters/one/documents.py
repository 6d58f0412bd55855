"""Documents of both systems, as the reader sees them: the newest first, those without a date last."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings

from corti_gateway.contents import Document
from corti_gateway.vocabulary import DocumentSystem
from dashboard.accounts.viewer import Viewer
from dashboard.listing import formatting
from dashboard.listing.discretion import Shown

SYSTEMS = {DocumentSystem.CLASSIC: "Document", DocumentSystem.GUIDED: "Guided document"}


@dataclass(frozen=True)
class Part:
    heading: str
    text: str


@dataclass(frozen=True)
class DocumentSheet:
    """``anchor`` is its name within the page; ``damaged`` says what of it could not be read."""

    anchor: str
    name: str
    system: str
    language: str
    labels: tuple[str, ...]
    written: str
    changed: str
    parts: tuple[Part, ...]
    damaged: str

    @property
    def direction(self) -> str:
        """By its language where that is told: a name of another script at its beginning turns no letter round."""
        language = self.language.lower().partition("-")[0]
        if language in settings.LANGUAGES_BIDI:
            return "rtl"
        return "ltr" if re.fullmatch("[a-z]{2,3}", language) else "auto"


def sheets(documents: Iterable[Document], viewer: Viewer, shown: Shown) -> list[DocumentSheet]:
    ordered = sorted(
        documents, key=lambda one: one.created_at.timestamp() if one.created_at else float("-inf"), reverse=True
    )
    return [_sheet(number, document, viewer, shown) for number, document in enumerate(ordered, 1)]


def name_of(document: Document, shown: Shown) -> str:
    return shown.text(document.name or "") or SYSTEMS[document.system]


def _sheet(number: int, document: Document, viewer: Viewer, shown: Shown) -> DocumentSheet:
    created, updated = document.created_at, document.updated_at
    is_changed = created is not None and updated is not None and updated > created
    return DocumentSheet(
        anchor=f"document-{number}",
        name=name_of(document, shown),
        system=SYSTEMS[document.system],
        language=shown.text(document.language or ""),
        labels=tuple(shown.text(f"{key}: {value}") for key, value in document.labels),
        written=formatting.time_element(created, viewer, formatting.moment),
        changed=formatting.time_element(updated, viewer, formatting.moment) if is_changed else "",
        parts=tuple(Part(shown.text(section.heading or ""), shown.text(section.text)) for section in document.sections),
        damaged=", ".join(document.damaged),
    )
