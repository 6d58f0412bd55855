"""Interactions in one sort order, cut into blocks that know how many rows of each status they hold.

A page at any depth under any set of statuses is found by adding up counts of blocks and reading the few blocks that
the page touches, so its cost hardly depends on the number of rows.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable

from corti_gateway.sandbox.records import STATUSES, Interaction

# Any text or number that rows can be ordered by; of one kind within one ordering.
Value = str | int
Key = tuple[Value, str]

BLOCK = 512


class Ordering:
    """A sorted list under one sort value, ties in order of id."""

    def __init__(self, value: Callable[[Interaction], Value], by_id: list[Interaction], block: int = BLOCK) -> None:
        self._value = value
        self._limit = 2 * block
        rows = sorted(by_id, key=value)
        self._blocks = [rows[start : start + block] for start in range(0, len(rows), block)]
        self._tallies = [_tally(rows) for rows in self._blocks]
        self._ends: dict[frozenset[int], list[int]] = {}

    def _key(self, row: Interaction) -> Key:
        return self._value(row), row.id

    def _last_key(self, block: list[Interaction]) -> Key:
        return self._key(block[-1])

    def add(self, row: Interaction) -> None:
        key = self._key(row)
        number = min(bisect_left(self._blocks, key, key=self._last_key), max(len(self._blocks) - 1, 0))
        if not self._blocks:
            self._blocks.append([])
            self._tallies.append([0] * len(STATUSES))
        block = self._blocks[number]
        block.insert(bisect_left(block, key, key=self._key), row)
        self._tallies[number][row.status] += 1
        self._forget(number)
        if len(block) > self._limit:
            self._split(number)

    def remove(self, row: Interaction) -> None:
        """Take out a row whose fields still are as they were when it came in."""
        key = self._key(row)
        number = bisect_left(self._blocks, key, key=self._last_key)
        block = self._blocks[number]
        del block[bisect_left(block, key, key=self._key)]
        self._tallies[number][row.status] -= 1
        self._forget(number)
        if not block:
            del self._blocks[number], self._tallies[number]

    def count(self, wanted: frozenset[int]) -> int:
        ends = self._counted(wanted)
        return ends[-1] if ends else 0

    def slice(self, wanted: frozenset[int], start: int, stop: int) -> list[Interaction]:
        """Rows ``start`` to ``stop`` of those that have one of the wanted statuses."""
        ends = self._counted(wanted)
        number = bisect_right(ends, start)
        skip = start - ends[number - 1] if number else start
        everything = len(wanted) == len(STATUSES)
        rows: list[Interaction] = []
        while number < len(ends) and len(rows) < skip + stop - start:
            block = self._blocks[number]
            rows += block if everything else [row for row in block if row.status in wanted]
            number += 1
        return rows[skip : skip + stop - start]

    def _counted(self, wanted: frozenset[int]) -> list[int]:
        """For every block, how many wanted rows lie up to its end; only what changed is added up again."""
        ends = self._ends.setdefault(wanted, [])
        total = ends[-1] if ends else 0
        for tally in self._tallies[len(ends) :]:
            total += sum([tally[status] for status in wanted])
            ends.append(total)
        return ends

    def _forget(self, number: int) -> None:
        for ends in self._ends.values():
            del ends[number:]

    def _split(self, number: int) -> None:
        block = self._blocks[number]
        middle = len(block) // 2
        self._blocks[number : number + 1] = block[:middle], block[middle:]
        self._tallies[number : number + 1] = _tally(block[:middle]), _tally(block[middle:])


def _tally(rows: list[Interaction]) -> list[int]:
    tally = [0] * len(STATUSES)
    for row in rows:
        tally[row.status] += 1
    return tally
