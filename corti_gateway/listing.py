"""The pages of interactions that a person sees: true rows, true next page, whatever the API does with the question."""

from dataclasses import dataclass, replace
from datetime import datetime

from corti_gateway.capabilities import Capabilities, Verdict
from corti_gateway.counting import Count, total_of
from corti_gateway.deadline import Deadline
from corti_gateway.gateway import CortiGateway
from corti_gateway.merging import merged_window
from corti_gateway.models import Interaction
from corti_gateway.ordering import DOCUMENTED
from corti_gateway.paging import Window, fold, read_window
from corti_gateway.proof import Checked, check
from corti_gateway.queries import InteractionQuery
from corti_gateway.reading import Reading
from corti_gateway.vocabulary import SortField


@dataclass(frozen=True, slots=True)
class Listing:
    """One page that was checked.

    ``rows`` are inside the question, each id once; ``hidden`` were outside, ``unreadable`` had no usable id, ``folded``
    were repeats. ``merged``: each status was asked for on its own. ``capped``: the page size beyond which this API
    serves short pages. ``as_of`` is the start of the reading (UTC), ``calls`` the API calls it took.
    """

    rows: tuple[Interaction, ...]
    has_next: bool
    page: int
    unreadable: int
    hidden: int
    folded: int
    out_of_order: bool
    merged: bool
    capped: int | None
    as_of: datetime
    calls: int


def list_page(gateway: CortiGateway, query: InteractionQuery, *, deadline: Deadline | None = None) -> Listing:
    """The page that the query asks for; two calls as a rule. Raises :class:`~corti_gateway.errors.GatewayError`."""
    reading = Reading(gateway, deadline)
    capabilities = gateway.capabilities
    if _is_merged(query, capabilities):
        return _listing(reading, query, merged_window(reading, query, capabilities), capabilities, merged=True)
    window = read_window(reading, query)
    if len(query.statuses) > 1 and _checked(window, query, capabilities).wrong_status:
        # The verdict was yes, and here is a row of another status.
        gateway.verdicts.contradict()
        return _listing(reading, query, merged_window(reading, query, capabilities), capabilities, merged=True)
    return _listing(reading, query, window, capabilities, merged=False)


def count_rows(
    gateway: CortiGateway, query: InteractionQuery, known: int | None = None, deadline: Deadline | None = None
) -> Count:
    """The exact total of the query's filters, over all its statuses; ``known`` is an earlier total, if there is one."""
    reading = Reading(gateway, deadline)
    if _is_merged(query, gateway.capabilities):
        alone = [replace(query, statuses=(status,)) for status in query.statuses]
        totals = reading.together([lambda one=one: total_of(reading, one) for one in alone])  # type: ignore[misc]
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


def _checked(window: Window, query: InteractionQuery, capabilities: Capabilities | None) -> Checked:
    return check(window.slots, query, capabilities)


def _listing(
    reading: Reading, query: InteractionQuery, window: Window, capabilities: Capabilities | None, *, merged: bool
) -> Listing:
    slots, folded = fold(window.slots)
    checked = check(slots, query, capabilities)
    return Listing(
        rows=checked.rows,
        has_next=window.has_next,
        page=query.page,
        unreadable=sum(slot is None for slot in slots),
        hidden=checked.hidden,
        folded=folded,
        out_of_order=checked.out_of_order,
        merged=merged,
        capped=reading.source.sizes.cap,
        as_of=reading.as_of,
        calls=reading.calls,
    )
