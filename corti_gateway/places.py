"""Where the rows of several lists stand in the one order that merges them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import total_ordering

from corti_gateway.models import Interaction
from corti_gateway.ordering import Key, KeyOf
from corti_gateway.reading import Slots

# Levels: a damaged beginning, rows without a key on either side of those with one, and past the end of a list.
HEAD, BEFORE, AMONG, AFTER, PAST_END = range(5)
# So many rows in a row may be damaged before they count as rows without a key.
LOOK_BACK = 3


class Contradiction(Exception):
    """The rows of one status do not rise in the order asked for."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: level, key, then the order of the statuses and the place in the status's own list."""

    level: int
    key: Key | None
    descending: bool
    status: int
    rank: int

    def __lt__(self, other: "Place") -> bool:
        if self.stands_before(other):
            return True
        return not other.stands_before(self) and (self.status, self.rank) < (other.status, other.rank)

    def stands_before(self, other: "Place") -> bool:
        """Whether the keys alone put it before the other."""
        if self.level != other.level:
            return self.level < other.level
        if self.key is None or self.key == other.key:
            return False
        smaller: bool = self.key < other.key  # type: ignore[operator]  # keys of one sort
        return smaller is not self.descending


@dataclass(slots=True)
class Ruler:
    """Gives rows their places. ``without_key``: the level of rows without a key, BEFORE or AFTER the others."""

    key: KeyOf
    descending: bool
    without_key: int = AFTER

    def is_certain(self, slot: Interaction | None) -> bool:
        """Whether the row says itself where it stands: a damaged one without a key does not."""
        return slot is not None and (not slot.damaged or self.key(slot) is not None)

    def place(self, back: Sequence[Interaction | None], status: int, rank: int) -> Place:
        """The place of ``back[0]``, which stands at ``rank`` (from 0); the rows before it follow, nearest first.

        A damaged row stands right after the one before it.
        """
        for slot in back[: LOOK_BACK + 1]:
            if slot is not None and self.is_certain(slot):
                key = self.key(slot)
                return Place(AMONG if key is not None else self.without_key, key, self.descending, status, rank)
        level = HEAD if rank < LOOK_BACK + 1 else self.without_key
        return Place(level, None, self.descending, status, rank)

    def past_end(self, status: int, rank: int) -> Place:
        """The place of what does not exist."""
        return Place(PAST_END, None, self.descending, status, rank)

    def places(self, slots: Slots, status: int, start: int) -> list[Place]:
        """The places of consecutive rows; raises :class:`Contradiction` if they do not rise."""
        places = []
        highest: Place | None = None
        for index, slot in enumerate(slots):
            place = self.place(slots[max(0, index - LOOK_BACK) : index + 1][::-1], status, start + index)
            places.append(place)
            if not self.is_certain(slot):
                continue
            if highest is not None and place.stands_before(highest):
                raise Contradiction
            highest = replace(place, rank=start + index)
        return places
