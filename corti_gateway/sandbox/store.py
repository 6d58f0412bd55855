"""The interactions that one API client can see, in memory, ready to be listed in any order."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from corti_gateway.sandbox.ordering import Ordering, Value
from corti_gateway.sandbox.records import STATUSES, Interaction
from corti_gateway.vocabulary import SortField

EVERY_STATUS = frozenset(range(len(STATUSES)))

# Where missing values stand is unknown: here after everything, as PostgreSQL puts nulls (last asc, first desc).
_NEVER = 2**63
_LAST_TEXT = "\U0010ffff"


def _closed(row: Interaction) -> Value:
    return _NEVER if row.closed is None else row.closed


def _patient(row: Interaction) -> Value:
    return row.patient.identifier if row.patient else _LAST_TEXT


SORT_VALUES: dict[SortField, Callable[[Interaction], Value]] = {
    SortField.ID: attrgetter("id"),
    SortField.ASSIGNED_USER: attrgetter("user"),
    SortField.PATIENT: _patient,
    SortField.CREATED: attrgetter("created"),
    SortField.ENDED: _closed,
    SortField.UPDATED: attrgetter("updated"),
}


@dataclass(frozen=True)
class Listing:
    """One question to the list: rows ``start`` to ``start + size`` of an order. No statuses means every status."""

    sort: SortField = SortField.CREATED
    descending: bool = True
    start: int = 0
    size: int = 10
    statuses: tuple[int, ...] = ()
    patient: str | None = None


class DuplicateIdentifierError(Exception):
    """The encounter identifier is taken, perhaps by an interaction deleted since."""


class Store:
    """Interactions by id, by patient and in every order; safe to use from several threads."""

    def __init__(self, rows: Iterable[Interaction] = ()) -> None:
        self._lock = threading.RLock()
        self._rows = {row.id: row for row in rows}
        # An encounter identifier stays taken for ever, so it is kept apart from the rows.
        self._identifiers = {row.identifier for row in self._rows.values()}
        self._orderings: dict[SortField, Ordering] = {}
        self._patients: dict[str, list[Interaction]] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, interaction_id: str) -> Interaction | None:
        return self._rows.get(interaction_id)

    def warm(self) -> None:
        """Build every ordering now instead of at the first question for it."""
        with self._lock:
            by_id = self._by_id()
            for sort in SortField:
                self._ordering(sort, by_id)
            self._of_patient("")

    def page(self, listing: Listing) -> list[Interaction]:
        """The rows of one page, in the order asked for; empty past the end."""
        wanted = frozenset(listing.statuses) or EVERY_STATUS
        with self._lock:
            if listing.patient is not None:
                return self._page_of_patient(listing, listing.patient, wanted)
            ordering = self._ordering(listing.sort)
            if not listing.descending:
                return ordering.slice(wanted, listing.start, listing.start + listing.size)
            stop = ordering.count(wanted) - listing.start
            if stop <= 0:
                return []
            return ordering.slice(wanted, max(stop - listing.size, 0), stop)[::-1]

    def count(self, statuses: Iterable[int] = (), patient: str | None = None) -> int:
        wanted = frozenset(statuses) or EVERY_STATUS
        with self._lock:
            if patient is not None:
                return sum(row.status in wanted for row in self._of_patient(patient))
            return self._ordering(SortField.CREATED).count(wanted)

    def add(self, row: Interaction) -> None:
        with self._lock:
            if row.identifier in self._identifiers:
                raise DuplicateIdentifierError(row.identifier)
            self._identifiers.add(row.identifier)
            self._rows[row.id] = row
            self._index(row)

    def change(self, row: Interaction, **fields: Any) -> None:
        """Set attributes of a row and put it in its new places."""
        with self._lock:
            identifier = fields.get("identifier", row.identifier)
            if identifier != row.identifier and identifier in self._identifiers:
                raise DuplicateIdentifierError(identifier)
            self._identifiers.add(identifier)
            self._unindex(row)
            for name, value in fields.items():
                setattr(row, name, value)
            self._index(row)

    def remove(self, row: Interaction) -> None:
        with self._lock:
            self._unindex(row)
            del self._rows[row.id]

    def _index(self, row: Interaction) -> None:
        for ordering in self._orderings.values():
            ordering.add(row)
        if self._patients is not None and row.patient:
            self._patients.setdefault(row.patient.identifier, []).append(row)

    def _unindex(self, row: Interaction) -> None:
        for ordering in self._orderings.values():
            ordering.remove(row)
        if self._patients is not None and row.patient:
            self._patients[row.patient.identifier].remove(row)

    def _by_id(self) -> list[Interaction]:
        return sorted(self._rows.values(), key=attrgetter("id"))

    def _ordering(self, sort: SortField, by_id: list[Interaction] | None = None) -> Ordering:
        if sort not in self._orderings:
            self._orderings[sort] = Ordering(SORT_VALUES[sort], by_id or self._by_id())
        return self._orderings[sort]

    def _of_patient(self, identifier: str) -> list[Interaction]:
        if self._patients is None:
            self._patients = {}
            for row in self._rows.values():
                if row.patient:
                    self._patients.setdefault(row.patient.identifier, []).append(row)
        return self._patients.get(identifier, [])

    def _page_of_patient(self, listing: Listing, patient: str, wanted: frozenset[int]) -> list[Interaction]:
        value = SORT_VALUES[listing.sort]
        rows = [row for row in self._of_patient(patient) if row.status in wanted]
        rows.sort(key=lambda row: (value(row), row.id), reverse=listing.descending)
        return rows[listing.start : listing.start + listing.size]
