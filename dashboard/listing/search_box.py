"""Whom a filter form is about: by what stands in its search box, or by the button of a patient's name.

While a screen is shared the box is empty, and beside it stands, sealed, what the list is about: without it any other
filter of the form would widen the list to everybody. Buttons say a sealed identifier then; otherwise they say what
stands beside them in clear, as 50 seals would make a page a tenth larger (decisions/0003-filters-by-post.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.forms import BaseForm

from dashboard.accounts.viewer import Viewer
from dashboard.listing.controls import PATIENT, TEXT
from dashboard.listing.sealed import Unsealable, seal, unseal

EXACTLY, SEALED, KEPT = "exactly", "sealed", "kept"


class Button(NamedTuple):
    """The name and the value of a button that stands for one patient."""

    name: str
    value: str

    @classmethod
    def of(cls, tenant: str, viewer: Viewer, identifier: str) -> "Button":
        return cls(SEALED, seal(tenant, PATIENT, identifier)) if viewer.discreet else cls(EXACTLY, identifier)


@dataclass(frozen=True)
class SearchBox:
    """``value`` in clear, or ``kept``: a purpose and its sealed value, as in an address."""

    value: str = ""
    kept: str = ""

    @classmethod
    def of(cls, tenant: str, viewer: Viewer, *, patient: str = "", text: str = "") -> "SearchBox":
        """The box of a list that is about a patient, or about a text, or about everybody."""
        if not viewer.discreet:
            return cls(patient or text)
        purpose, value = (PATIENT, patient) if patient else (TEXT, text)
        return cls(kept=f"{purpose}={seal(tenant, purpose, value)}") if value else cls()

    def typed(self, form: BaseForm | None, viewer: Viewer) -> "SearchBox":
        """Of a form with an error what was typed, as it was typed."""
        return self if form is None or viewer.discreet else SearchBox(form.data.get("patient", ""))

    def pairs(self) -> list[tuple[str, str]]:
        """The box as the form says it."""
        return [("patient", self.value), *([(KEPT, self.kept)] if self.kept else [])]


@dataclass(frozen=True)
class Meant:
    """Whom a form is about: a patient, or a text, or with neither everybody; or it cannot be told any more."""

    patient: str = ""
    text: str = ""
    unreadable: bool = False

    @classmethod
    def by_button(cls, tenant: str, form: Mapping[str, str]) -> "Meant | None":
        """The patient whose name was pressed; None where none was."""
        if sealed := form.get(SEALED):
            return cls._opened(tenant, PATIENT, sealed)
        return cls(patient=exactly) if (exactly := form.get(EXACTLY)) else None

    @classmethod
    def kept(cls, tenant: str, kept: str) -> "Meant":
        """Nothing was typed: the list stays about what it was about."""
        purpose, _, sealed = kept.partition("=")
        return cls._opened(tenant, purpose, sealed) if kept else cls()

    @classmethod
    def _opened(cls, tenant: str, purpose: str, sealed: str) -> "Meant":
        try:
            value = unseal(tenant, purpose, sealed)
        except Unsealable:
            return cls(unreadable=True)
        return {PATIENT: cls(patient=value), TEXT: cls(text=value)}.get(purpose, cls(unreadable=True))
