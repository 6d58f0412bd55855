"""The pages of interactions that a person sees: true rows, true next page, whatever the API does with the question."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from corti_gateway.capabilities import Capabilities, Verdict
from corti_gateway.counting import Count, total_of
from corti_gateway.deadline import Deadline
from corti_gateway.doubting import Doubt, doubt
from corti_gateway.gateway import CortiGateway
from corti_gateway.merging import merged_window
from corti_gateway.models import Interaction
from corti_gateway.ordering import DOCUMENTED
from corti_gateway.paging import Window, fold, read_window
from corti_gateway.proof import check
from corti_gateway.queries import InteractionQuery
from corti_gateway.reading import Reading
from corti_gateway.vocabulary import SortField


@dataclass(frozen=True, slots=True)
class Listing:
    """One page that was checked.

    ``rows`` are inside the question, each id once; ``hidden`` were outside (``wrong_status``: some for their status),
    ``unreadable`` had no usable id, ``folded`` were repeats. ``merged``: each status was asked for on its own.
    ``out_of_order``: the rows, or the lists that they were merged from, do not follow the sort. ``as_of`` is the start
    of the reading (UTC).
    """

    rows: tuple[Interaction, ...]
    has_next: bool
    page: int
    unreadable: int
    hidden: int
    wrong_status: bool
    folded: int
    out_of_order: bool
    merged: bool
    as_of: datetime


def list_page(gateway: CortiGateway, query: InteractionQuery, *, deadline: Deadline | None = None) -> Listing:
    """The page that the query asks for; two calls as a rule. Raises :class:`~corti_gateway.errors.GatewayError`."""
    reading = Reading(gateway, deadline)
    capabilities = gateway.capabilities
    merged = _is_merged(query, capabilities)
    if not merged:
        window = read_window(reading, query)
        listing = _listing(reading, query, window, capabilities)
        if len(query.statuses) < 2:
            return listing
        found = Doubt.PROVEN if listing.wrong_status else doubt(reading, query, window, capabilities)
        if found is Doubt.NONE:
            return listing
        if found is Doubt.PROVEN:
            # The verdict was yes, and this page shows otherwise.
            gateway.verdicts.contradict()
    return _listing(reading, query, merged_window(reading, query, capabilities), capabilities, merged=True)


def count_rows(
    gateway: CortiGateway, query: InteractionQuery, known: int | None = None, deadline: Deadline | None = None
) -> Count:
    """The exact total of the query's filters, over all its statuses; ``known`` is an earlier total, if there is one.

    At most 2·log2(n) + 4 calls. Where several statuses are not proven to work in one question, each status is counted
    on its own: 2·log2(n) + 4 calls for each status asked for, all statuses at the same time; ``known``, a total of
    all, then says nothing about one of them.
    """
    reading = Reading(gateway, deadline)
    if _is_merged(query, gateway.capabilities):
        alone = [replace(query, statuses=(status,)) for status in query.statuses]
        totals = reading.together([partial(total_of, reading, one) for one in alone])
        return Count(sum(totals), reading.calls, reading.as_of)
    return Count(total_of(reading, query, known), reading.calls, reading.as_of)


def last_page(gateway: CortiGateway, query: InteractionQuery, *, deadline: Deadline | None = None) -> int:
    """The number of the last page that has rows, for a page past the end; 1 for an empty list."""
    total = count_rows(gateway, query, deadline=deadline).total
    return max(1, -(-total // query.page_size))


def offered_sorts(capabilities: Capabilities | None) -> tuple[SortField, ...]:
    """The sorts that this tenant's API is known to honour, in the order of the vocabulary."""
    proven = set(DOCUMENTED)
    if capabilities is not None and capabilities.sort_by_patient is Verdict.YES:
        proven.add(SortField.PATIENT)
    if capabilities is not None and capabilities.sort_by_ended is Verdict.YES:
        proven.add(SortField.ENDED)
    return tuple(sort for sort in SortField if sort in proven)


def _is_merged(query: InteractionQuery, capabilities: Capabilities | None) -> bool:
    """Several statuses go to the API in one question only where that is proven to work."""
    return len(query.statuses) > 1 and (capabilities is None or capabilities.several_statuses is not Verdict.YES)


def _listing(
    reading: Reading,
    query: InteractionQuery,
    window: Window,
    capabilities: Capabilities | None,
    *,
    merged: bool = False,
) -> Listing:
    slots, folded = fold(window.slots)
    checked = check(slots, query, capabilities)
    return Listing(
        rows=checked.rows,
        has_next=window.has_next,
        page=query.page,
        unreadable=sum(slot is None for slot in slots),
        hidden=checked.hidden,
        wrong_status=checked.wrong_status,
        folded=folded,
        out_of_order=checked.out_of_order or window.out_of_order,
        merged=merged,
        as_of=reading.as_of,
    )
