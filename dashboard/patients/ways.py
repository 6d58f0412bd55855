"""Where the encounters of a patient are found: opened, and as rows of the patient's page."""

from typing import NamedTuple

from dashboard.encounters.one.addresses import Addresses, anchor, patient_url
from dashboard.encounters.presenters import is_key
from dashboard.encounters.state import EncounterListState
from dashboard.index.reading.patients import Moment
from dashboard.listing.controls import DEFAULT_SIZE


class Around(NamedTuple):
    """What stands around the id in the address of an encounter, opened from a page of its patient's."""

    base: str
    query: str

    @classmethod
    def of(cls, state: EncounterListState, page: int) -> "Around":
        return cls(state.url().partition("?")[0], Addresses(state, "", page).query)


class Ways:
    """The ways of one patient; the addresses of a page are made once, however many encounters stand on it."""

    def __init__(self, tenant: str, identifier: str) -> None:
        self._state = EncounterListState(tenant, patient=identifier)
        self._pages: dict[int, tuple[Around, str]] = {}

    def one(self, moment: Moment) -> str:
        """The encounter, opened; its row where it has no id that Corti could be asked for."""
        if not is_key(moment.key):
            return self.row(moment)
        (base, query), _ = self._page(moment)
        return f"{base}{moment.key}/{query}"

    def row(self, moment: Moment) -> str:
        """Its row on the patient's page."""
        _, page = self._page(moment)
        return f"{page}#{anchor(moment.key) if is_key(moment.key) else 'results'}"

    def _page(self, moment: Moment) -> tuple[Around, str]:
        number = moment.place // DEFAULT_SIZE + 1
        if number not in self._pages:
            state = self._state.but(page=number)
            page = patient_url(state.tenant, state.patient, number)
            self._pages[number] = Around.of(state, number), page
        return self._pages[number]
