"""Walks a list that moves, by page numbers, and proves that nothing was left out.

An API that only knows page numbers shifts its rows under whoever reads it: a row that goes moves the others forward,
and one of them slips through between two pages. So pages overlap. A page holds every row between its first and its last
key at one moment; it joins on to what was read before only if it begins with a known key, one before the frontier, up
to which everything was read. If it does not, the list moved, and the walk steps back. Nothing is believed about
positions, page sizes or caps: they only help to guess where to ask.

Rows that have no key in the order of the walk come along where they stand among others; that all of them were read
nobody can tell.

"Before" and "after" are meant in the direction of the walk. Keys may be tied: rows that share the frontier's key are
taken to be unread, but for ids, of which there is one each.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from corti_gateway.models import Interaction
from corti_gateway.vocabulary import Direction, SortField

Key = int | str
KeyOf = Callable[[Interaction], Key | None]
Slots = Sequence[Interaction | None]

# Requests in a row that may bring the walk no further: enough to find its place in a list that lost most of its rows.
PATIENCE = 40


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: a page of the list in an order. ``largest`` is the page size of the walk that it is a step of."""

    sort: SortField
    direction: Direction
    page: int
    size: int
    largest: int = 0


class WalkFailed(Exception):
    """The walk cannot go on; nothing that it has not yet handed over is known."""


class Tied(WalkFailed):
    """No page reaches over the frontier: more rows share its key than a page holds, or (with pages of less than a dozen
    rows) pages of every size end there."""


class Disordered(WalkFailed):
    """The answer does not follow the order that was asked for, or says of no row where it stands."""


class Exhausted(WalkFailed):
    """The list moves faster than it can be read."""


@dataclass(frozen=True, slots=True)
class Step:
    """Rows that were read. Between ``opens`` and ``closes`` (both exclusive) they are all there are; None is the end of
    the list on that side. ``whole`` says that no row of the answer was unreadable or without a key. ``asks`` are the
    requests that brought them. ``ended``: the walk is complete."""

    slots: Slots
    opens: Key | None
    closes: Key | None
    whole: bool
    asks: tuple[Ask, ...]
    ended: bool = False

    @property
    def rows(self) -> list[Interaction]:
        return [slot for slot in self.slots if slot is not None]


@dataclass(slots=True)
class Place:
    """Where a walk is: the frontier, and a guess at the position (from 0) of the last row known for certain."""

    frontier: Key | None = None
    at: int = -1


