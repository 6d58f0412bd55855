"""What a list of encounters is asked for, whoever answers."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from corti_gateway.queries import InteractionQuery
from corti_gateway.vocabulary import Direction, EncounterStatus, SortField
from dashboard.listing.sorting import SortBy


class Order(StrEnum):
    """What encounters can be sorted by; the value is its word in an address."""

    CREATED = "created"
    UPDATED = "updated"
    STARTED = "started"
    ENDED = "ended"
    PATIENT = "patient"
    ASSIGNED = "assigned"
    TYPE = "type"
    STATUS = "status"
    DURATION = "duration"
    ID = "id"


# What the list endpoint can be asked to sort by; the others need the index.
ON_THE_WIRE = {
    Order.ID: SortField.ID,
    Order.ASSIGNED: SortField.ASSIGNED_USER,
    Order.PATIENT: SortField.PATIENT,
    Order.CREATED: SortField.CREATED,
    Order.ENDED: SortField.ENDED,
    Order.UPDATED: SortField.UPDATED,
}
FROM_THE_WIRE = {sort: order for order, sort in ON_THE_WIRE.items()}


@dataclass(frozen=True)
class Sort(SortBy[Order]):
    """How encounters are sorted: the newest created first, if nothing is said."""

    order: Order = Order.CREATED
    direction: Direction = Direction.DESC


NEWEST = Sort()


@dataclass(frozen=True)
class Span:
    """Instants from ``begin`` up to but not including ``end`` (UTC); None is open."""

    begin: datetime | None = None
    end: datetime | None = None

    def __bool__(self) -> bool:
        return self.begin is not None or self.end is not None


ALWAYS = Span()


@dataclass(frozen=True)
class Question:
    """One page of a list of encounters.

    ``patient`` is an exact identifier and ``text`` what was typed: both are personal data and stay out of the repr.
    ``types`` and ``clinicians`` are the API's own words and ids; within each, one of them is enough.
    ``hide_deleted``: whoever asks must not see deleted encounters, and did not choose them.
    """

    sort: Sort = NEWEST
    page: int = 1
    size: int = 25
    statuses: tuple[EncounterStatus, ...] = ()
    patient: str | None = field(default=None, repr=False)
    types: tuple[str, ...] = ()
    clinicians: tuple[str, ...] = ()
    text: str = field(default="", repr=False)
    created: Span = ALWAYS
    started: Span = ALWAYS
    hide_deleted: bool = False

    @property
    def needs_index(self) -> bool:
        """Whether the list endpoint has no parameter for some part of it."""
        narrowed = self.types or self.clinicians or self.text or self.created or self.started
        return bool(narrowed) or self.sort.order not in ON_THE_WIRE

    @property
    def may_meet_deleted(self) -> bool:
        """Whether deleted encounters can be among what matches although they are to be hidden."""
        return self.hide_deleted and not self.statuses

    def wire(self) -> InteractionQuery:
        """The same for the list endpoint; only where it needs no index."""
        return InteractionQuery(
            sort=ON_THE_WIRE[self.sort.order],
            direction=self.sort.direction,
            page=self.page,
            page_size=self.size,
            statuses=self.statuses,
            patient=self.patient,
        )

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.size
