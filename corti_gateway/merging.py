"""Several statuses at once for an API that honours one: ask for each, merge in order, with true pages at any depth.

The merged list is ordered by (key, order of the statuses, place in the status's own list), a total order, so each row
is on exactly one page. Rows of one status always keep the order in which the API gives them. A page that begins after K
rows needs to know how many of those K come from each status: the cut. Near the front the first rows of each list show
it; farther down it is found by single-row probes, which halve the part of each list that the cut may lie in: about the
logarithm of K calls a status.

Merging needs lists that rise. The first rows of each status (a full page of the largest size) tell whether they do and
on which side rows without a key stand; both are remembered for some minutes. Where a list does not rise, the statuses
come one after the other, each in its own order: no key is needed for that, and each row is still on exactly one page.
A list that rises on its first page and not farther down is found out only where it is read: pages read before that
were merged, and the window says ``out_of_order`` from then on.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from heapq import merge as merge_sorted

from corti_gateway.capabilities import Capabilities, SortKey
from corti_gateway.counting import total_of
from corti_gateway.cutting import cut
from corti_gateway.errors import UnreadableAnswer
from corti_gateway.ordering import FOUND, KeyOf, key_of
from corti_gateway.paging import Window, read_rows
from corti_gateway.places import AFTER, BEFORE, LOOK_BACK, PAST_END, Contradiction, Place, Ruler
from corti_gateway.queries import InteractionQuery
from corti_gateway.reading import Reading, Slots
from corti_gateway.vocabulary import Direction, SortField

REMEMBER = 300.0
DISORDER = "disorder"


def merged_window(reading: Reading, query: InteractionQuery, capabilities: Capabilities | None) -> Window:
    """The page of the merged list that the query asks for, and whether a row follows it."""
    memory, about = reading.source.memory, ("order", query.sort, query.direction, query.statuses)
    remembered = memory.recall(about)
    # A second time and learned anew, because the list may have moved between two questions.
    for learned in () if remembered == DISORDER else (remembered, None):
        merge = Merge(reading, query, capabilities)
        try:
            window = merge.window(learned)
        except Contradiction:
            continue
        if query.patient is None:
            # The few rows of one patient say too little about the others.
            memory.remember(about, merge.ruler.without_key, REMEMBER)
        return window
    memory.remember(about, DISORDER, REMEMBER)
    return one_after_the_other(reading, query)


def one_after_the_other(reading: Reading, query: InteractionQuery) -> Window:
    """The page of all statuses' lists, one list after the other; costs an exact count of each."""
    lists = [replace(query, statuses=(status,)) for status in query.statuses]
    totals = reading.together([partial(total_of, reading, one) for one in lists])
    first, last = (query.page - 1) * query.page_size, query.page * query.page_size
    slots: Slots = []
    for one, total in zip(lists, totals, strict=True):
        begin, end = max(first, 0), min(last, total)
        if begin < end:
            slots += read_rows(reading, one, begin + 1, end)
        first, last = first - total, last - total
    return Window(slots, sum(totals) > query.page * query.page_size, out_of_order=True)


