"""Finds what is gone by comparing ranks, in a few requests for each row instead of a walk over all of them.

A row's place in the list by id must be the number of ids before it here. Where it is smaller, as many rows as it is
short have gone before that place; between two places with the same difference nothing has. So the list is halved,
page by page, where a difference grows. A page that shows two neighbours also shows that nothing is between them: only
that takes a row out.
"""

from collections.abc import Generator
from dataclasses import dataclass

from corti_gateway.vocabulary import Direction, SortField
from dashboard.index.sync.keeping import Keeper
from dashboard.index.sync.passes import Outcome, Pass, absent, id_key
from dashboard.index.sync.walking import Ask, Disordered, Exhausted, Slots, Step

# Requests for each row that is looked for: about the logarithm of the number of pages.
A_ROW, AT_LEAST = 14, 30


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the list between two places (exclusive), with the number of rows gone before each."""

    low: int
    gone_low: int
    high: int
    gone_high: int


def hunt(keeper: Keeper, size: int) -> Pass:
    """Compare the number of rows, and find those that are gone; ``open`` says what could not be accounted for."""
    total = keeper.rows()
    upstream = yield from count(total, size)
    missing = total - upstream
    if missing <= 0:
        return Outcome(open=missing)
    if not upstream or missing * A_ROW > max(AT_LEAST, total // size):
        keeper.finish(verify_wanted=True)
        return Outcome(open=missing)
    search = _Search(keeper, size, keeper.number(), upstream)
    found = yield from search.run(Stretch(-1, 0, upstream, missing), AT_LEAST + A_ROW * missing)
    change = keeper.finish(number=search.number)
    return Outcome(search.written, -change.rows, missing - found)


def count(known: int, size: int) -> Generator[Ask, Slots, int]:
    """How many rows the list has: one request where it has about as many as are known here."""
    # The known end in the middle of its page: a few more or a few less are seen at once.
    best = max(range(max(1, size // 2), size + 1), key=lambda one: min(known % one, one - known % one))
    page, step = known // best + 1, 1
    full = empty = 0
    while True:
        slots = yield Ask(SortField.ID, Direction.ASC, page, best)
        # A full page where none was empty: there are more than was known, which the next pass over changes brings.
        if slots and (len(slots) < best or page + 1 == empty or not empty):
            return (page - 1) * best + len(slots)
        if slots:
            full = page
        elif page == full + 1:
            return full * best
        else:
            empty = page
        page, step = (full + empty) // 2 if full else max(1, page - step), step * 2


class _Search:
    def __init__(self, keeper: Keeper, size: int, number: int, total: int) -> None:
        self.keeper, self.size, self.number, self.total = keeper, size, number, total
        self.written = 0
        self.found: set[str] = set()

    def run(self, whole: Stretch, budget: int) -> Generator[Ask, Slots, int]:
        """Take stretches apart until all is found or the budget is spent; answers how many rows were found gone."""
        waiting = [whole]
        while waiting and budget > 0:
            stretch = waiting.pop()
            if stretch.gone_low == stretch.gone_high:
                continue
            budget -= 1
            if (cover := self._cover(max(0, stretch.low), stretch.high)) is None:
                waiting += yield from self._halve(stretch)
                continue
            step, *_ = yield from self._page(*cover)
            self._keep(step)
            if stretch.high >= self.total:
                yield from self._tail()
        return len(self.found)

    def _halve(self, stretch: Stretch) -> Generator[Ask, Slots, list[Stretch]]:
        page = (stretch.low + stretch.high) // 2 // self.size + 1
        step, first, last = yield from self._page(page, self.size)
        begin = (page - 1) * self.size
        end = begin + len(step.slots) - 1
        gone_first, gone_last = first - begin, last - end
        if not stretch.gone_low <= gone_first <= gone_last <= stretch.gone_high:
            raise Exhausted("the list moved while it was compared")
        left = Stretch(stretch.low, stretch.gone_low, begin, gone_first)
        right = Stretch(end, gone_last, stretch.high, stretch.gone_high)
        self._keep(step)
        # The first page shows what is gone before its first row as well. A part that is no smaller stays open: the
        # pages are shorter than asked for, or every size of them ends there.
        whole = stretch.high - stretch.low
        return [part for part in (left, right) if max(0, part.low) < part.high and part.high - part.low < whole]

    def _page(self, page: int, size: int) -> Generator[Ask, Slots, tuple[Step, int, int]]:
        """A page by id, and the ranks of its first and last row here."""
        ask = Ask(SortField.ID, Direction.ASC, page, size)
        slots = yield ask
        keys = [None if slot is None else id_key(slot) for slot in slots]
        known = [str(key) for key in keys if key is not None]
        if not known or keys[0] is None or keys[-1] is None or known != sorted(set(known)):
            raise Disordered("the rows of a page do not follow the order asked for")
        step = Step(slots, None if page == 1 else known[0], known[-1], len(known) == len(slots), (ask,))
        return step, self.keeper.rank(known[0]), self.keeper.rank(known[-1])

    def _tail(self) -> Generator[Ask, Slots, None]:
        """The end of the list, seen from behind: a page that is short may have been cut off."""
        ask = Ask(SortField.ID, Direction.DESC, 1, self.size)
        slots = yield ask
        keys = [None if slot is None else id_key(slot) for slot in slots]
        known = [str(key) for key in keys if key is not None]
        if not known or known != sorted(set(known), reverse=True):
            raise Disordered("the rows of a page do not follow the order asked for")
        self._keep(Step(slots, known[-1], None, len(known) == len(slots), (ask,)))

    def _keep(self, step: Step) -> None:
        gone = absent(self.keeper, step)
        self.found.update(gone)
        self.written += self.keeper.save(step.rows, gone=gone, number=self.number).written

    def _cover(self, low: int, high: int) -> tuple[int, int] | None:
        """A page number and size that hold both places, or None: the stretch is longer than a page."""
        for size in range(min(self.size, high + 1), max(1, high - low), -1):
            if low // size == high // size:
                return low // size + 1, size
        return None
