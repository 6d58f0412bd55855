"""True pages over a list that tells no total: exact look-ahead, page caps found out, duplicates folded.

The wire only knows page numbers, and an API may hold a page shorter than asked without saying so. Two kinds of such a
cap are possible: rows cut off the page, or the page size lowered before the offset is computed. Single-row pages are
exact under both, so whatever must be certain is asked by them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from corti_gateway.errors import GatewayError, ServerFailed
from corti_gateway.models import Interaction
from corti_gateway.queries import InteractionQuery
from corti_gateway.reading import Reading, Slots

GATEWAY_TIMEOUT = 504


@dataclass(frozen=True, slots=True)
class Window:
    """Consecutive rows of a list in their places (None: unreadable), and whether a row follows them.

    ``out_of_order``: the list behind them was seen not to follow the sort.
    """

    slots: Slots
    has_next: bool
    out_of_order: bool = False


def read_window(reading: Reading, query: InteractionQuery) -> Window:
    """The page that the query asks for, with the row after it asked for at the same time: two calls when all is well.

    A short page is the end only if its size is known to be served; one more call makes sure where it is not.
    """
    size, end = query.page_size, query.page * query.page_size
    if reading.source.sizes.largest(size) < size:
        return _covered(reading, query)
    try:
        slots, ahead = reading.together([lambda: reading.slots(query), lambda: reading.at(query, end + 1)])
    except ServerFailed as error:
        # The page is too much for the API within its own time limit (documented for this endpoint).
        if error.status != GATEWAY_TIMEOUT or size < 2:
            raise
        return _in_halves(reading, query)
    if len(slots) == size or (not slots and not ahead) or (not ahead and is_end(reading, query, len(slots))):
        return Window(slots, bool(ahead))
    if found_cap(reading, query, len(slots)):
        return _covered(reading, query)
    if not ahead:
        return Window(slots, has_next=False)
    # No cap, so the list moved between the two questions: once more.
    slots, ahead = reading.together([lambda: reading.slots(query), lambda: reading.at(query, end + 1)])
    return Window(slots, bool(ahead))


def is_end(reading: Reading, query: InteractionQuery, served: int) -> bool:
    """Whether a page that came short by itself proves the end of the list; costs no call."""
    proven = reading.source.sizes.proven
    if query.page_size <= proven:
        return True
    # On page 1 the offset is 0 whatever the cap, and a cap at or above ``proven`` cannot have cut fewer rows.
    return query.page == 1 and served < proven


def found_cap(reading: Reading, query: InteractionQuery, served: int) -> bool:
    """Find out whether a short page was capped, and remember the cap; one to three calls."""
    first = query if query.page == 1 else replace(query, page=1)
    if query.page > 1:
        served = len(reading.slots(first))
    if served == 0 or served >= query.page_size or not reading.exists(first, served + 1):
        return False
    # Asked again, because the row after the last may just have been created.
    if len(reading.slots(first)) != served:
        return False
    reading.source.sizes.found_cap(served)
    return True


def read_rows(reading: Reading, query: InteractionQuery, first: int, last: int) -> Slots:
    """The rows at positions ``first`` to ``last`` (from 1, inclusive), by as few aligned pages as can be."""
    size, pages = cover(first, last, reading.source.sizes.largest(reading.source.config.page_size_max))
    asked = [replace(query, page=page, page_size=size) for page in pages]
    answers = reading.together([partial(reading.slots, one) for one in asked])
    slots: Slots = []
    for answer in answers:
        slots += answer
        if len(answer) < size:
            # Nothing of what comes after a gap has a certain place.
            break
    start = (pages[0] - 1) * size
    short = start + len(slots) < last
    if short and not is_end(reading, asked[-1], len(answers[-1])) and found_cap(reading, asked[0], len(answers[0])):
        return read_rows(reading, query, first, last)
    return slots[first - 1 - start : last - start]


def cover(first: int, last: int, largest: int) -> tuple[int, list[int]]:
    """A page size up to ``largest``, and the page numbers of that size that hold positions ``first`` to ``last``."""
    length = last - first + 1
    for size in range(length, largest + 1):
        if (first - 1) // size == (last - 1) // size:
            return size, [(first - 1) // size + 1]
    size = min(length, largest)
    return size, list(range((first - 1) // size + 1, (last - 1) // size + 2))


def fold(slots: Iterable[Interaction | None]) -> tuple[list[Interaction | None], int]:
    """The slots with every id once, in order of first appearance, and how many repeats were left out."""
    seen: set[str] = set()
    kept: list[Interaction | None] = []
    folded = 0
    for slot in slots:
        if slot is not None and slot.id in seen:
            folded += 1
            continue
        if slot is not None:
            seen.add(slot.id)
        kept.append(slot)
    return kept, folded


def _covered(reading: Reading, query: InteractionQuery) -> Window:
    """The page by several smaller ones, where the API does not serve its size."""
    end = query.page * query.page_size
    slots = read_rows(reading, query, end - query.page_size + 1, end + 1)
    return Window(slots[: query.page_size], len(slots) > query.page_size)


def _in_halves(reading: Reading, query: InteractionQuery) -> Window:
    """The page by pages of half the size; if that works, the half is the largest size for a while."""
    sizes = reading.source.sizes
    sizes.found_cap((query.page_size + 1) // 2)
    try:
        return _covered(reading, query)
    except GatewayError:
        sizes.forget_cap()
        raise
