"""Several statuses at once for an API that honours one: ask for each, merge in order, with true pages at any depth.

The merged list is ordered by (key, order of the statuses, place in the status's own list), a total order, so each row
is on exactly one page. A page that begins after K rows needs to know how many of those K come from each status: the
cut. Near the front the first rows of each list show it; farther down it is found by single-row probes, which halve the
part of each list that the cut may lie in: about the logarithm of K calls a status.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import total_ordering
from typing import Any

from corti_gateway.capabilities import Capabilities, SortKey
from corti_gateway.errors import UnreadableAnswer
from corti_gateway.models import Interaction
from corti_gateway.ordering import FOUND, Key, KeyOf, key_of, nulls_first
from corti_gateway.paging import Window, read_rows
from corti_gateway.queries import InteractionQuery
from corti_gateway.reading import Reading, Slots
from corti_gateway.vocabulary import Direction, SortField


@total_ordering
@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in the merged order. ``level`` sets rows without a key and ends of lists apart."""

    level: int
    key: Key | None
    descending: bool
    status: int
    rank: int

    def __lt__(self, other: "Place") -> bool:
        if self.level != other.level:
            return self.level < other.level
        if self.key != other.key:
            smaller: bool = self.key < other.key  # type: ignore[operator]
            return smaller is not self.descending
        return (self.status, self.rank) < (other.status, other.rank)


BEFORE, AMONG, AFTER, PAST_END = range(4)


class Merge:
    """One merged list: a sub-list a status, and the order that merges them."""

    def __init__(self, reading: Reading, query: InteractionQuery, capabilities: Capabilities | None) -> None:
        self.reading = reading
        self.lists = [replace(query, statuses=(status,)) for status in query.statuses]
        self.key: KeyOf = key_of(query.sort, capabilities) or _guess(query.sort)
        self.descending = query.direction is Direction.DESC
        self.without_key = BEFORE if nulls_first(query, capabilities) else AFTER
        self.largest = reading.source.sizes.largest(reading.source.config.page_size_max)

    def place(self, row: Interaction, status: int, rank: int) -> Place:
        key = self.key(row)
        return Place(AMONG if key is not None else self.without_key, key, self.descending, status, rank)

    def probe(self, status: int, rank: int) -> Place:
        """The place of the row at a rank (from 0) of one list; past the end if there is none."""
        # An unreadable row has no key: the next readable one stands in for it.
        for step in range(4):
            slots = self.reading.at(self.lists[status], rank + step + 1)
            if not slots:
                return Place(PAST_END, None, False, status, rank)
            if slots[0] is not None:
                return replace(self.place(slots[0], status, rank + step), rank=rank)
        raise UnreadableAnswer(
            "several rows in a row cannot be read",
            status=200,
            tenant=self.reading.source.config.slug,
            operation="list interactions",
        )

    def rows(self, status: int, first: int, last: int) -> Slots:
        return read_rows(self.reading, self.lists[status], first + 1, last)


def merged_window(reading: Reading, query: InteractionQuery, capabilities: Capabilities | None) -> Window:
    """The page of the merged list that the query asks for, and whether a row follows it."""
    merge = Merge(reading, query, capabilities)
    skipped = (query.page - 1) * query.page_size
    starts = [0] * len(merge.lists)
    # Rows that may be fetched only to be passed over: as many as fit on a page beside the wanted ones.
    spare = max(0, merge.largest - query.page_size - 1)
    if skipped > spare:
        starts = cut(len(merge.lists), skipped, merge.probe, lambda calls: reading.together(calls), spare // 2)
    passed = skipped - sum(starts)
    wanted = passed + query.page_size + 1
    lists = reading.together([_fetching(merge, status, start, start + wanted) for status, start in enumerate(starts)])
    entries: list[tuple[Place, Interaction | None]] = []
    for status, (slots, start) in enumerate(zip(lists, starts, strict=True)):
        entries += _placed(merge, status, start, slots)
    entries.sort(key=lambda entry: entry[0])
    page = [slot for _, slot in entries[passed : passed + query.page_size]]
    return Window(page, len(entries) > passed + query.page_size)


def cut(
    lists: int,
    target: int,
    probe: Callable[[int, int], Any],
    together: Callable[[Sequence[Callable[[], Any]]], list[Any]],
    slack: int,
) -> list[int]:
    """How many of the first ``target`` rows of the merged list come from each list; up to ``slack`` rows too few.

    ``probe(list, rank)`` gives something comparable, different for each row and rising within a list, also past its
    end. ``low[i]`` rows of list i are known to lie within the target, rows from ``high[i]`` on to lie outside. One
    probe in the middle of each open range; of these, the smallest must be inside if all before them are too few, and
    the largest outside if they are too many, so that every round settles at least one, and commonly most of them.
    """
    low, high = [0] * lists, [target] * lists
    seen: dict[tuple[int, int], Any] = {}
    while target - sum(low) > slack:
        middles = {i: (low[i] + high[i]) // 2 for i in range(lists) if low[i] < high[i]}
        missing = [(i, rank) for i, rank in middles.items() if (i, rank) not in seen]
        seen.update(zip(missing, together([_probing(probe, i, rank) for i, rank in missing]), strict=True))
        order = sorted(middles, key=lambda i: seen[i, middles[i]])
        # Lists with a smaller middle have at least middle + 1 rows before a place; the others may have none beyond low.
        at_least = sum(low)
        outside: list[int] = []
        for i in order:
            at_least += middles[i] + 1 - low[i]
            if at_least > target:
                outside.append(i)
        # Lists with a larger middle have at most middle rows before a place, those with a smaller one at most high.
        at_most = sum(middles.get(i, high[i]) for i in range(lists))
        for i in order:
            if at_most >= target:
                break
            at_most += high[i] - middles[i]
            low[i] = middles[i] + 1
        for i in outside:
            high[i] = min(high[i], middles[i])
        for i in range(lists):
            # What the other lists leave over bounds each: together they hold exactly the target.
            high[i] = min(high[i], target - (sum(low) - low[i]))
            low[i] = max(low[i], target - (sum(high) - high[i]))
    return low


def _placed(merge: Merge, status: int, start: int, slots: Slots) -> list[tuple[Place, Interaction | None]]:
    """Each slot with its place; an unreadable row stays right after the one before it."""
    placed: list[tuple[Place, Interaction | None]] = []
    place = Place(BEFORE - 1, None, False, status, start)
    for rank, slot in enumerate(slots, start):
        place = replace(place, rank=rank) if slot is None else merge.place(slot, status, rank)
        placed.append((place, slot))
    return placed


def _guess(sort: SortField) -> KeyOf:
    """A key to merge by where none was proven; the order is then only as good as the guess."""
    return FOUND[SortKey.ENDED if sort is SortField.ENDED else SortKey.IDENTIFIER]


def _fetching(merge: Merge, status: int, first: int, last: int) -> Callable[[], Slots]:
    return lambda: merge.rows(status, first, last)


def _probing(probe: Callable[[int, int], Any], index: int, rank: int) -> Callable[[], Any]:
    return lambda: probe(index, rank)
