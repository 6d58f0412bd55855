"""Documents of both systems, as the reader sees them: the newest first, those without a date last."""

from collections.abc import Iterable
from dataclasses import dataclass

from corti_gateway.contents import Document
from corti_gateway.vocabulary import DocumentSystem
from dashboard.accounts.viewer import Viewer
from dashboard.listing import formatting
from dashboard.listing.discretion import Shown

# Languages that are written from right to left (ISO 639, and how it was before), and scripts, whatever the language.
_RIGHT_TO_LEFT = frozenset((
    "ar", "ara", "arc", "ckb", "div", "dv", "fa", "fas", "glk", "he", "heb", "iw", "ji", "lrc", "mzn", "nqo", "per",
    "pnb", "ps", "pus", "sd", "snd", "syr", "ug", "uig", "ur", "urd", "yi", "yid",
))  # fmt: skip
_SCRIPTS = frozenset(("arab", "hebr", "nkoo", "syrc", "thaa"))

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
        language, *more = self.language.lower().replace("_", "-").split("-")
        if _SCRIPTS & set(more) or (language in _RIGHT_TO_LEFT and "latn" not in more):
            return "rtl"
        return "ltr" if language.isalpha() and len(language) in (2, 3) else "auto"


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
        written=formatting.time_element(created, viewer, formatting.dated),
        changed=formatting.time_element(updated, viewer, formatting.dated) if is_changed else "",
        parts=tuple(Part(shown.text(section.heading or ""), shown.text(section.text)) for section in document.sections),
        damaged=", ".join(document.damaged),
    )