@dataclass(slots=True)
class _Bounds:
    """Between which positions the frontier lies, as far as the answers of one step tell: both may be out of date."""

    low: int = -1
    high: int | None = None
    reach: int = 1

    def back(self, start: int) -> int:
        """A page at ``start`` lies beyond the frontier: where to look before it, farther back each time."""
        self.high = start
        if 0 <= self.low < start:
            return (self.low + start) // 2
        self.low, self.reach = -1, 2 * self.reach
        return max(-1, start - self.reach // 2)

    def on(self, at: int, size: int) -> int:
        """A page lies before the frontier up to ``at``: where to look after it."""
        self.low = at
        return (at + self.high) // 2 if self.high is not None and self.high > at + size else at


class Walk:
    """One walk along one order of the list."""

    def __init__(
        self, sort: SortField, direction: Direction, key_of: KeyOf, size: int, place: Place | None = None
    ) -> None:
        self.sort, self.direction, self.key_of = sort, direction, key_of
        self._unique = sort is SortField.ID
        self.size = size
        self.place = place or Place()
        # The rows of the last page if they were fewer than asked for, and the most of the pages before.
        self._short: int | None = None
        self._served = 0
        # Rows of overlap beyond the least: more where the list is seen to move.
        self._slack = 0

    def step(self) -> Generator[Ask, Slots, Step]:
        """Ask until something new is known for certain; raises :class:`WalkFailed`.

        What is handed over was answered last: rows that wait for another answer could be overtaken by another pass.
        """
        bounds = _Bounds()
        if self._short is not None:
            end = yield from self._end()
            if end:
                return end
            self._cut(self._short)
        for _ in range(PATIENCE):
            page, size = self.window()
            ask = Ask(self.sort, self.direction, page, size, self.size)
            slots = yield ask
            keys = self._keys(slots, self.direction)
            if slots and not keys:
                raise Disordered("no row of a page says where it stands")
            if page > 1 and not (keys and self._is_known(keys[0][1])):
                self._back(bounds, (page - 1) * size)
                continue
            advanced = bool(keys) and not self._is_known(keys[-1][1]) and keys[-1][1] != self.place.frontier
            if advanced:
                self.place.frontier = keys[-1][1]
            certain = [index for index, key in keys if self._is_known(key)]
            self.place.at = (page - 1) * size + certain[-1] if certain else -1
            self._slack //= 2
            self._served = max(self._served, len(slots))
            short = len(slots) < size
            if advanced:
                self._short = len(slots) if short else None
                opens = None if page == 1 else keys[0][1]
                return Step(slots, opens, self.place.frontier, len(keys) == len(slots), (ask,))
            stuck = not self._slack and self.window() == (page, size)
            if short or stuck:
                end = (yield from self._end()) or (yield from self._alone(slots, ask))
                if end:
                    return end
                if not short:
                    raise Tied("no page reaches over the frontier")
                self._cut(len(slots))
            self.place.at = bounds.on(self.place.at, self.size)
        raise Exhausted("the list moves faster than it can be read")

    def window(self) -> tuple[int, int]:
        """The page number and size that begin at the last certain row or before it, and reach farthest beyond."""
        return window(self.place.at - self._slack, self.size)

    def _back(self, bounds: _Bounds, start: int) -> None:
        """The list moved forward: ask again from before, and overlap more from now on."""
        self.place.at = bounds.back(start)
        self._slack = min(max(1, 2 * self._slack), max(1, self.size - 3))

    def _cut(self, rows: int) -> None:
        """A page was short and not the end: a cap, unless longer pages came before; a second such page settles it."""
        if self._served:
            self.size = max(2, self._served)
        self._served, self._short = rows, None

    def _end(self) -> Generator[Ask, Slots, Step | None]:
        """The last step, if the list ends soon, or None: its end, read backwards, must reach over the frontier."""
        back = Direction.ASC if self.direction is Direction.DESC else Direction.DESC
        ask = Ask(self.sort, back, 1, self.size)
        slots = yield ask
        keys = self._keys(slots, back)
        if not keys or not self._is_known(keys[-1][1]):
            return None
        return Step(slots, keys[-1][1], None, len(keys) == len(slots), (ask,), ended=True)

    def _alone(self, slots: Slots, ask: Ask) -> Generator[Ask, Slots, Step | None]:
        """The last step, if a first page is the whole list, or None. Where all its rows share one key, its end proves
        nothing: the page must come once more just the same, with nothing after it in between."""
        if ask.page > 1:
            return None
        beyond = yield Ask(self.sort, self.direction, len(slots) + 1, 1)
        again = yield ask
        if beyond or {slot and slot.id for slot in again} != {slot and slot.id for slot in slots}:
            return None
        whole = len(self._keys(again, self.direction)) == len(again)
        return Step(again, None, None, whole, (ask,), ended=True)

    def _keys(self, slots: Slots, direction: Direction) -> list[tuple[int, Key]]:
        """The keys of a page with their places on it; raises :class:`Disordered` if they do not follow the order."""
        keys = [
            (index, key)
            for index, slot in enumerate(slots)
            if slot is not None and (key := self.key_of(slot)) is not None
        ]
        for (_, one), (_, other) in pairwise(keys):
            if one != other and (one < other) is not (direction is Direction.ASC):  # type: ignore[operator]
                raise Disordered("the rows of a page do not follow the order asked for")
        return keys

    def _is_known(self, key: Key) -> bool:
        """Whether every row of this key was read."""
        frontier = self.place.frontier
        return frontier is not None and (self._is_before(key, frontier) or (self._unique and key == frontier))

    def _is_before(self, one: Key, other: Key) -> bool:
        return one != other and (one < other) is (self.direction is Direction.ASC)  # type: ignore[operator]


@lru_cache(maxsize=256)
def window(at: int, largest: int) -> tuple[int, int]:
    """The page number and size, up to ``largest``, that begin at a position or before it and reach farthest beyond."""
    if at < 0:
        return 1, largest
    # Halves only: a smaller page reaches farther now and then, but costs more pages in all.
    best = max(range(max(2, largest // 2), largest + 1), key=lambda size: (at // size + 1) * size)
    return at // best + 1, best


def ahead(ask: Ask, count: int) -> list[Ask]:
    """The requests that will follow a step of a walk if nothing moves: a guess, to ask them at the same time."""
    found: list[Ask] = []
    # The last row of a page is its frontier; where keys may be tied, the one before it is the last that is certain.
    overlap = 1 if ask.sort is SortField.ID else 2
    while ask.largest and len(found) < count:
        page, size = window(ask.page * ask.size - overlap, ask.largest)
        ask = Ask(ask.sort, ask.direction, page, size, ask.largest)
        found.append(ask)
    return found
