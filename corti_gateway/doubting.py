"""Whether a page for several statuses comes from an API that has begun to answer only some of them.

Rows of a wrong status contradict a verdict by themselves; rows that were left out do not show. So where a page lacks a
status that was asked for, the first row of that status is asked for alone, and must not belong on this page.
"""

from dataclasses import replace
from enum import Enum
from functools import partial

from corti_gateway.capabilities import Capabilities
from corti_gateway.models import Interaction
from corti_gateway.ordering import Key, key_of
from corti_gateway.paging import Window, read_window
from corti_gateway.queries import InteractionQuery
from corti_gateway.reading import Reading
from corti_gateway.vocabulary import Direction, EncounterStatus

REMEMBER = 300.0
NO_ROW = "no row"


class Doubt(Enum):
    """What it means that a page lacks a status."""

    NONE = "it has no row there"
    OPEN = "nobody can tell"
    PROVEN = "its rows were left out"


def doubt(reading: Reading, query: InteractionQuery, window: Window, capabilities: Capabilities | None) -> Doubt:
    """Judge a page for several statuses: no call if it has them all, else one for each that it lacks, at once.

    A page with two of the statuses comes from an API that honours more than one at this moment; only then first rows
    seen in the last five minutes serve again. A page of a single status, which is what the failure looks like, is
    always checked anew.
    """
    missing = _missing(query, window)
    if not missing:
        return Doubt.NONE
    comparing = _Comparing(reading, query, capabilities)
    if len(query.statuses) - len(missing) > 1:
        missing = [status for status in missing if not comparing.is_known_beyond(status, window)]
    firsts = dict(zip(missing, reading.together([partial(comparing.first, status) for status in missing]), strict=True))
    suspects = [status for status in missing if comparing.belongs(firsts[status], window) is not False]
    if not suspects:
        return Doubt.NONE
    # Page 1, read after the first rows: one that was created in between is on it now, and farther down it shows whether
    # the first row of a status is rightly on an earlier page.
    front = read_window(reading, replace(query, page=1))
    absent = [status for status in _missing(query, front) if status in suspects]
    if not absent:
        return Doubt.NONE
    return Doubt.PROVEN if any(comparing.belongs(firsts[status], front) for status in absent) else Doubt.OPEN


class _Comparing:
    """Compares the first row of a status with a page of several."""

    def __init__(self, reading: Reading, query: InteractionQuery, capabilities: Capabilities | None) -> None:
        self.reading = reading
        self.query = query
        self.key = key_of(query.sort, capabilities)

    def first(self, status: EncounterStatus) -> Interaction | str:
        """The first row of a status alone, or NO_ROW; remembered."""
        slots = self.reading.at(replace(self.query, statuses=(status,)), 1)
        first = slots[0] if slots else NO_ROW
        if first is None:
            # Unreadable: it exists, and nobody can tell where.
            return ""
        known = first if isinstance(first, str) else self._key(first)
        if known is not None and self.query.patient is None:
            self.reading.source.memory.remember(self._about(status), known, REMEMBER)
        return first

    def is_known_beyond(self, status: EncounterStatus, window: Window) -> bool:
        """Whether the status was seen lately to have no row up to the end of the page."""
        known = None if self.query.patient is not None else self.reading.source.memory.recall(self._about(status))
        return known == NO_ROW or (known is not None and self._is_before(known, window) is False)

    def belongs(self, first: Interaction | str, window: Window) -> bool | None:
        """Whether the row stands before the end of the page; None if that cannot be told."""
        if isinstance(first, str):
            return False if first == NO_ROW else None
        return self._is_before(self._key(first), window)

    def _is_before(self, key: Key | None, window: Window) -> bool | None:
        if not window.has_next:
            return True
        last = window.slots[-1] if window.slots else None
        end = None if last is None else self._key(last)
        if key is None or end is None or key == end:
            return None
        return (key < end) is (self.query.direction is Direction.ASC)  # type: ignore[operator]  # keys of one sort

    def _key(self, row: Interaction) -> Key | None:
        return None if self.key is None else self.key(row)

    def _about(self, status: EncounterStatus) -> tuple[object, ...]:
        return ("first", status, self.query.sort, self.query.direction)


def _missing(query: InteractionQuery, window: Window) -> list[EncounterStatus]:
    present = {slot.encounter.status for slot in window.slots if slot is not None}
    return [status for status in query.statuses if status not in present]