class Merge:
    """One merged list: a sub-list a status, and the order that merges them."""

    def __init__(self, reading: Reading, query: InteractionQuery, capabilities: Capabilities | None) -> None:
        self.reading = reading
        self.query = query
        self.lists = [replace(query, statuses=(status,)) for status in query.statuses]
        key = key_of(query.sort, capabilities) or _guess(query.sort)
        self.ruler = Ruler(key, query.direction is Direction.DESC)
        self.largest = reading.source.sizes.largest(reading.source.config.page_size_max)

    def window(self, without_key: int | None) -> Window:
        """The page asked for; ``without_key`` as in :class:`Ruler`, None while it must be learned."""
        size, skipped = self.query.page_size, (self.query.page - 1) * self.query.page_size
        # Rows that may be fetched only to be passed over: as many as fit on a page beside the wanted ones.
        spare = max(0, self.largest - size - 1 - LOOK_BACK)
        starts = [0] * len(self.lists)
        shallow = skipped <= spare
        wanted = skipped + size + 1
        if without_key is not None:
            self.ruler.without_key = without_key
        else:
            heads = self.fetch(starts, max(wanted, self.largest) if shallow else self.largest)
            self.learn(heads)
            if shallow:
                return self.merged(starts, heads, skipped)
            self.placed(starts, heads)
        if not shallow:
            found = self.starts(skipped, spare // 2)
            if found is None:
                return Window([], has_next=False)
            starts = found
            wanted = skipped - sum(starts) + size + 1
        return self.merged(starts, self.fetch(starts, wanted), skipped)

    def learn(self, heads: Sequence[Slots]) -> None:
        """See on which side rows without a key stand, from the first rows of each list."""
        firsts = [next((slot for slot in head if slot is not None), None) for head in heads]
        keyless = [self.ruler.key(first) is None for first in firsts if first is not None]
        self.ruler.without_key = BEFORE if any(keyless) else AFTER
        if any(keyless) and not all(keyless):
            # A list that has only such rows, or a list that begins with them? The list of all statuses knows.
            first_of_all = self.reading.at(replace(self.query, statuses=()), 1)
            if first_of_all and first_of_all[0] is not None and self.ruler.key(first_of_all[0]) is not None:
                self.ruler.without_key = AFTER

    def starts(self, skipped: int, slack: int) -> list[int] | None:
        """The cut after ``skipped`` rows, or None if that is past the end."""
        # More rows than skipped can only be there if one list has more than its even share.
        share = skipped // len(self.lists)
        at_share = self.reading.together([partial(self.probe, status, share) for status in range(len(self.lists))])
        ends = [share if place.level == PAST_END else skipped for place in at_share]
        if sum(ends) <= skipped and skipped not in ends:
            return None
        return cut(ends, skipped, self.probe, self.reading.together, slack)

    def probe(self, status: int, rank: int) -> Place:
        """The place of the row at a rank (from 0) of one list; past the end if there is none."""
        back: Slots = []
        for before in range(rank, max(-1, rank - LOOK_BACK - 1), -1):
            slots = self.reading.at(self.lists[status], before + 1)
            if not slots:
                return self.ruler.past_end(status, rank)
            back.append(slots[0])
            if self.ruler.is_certain(slots[0]):
                break
        if len(back) > LOOK_BACK and not any(back):
            raise UnreadableAnswer(
                "several rows in a row cannot be read",
                status=200,
                tenant=self.reading.source.config.slug,
                operation="list interactions",
            )
        return self.ruler.place(back, status, rank)

    def fetch(self, starts: Sequence[int], wanted: int) -> list[Slots]:
        """So many rows of each list, after ``starts[i]`` of it; with a few rows before them, for damaged ones."""
        return self.reading.together(
            [
                partial(read_rows, self.reading, one, max(0, start - LOOK_BACK) + 1, start + wanted)
                for one, start in zip(self.lists, starts, strict=True)
            ]
        )

    def placed(self, starts: Sequence[int], lists: Sequence[Slots]) -> list[list[Place]]:
        """The places of what was fetched."""
        return [
            self.ruler.places(slots, status, max(0, start - LOOK_BACK))
            for status, (start, slots) in enumerate(zip(starts, lists, strict=True))
        ]

    def merged(self, starts: Sequence[int], lists: Sequence[Slots], skipped: int) -> Window:
        """The page, from rows that were fetched after ``starts``."""
        entries = [
            [entry for entry in zip(places, slots, strict=True) if entry[0].rank >= start]
            for start, places, slots in zip(starts, self.placed(starts, lists), lists, strict=True)
        ]
        slots = [slot for _, slot in merge_sorted(*entries, key=lambda entry: entry[0])]
        passed = skipped - sum(starts)
        end = passed + self.query.page_size
        return Window(slots[passed:end], len(slots) > end)


def _guess(sort: SortField) -> KeyOf:
    """A key to merge by where none was proven; whether the rows follow it is seen."""
    return FOUND[SortKey.ENDED if sort is SortField.ENDED else SortKey.IDENTIFIER]
