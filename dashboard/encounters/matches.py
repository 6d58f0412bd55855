"""Which patients a search of the encounters may mean: a page of results where no script suggests them."""

from dataclasses import dataclass

from django.urls import reverse

from dashboard.accounts.viewer import Viewer
from dashboard.index.reading import patients
from dashboard.index.reading.patients import PatientRecord
from dashboard.index.state import IndexState
from dashboard.listing import discretion, formatting
from dashboard.listing.controls import TEXT
from dashboard.listing.sealed import seal
from dashboard.listing.search_box import Button

# So many are named; the list of patients has the others.
NAMED = 4


@dataclass(frozen=True)
class Match:
    """A patient told apart by birth date and identifier; ``choose`` is the button that narrows to them."""

    choose: Button
    identifier: str
    name: str
    born: str


@dataclass(frozen=True)
class Matches:
    """The patients seen last first, and in words how many there are beyond them."""

    people: list[Match]
    more: str
    more_url: str

    @classmethod
    def of(cls, tenant: str, index: IndexState, text: str, viewer: Viewer, *, hide_deleted: bool) -> "Matches":
        found = patients.suggest(index.tenant, text, NAMED, hide_deleted=hide_deleted)
        people = [_match(tenant, one, viewer) for one in found.rows]
        beyond = found.total - len(people)
        more = f"and {formatting.number(beyond)} more" if beyond > 0 else ""
        return cls(people, more, f"{reverse('patients:list', args=[tenant])}?{TEXT}={seal(tenant, TEXT, text)}")


def _match(tenant: str, one: PatientRecord, viewer: Viewer) -> Match:
    shown = discretion.of(one, viewer)
    age = formatting.age(one.birth_date, viewer) if one.birth_date else ""
    born = " · ".join(word for word in (shown.born, age) if word)
    return Match(Button.of(tenant, viewer, one.identifier), shown.identifier, shown.called, born)
