"""The state of the encounters list: it is the URL, and nothing but the URL."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from corti_gateway.vocabulary import Direction, EncounterStatus, EncounterType
from dashboard.accounts.viewer import Viewer
from dashboard.encounters.dates import EARLIEST, EVERY_DAY, LATEST, Days, Of, Preset
from dashboard.listing.controls import DEFAULT_SIZE, LAST_PAGE, PATIENT, SIZES, TEXT, opened
from dashboard.listing.notices import Notice
from dashboard.listing.parameters import Parameters
from dashboard.listing.questions import ALWAYS, NEWEST, Order, Question, Sort
from dashboard.listing.sealed import seal
from dashboard.listing.search_box import SearchBox

# In place of a clinician's id: whoever is looking.
ME = "me"
LONGEST_ID = 200

SORTS = {sort.key: sort for order in Order for sort in (Sort(order, Direction.ASC), Sort(order, Direction.DESC))}
_SIZES = {str(size): size for size in SIZES}
_STATUSES = {status.value: status for status in EncounterStatus}
_TYPES = {kind.value: kind for kind in EncounterType}
_OF = {word.value: word for word in Of}
_PRESETS: dict[str, Preset | None] = {word.value: word for word in Preset}


@dataclass(frozen=True)
class EncounterListState:
    """What the list shows. ``patient`` is an identifier and ``text`` a search, both in clear, which :meth:`url` seals;
    ``unreadable`` says that the URL held a seal that this tenant cannot open."""

    tenant: str
    statuses: tuple[EncounterStatus, ...] = ()
    patient: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    types: tuple[EncounterType, ...] = ()
    clinician: str = ""
    days: Days = EVERY_DAY
    sort: Sort = NEWEST
    page: int = 1
    size: int = DEFAULT_SIZE
    unreadable: bool = False
    notices: tuple[Notice, ...] = field(default=(), compare=False)

    @classmethod
    def read(cls, query: QueryDict, tenant: str) -> "EncounterListState":
        """The state in a query string, unknown values set aside with a notice each."""
        values = Parameters(query)
        patient, lost_patient = opened(values, tenant, PATIENT)
        text, lost_text = opened(values, tenant, TEXT)
        return cls(
            tenant=tenant,
            statuses=tuple(_STATUSES[word] for word in values.choices("status", _STATUSES, meaning="a status")),
            patient=patient,
            text="" if patient else text,
            types=tuple(_TYPES[word] for word in values.choices("type", _TYPES, meaning="a type")),
            clinician=values.identifier("clinician", longest=LONGEST_ID, meaning="a clinician"),
            days=_days(values),
            sort=values.choice("sort", SORTS, Sort(), meaning="a way to sort"),
            page=values.whole("page", most=LAST_PAGE, meaning="a page number"),
            size=values.choice("size", _SIZES, DEFAULT_SIZE, meaning="a page size"),
            unreadable=lost_patient or lost_text,
            notices=tuple(values.notices),
        )

    def without_deleted(self) -> "EncounterListState":
        """The same for somebody who must not see deleted encounters."""
        if EncounterStatus.DELETED not in self.statuses:
            return self
        statuses = tuple(status for status in self.statuses if status is not EncounterStatus.DELETED)
        notice = Notice("Deleted encounters are shown to admins only, so that filter was left out.")
        return replace(self, statuses=statuses, notices=(*self.notices, notice))

    def question(self, viewer: Viewer, mine: Sequence[str] = (), *, hide_deleted: bool = False) -> Question:
        """The question to put to a source; ``mine`` are the ids of whoever is looking."""
        # Nobody's id is ME: whoever is tied to none is assigned nothing, and not what has no clinician.
        clinicians = (tuple(mine) or (ME,)) if self.clinician == ME else (self.clinician,) if self.clinician else ()
        span = self.days.span(viewer)
        return Question(
            sort=self.sort,
            page=self.page,
            size=self.size,
            statuses=self.statuses,
            patient=self.patient or None,
            types=tuple(kind.value for kind in self.types),
            clinicians=clinicians,
            text=self.text,
            created=span if self.days.of is Of.CREATED else ALWAYS,
            started=span if self.days.of is Of.STARTED else ALWAYS,
            hide_deleted=hide_deleted,
        )

    def but(self, **changes: Any) -> "EncounterListState":
        """The state with something changed; whatever changes but the page returns to page one."""
        return replace(self, **({"page": 1, "unreadable": False} | changes))

    def box(self, viewer: Viewer) -> SearchBox:
        """What stands in the search box."""
        return SearchBox.of(self.tenant, viewer, patient=self.patient, text=self.text)

    def form_values(self, viewer: Viewer) -> list[tuple[str, str]]:
        """The state as the filter form says it; in clear, for the page itself only."""
        return [*self.box(viewer).pairs(), *self._plain()]

    def url(self) -> str:
        """The one canonical URL of this state: defaults left out, keys in one order, personal values sealed."""
        pairs = [pair for pair in self._plain() if pair not in _DEFAULTS]
        at = len(self.statuses)
        if self.patient:
            pairs.insert(at, (PATIENT, seal(self.tenant, PATIENT, self.patient)))
        elif self.text:
            pairs.insert(at, (TEXT, seal(self.tenant, TEXT, self.text)))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        base = _address(self.tenant)
        return f"{base}?{urlencode(pairs)}" if pairs else base

    def _plain(self) -> list[tuple[str, str]]:
        days = self.days
        pairs = [("status", status.value) for status in self.statuses]
        pairs += [("type", kind.value) for kind in self.types]
        pairs += [("clinician", self.clinician)] if self.clinician else []
        if days:
            pairs += [("of", days.of.value)]
            pairs += [("when", days.preset.value)] if days.preset else []
            pairs += [("from", days.first.isoformat())] if days.first else []
            pairs += [("to", days.last.isoformat())] if days.last else []
        return [*pairs, ("sort", self.sort.key), ("size", str(self.size))]


_DEFAULTS = frozenset((("of", Of.CREATED.value), ("sort", Sort().key), ("size", str(DEFAULT_SIZE))))


def _days(values: Parameters) -> Days:
    of = values.choice("of", _OF, Of.CREATED, meaning="a kind of date")
    preset = values.choice("when", _PRESETS, None, meaning="a span of days")
    first = _date(values, "from")
    last = _date(values, "to")
    if preset is not None:
        return Days(of, preset)
    if first and last and first > last:
        values.notices.append(Notice("The first day in the address is after the last one, so they were exchanged."))
        first, last = last, first
    return Days(of, None, first, last) if first or last else Days()


def _date(values: Parameters, key: str) -> date | None:
    return values.day(key, earliest=EARLIEST, latest=LATEST, meaning="a date")


@lru_cache(maxsize=256)
def _address(tenant: str) -> str:
    return reverse("encounters:list", kwargs={"tenant": tenant})
