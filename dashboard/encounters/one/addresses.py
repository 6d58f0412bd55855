"""Where an encounter and its parts are found. The list that it was opened from travels along in the query string."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from dashboard.encounters.state import EncounterListState
from dashboard.listing.controls import PATIENT
from dashboard.listing.sealed import seal

# In the address of the sheet to print.
WITH_TRANSCRIPT = "with-transcript"
# In an address: opened from the patient's page, which was at this page of the encounters.
BACK = "back"
FIRST_QUOTE = 1


@dataclass(frozen=True)
class Addresses:
    """The address of an encounter within a list, and of everything below it.

    ``back`` is the page that the patient's page was at, where that has the list; 0 for the list of encounters.
    """

    state: EncounterListState
    key: str
    back: int = 0

    @property
    def list(self) -> str:
        """The list, at the row of this encounter: the first part of an id tells the rows of a page apart."""
        if not self.back:
            return f"{self.state.url()}#{anchor(self.key)}"
        page = patient_url(self.state.tenant, self.state.patient, self._patient_page)
        return f"{page}#{anchor(self.key, is_open=self._is_open)}"

    @property
    def _is_open(self) -> bool:
        """Whether the list is that of the open encounters, which stands above every page of a patient's encounters."""
        return bool(self.state.statuses)

    @property
    def _patient_page(self) -> int:
        return self.back if self._is_open else self.state.page

    @property
    def one(self) -> str:
        return self._below("")

    def part(self, name: str) -> str:
        return self._below(f"{name}/")

    @property
    def query(self) -> str:
        """The list, as a query string with its mark, or nothing."""
        _, mark, query = self.state.url().partition("?")
        if not self.back:
            return f"{mark}{query}"
        return f"?{query}&{urlencode({BACK: self._patient_page})}"

    @property
    def next(self) -> str:
        return self.part("next")

    @property
    def previous(self) -> str:
        return self.part("previous")

    @property
    def print(self) -> str:
        return self.part("print")

    @property
    def print_with_transcript(self) -> str:
        return _with(self.print, {WITH_TRANSCRIPT: "1"})

    def transcript(self, key: str, fact: str = "", quote: int = FIRST_QUOTE) -> str:
        """One of several transcripts, at one of the quotes that a fact rests on."""
        chosen = {"transcript": key}
        if fact:
            chosen["fact"] = fact
        if quote != FIRST_QUOTE:
            chosen["quote"] = str(quote)
        return _with(self.part("transcript"), chosen)

    def recording(self, key: str) -> str:
        """The sound itself, which no list has a say in."""
        return f"{self.part('recordings').partition('?')[0]}{key}"

    def _below(self, path: str) -> str:
        return f"{self.state.url().partition('?')[0]}{self.key}/{path}{self.query}"


def anchor(key: str, *, is_open: bool = False) -> str:
    """The id of an encounter's row; on a patient's page an open one has two."""
    return f"{'o' if is_open else 'e'}-{key[:8]}"


def patient_url(tenant: str, identifier: str, page: int = 1) -> str:
    """The page of one patient, at a page of the encounters; its seal also opens as the patient filter of theirs."""
    url = reverse("patients:one", args=[tenant, seal(tenant, PATIENT, identifier)])
    return _with(url, {"page": str(page)}) if page > 1 else url


def _with(address: str, chosen: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(chosen)}"
