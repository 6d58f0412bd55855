"""The state of the encounters list: it is the URL, and nothing but the URL."""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from corti_gateway.queries import InteractionQuery
from corti_gateway.vocabulary import Direction, EncounterStatus, SortField
from dashboard.listing.notices import Notice
from dashboard.listing.parameters import Parameters
from dashboard.listing.sealed import Unsealable, seal, unseal

SIZES = (10, 25, 50, 100)
DEFAULT_SIZE = 25
LAST_PAGE = 1_000_000_000
PATIENT = "patient"

_SORT_KEYS = {
    SortField.CREATED: "created",
    SortField.UPDATED: "updated",
    SortField.ENDED: "ended",
    SortField.PATIENT: "patient",
    SortField.ASSIGNED_USER: "assigned",
    SortField.ID: "id",
}


@dataclass(frozen=True)
class Sort:
    """A field and a direction; ``-created`` in a URL."""

    field: SortField = SortField.CREATED
    direction: Direction = Direction.DESC

    @property
    def key(self) -> str:
        return ("-" if self.direction is Direction.DESC else "") + _SORT_KEYS[self.field]

    def reversed(self) -> "Sort":
        return Sort(self.field, Direction.ASC if self.direction is Direction.DESC else Direction.DESC)


SORTS = {sort.key: sort for field in SortField for sort in (Sort(field, Direction.ASC), Sort(field, Direction.DESC))}
_SIZES = {str(size): size for size in SIZES}
_STATUSES = {status.value: status for status in EncounterStatus}


@dataclass(frozen=True)
class EncounterListState:
    """What the list shows. ``patient`` is an identifier in clear, which :meth:`url` seals;
    ``unreadable_patient`` says that the URL held a seal that this tenant cannot open."""

    tenant: str
    statuses: tuple[EncounterStatus, ...] = ()
    patient: str = field(default="", repr=False)
    sort: Sort = Sort()
    page: int = 1
    size: int = DEFAULT_SIZE
    unreadable_patient: bool = False
    notices: tuple[Notice, ...] = field(default=(), compare=False)

    @classmethod
    def read(cls, query: QueryDict, tenant: str) -> "EncounterListState":
        """The state in a query string, unknown values set aside with a notice each."""
        values = Parameters(query)
        patient, unreadable = "", False
        if sealed := values.text(PATIENT):
            try:
                patient = unseal(tenant, PATIENT, sealed)
            except Unsealable:
                unreadable = True
        return cls(
            tenant=tenant,
            statuses=tuple(_STATUSES[word] for word in values.choices("status", _STATUSES, meaning="a status")),
            patient=patient,
            sort=values.choice("sort", SORTS, Sort(), meaning="a way to sort"),
            page=values.whole("page", most=LAST_PAGE, meaning="a page number"),
            size=values.choice("size", _SIZES, DEFAULT_SIZE, meaning="a page size"),
            unreadable_patient=unreadable,
            notices=tuple(values.notices),
        )

    def query(self) -> InteractionQuery:
        """The question to put to a source."""
        return InteractionQuery(
            sort=self.sort.field,
            direction=self.sort.direction,
            page=self.page,
            page_size=self.size,
            statuses=self.statuses,
            patient=self.patient or None,
        )

    def but(self, **changes: Any) -> "EncounterListState":
        """The state with something changed; whatever changes but the page returns to page one."""
        return replace(self, **({"page": 1, "unreadable_patient": False} | changes))

    def url(self) -> str:
        """The one canonical URL of this state: defaults left out, keys in one order, the patient sealed."""
        pairs = [("status", status.value) for status in self.statuses]
        if self.patient:
            pairs.append((PATIENT, seal(self.tenant, PATIENT, self.patient)))
        if self.sort != Sort():
            pairs.append(("sort", self.sort.key))
        if self.size != DEFAULT_SIZE:
            pairs.append(("size", str(self.size)))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        base = _address(self.tenant)
        return f"{base}?{urlencode(pairs)}" if pairs else base


@lru_cache(maxsize=256)
def _address(tenant: str) -> str:
    return reverse("encounters:list", kwargs={"tenant": tenant})
