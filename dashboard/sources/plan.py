"""Who answers a question: the live API where it answers truthfully, the index for the rest, and the index, with its
age, where the live call fails."""

from collections import Counter
from dataclasses import replace

from corti_gateway.deadline import Deadline
from corti_gateway.errors import GatewayError, TimedOut
from corti_gateway.vocabulary import EncounterStatus
from dashboard.index.reading import counting
from dashboard.index.reading.narrowing import Narrowing
from dashboard.index.state import OLD, IndexState, look, state_of
from dashboard.listing.failures import Failure
from dashboard.listing.notices import Level, Notice
from dashboard.listing.page import Outage, Page, Source, Total
from dashboard.listing.questions import Order, Question
from dashboard.sources import indexed, live, totals
from dashboard.sources.ages import is_fresh, old, so_far
from dashboard.tenants import circuit
from dashboard.tenants.registry import Tenant

# Seconds; so long a visitor waits for an API that was down a moment ago, where a follower asks it more patiently.
PATIENCE = 0.75


class NeedsIndex(Exception):
    """Only an index could answer this, and there is none to ask: it is off, or not begun."""


def index_of(tenant: Tenant) -> IndexState | None:
    """The state of the tenant's index, noting that somebody looks; None where it is off or nobody ever followed it."""
    if not tenant.config.index:
        return None
    index = state_of(tenant.slug)
    if index is not None:
        look(index)
    return index


def offered(tenant: Tenant, index: IndexState | None) -> tuple[Order, ...]:
    """What the list can be sorted by now."""
    return indexed.SORTS if index is not None and not index.is_empty else live.sorts(tenant)


def answer(
    tenant: Tenant,
    question: Question,
    index: IndexState | None = None,
    *,
    count: bool = False,
    deadline: Deadline | None = None,
) -> Page:
    """One page of rows; raises ``GatewayError``, or :class:`NeedsIndex`.

    Everything together stays within the tenant's deadline, or the given one: a person is waiting.
    """
    usable = index if index is not None and not index.is_empty else None
    if question.needs_index and usable is None:
        raise NeedsIndex
    trouble = circuit.trouble(tenant.slug)
    if usable is not None and _is_for_the_index(tenant, question, usable):
        return replace(_from_index(tenant, question, usable), outage=_told(trouble))
    is_followed = usable is not None and bool(usable.holder)
    seconds = tenant.config.deadline if deadline is None else deadline.remaining()
    if is_followed and trouble is not None and trouble.is_open:
        seconds = min(PATIENCE, seconds)
    try:
        page = _asked(tenant, question, trouble, seconds, count=count)
    except GatewayError as error:
        instead = None if usable is None else _instead(tenant, question, usable, f"{Failure.of(error).title}.")
        if instead is None or instead.empty:
            # A list that nobody vouches for now must not look like an empty one.
            raise
        return replace(instead, outage=outage(tenant))
    if usable is not None and usable.is_complete:
        if page.hidden or page.out_of_order or (page.unreadable and not page.rows):
            instead = _instead(tenant, question, usable, "Corti’s answer did not fit the question.")
            return replace(page, sorts=offered(tenant, index)) if instead.empty else instead
        page = _with_counts(page, usable)
    return replace(page, sorts=offered(tenant, index))


def finds(index: IndexState, text: str, *, hide_deleted: bool) -> bool:
    """Whether a search finds anything in the index."""
    found = _matching(index, Question(text=text))
    return found.total() > (found[EncounterStatus.DELETED] if hide_deleted else 0)


def outage(tenant: Tenant) -> Outage | None:
    """Since when the tenant's API is left alone, if it is."""
    return _told(circuit.trouble(tenant.slug))


def _told(trouble: circuit.Trouble | None) -> Outage | None:
    return Outage(trouble.since, trouble.pause) if trouble is not None and trouble.is_open else None


def _is_for_the_index(tenant: Tenant, question: Question, index: IndexState) -> bool:
    """What the live API cannot answer, or not truthfully without many calls."""
    if question.needs_index:
        return True
    fresh = is_fresh(index)
    if question.may_meet_deleted and fresh and _matching(index, question)[EncounterStatus.DELETED]:
        # Leaving rows out would make pages of unequal length, which nobody could number.
        return True
    if question.sort.order is Order.PATIENT or (question.sort.order is Order.ASSIGNED and indexed.has_names(tenant)):
        return index.is_complete
    if len(question.statuses) > 1 and not live.takes_several_statuses(tenant):
        return fresh
    return question.sort.order is Order.ENDED and fresh and Order.ENDED not in live.sorts(tenant)


def _asked(tenant: Tenant, question: Question, trouble: circuit.Trouble | None, seconds: float, *, count: bool) -> Page:
    """The live answer, unless the API is down and it is not this caller's turn to ask again."""
    if trouble is not None and not trouble.may_ask():
        raise trouble.failure
    deadline = Deadline.after(seconds)
    try:
        page = live.page(tenant, question, deadline)
    except GatewayError as error:
        is_open = trouble is not None and trouble.is_open
        if is_open or not isinstance(error, TimedOut) or seconds >= tenant.config.read_timeout:
            circuit.failed(tenant.slug, error)
        # Else it was the caller who had no time: that says nothing about the API.
        raise
    if trouble is not None:
        circuit.worked(tenant.slug)
    page = _without_deleted(page)
    if not page.is_whole:
        # The API ignores a filter, or counts what is not to be seen: what it would count is not this list.
        return page
    if not count:
        return replace(page, total=_that_fits(totals.remembered(tenant, page.question), page))
    try:
        return replace(page, total=totals.count(tenant, page.question, deadline))
    except GatewayError:
        # The rows are there; a count that failed must not take them away.
        notice = Notice("The rows could not be counted in time. Try “Count them” again in a moment.", Level.WARNING)
        return replace(page, notices=[*page.notices, notice])


def _without_deleted(page: Page) -> Page:
    """A page of rows without those that whoever asks must not see."""
    if not page.question.may_meet_deleted:
        return page
    rows = tuple(row for row in page.rows if row.encounter.status is not EncounterStatus.DELETED)
    gone = len(page.rows) - len(rows)
    if not gone:
        return page
    words = "1 deleted encounter is" if gone == 1 else f"{gone} deleted encounters are"
    notice = Notice(f"{words} not shown on this page: only admins see deleted ones.")
    return replace(page, rows=rows, withheld=gone, notices=[*page.notices, notice])


def _from_index(tenant: Tenant, question: Question, index: IndexState) -> Page:
    page = indexed.page(tenant, question, index)
    if index.is_filling:
        return replace(page, notices=[*page.notices, Notice(f"{so_far(index)} The rest is missing here.")])
    return replace(page, notices=[*page.notices, *old(index)])


def _instead(tenant: Tenant, question: Question, index: IndexState, why: str) -> Page:
    """The index in place of a live answer that failed or was not true."""
    page = indexed.page(tenant, question, index)
    rest = f" {so_far(index)} The rest is missing here." if index.is_filling else ""
    notice = Notice(f"{why} Shown are the last known rows, from the index.{rest}", Level.WARNING)
    return replace(page, notices=[notice, *page.notices])


def _with_counts(page: Page, index: IndexState) -> Page:
    """The live rows with the index's counts: of each status always, in all where the rows do not contradict it."""
    by_status = _matching(index, page.question)
    if page.question.hide_deleted:
        del by_status[EncounterStatus.DELETED]
    # Beside rows of this moment, counts that are old would be taken for counts of this moment.
    page = replace(page, by_status=by_status if index.age < OLD else None)
    if page.total is not None or index.as_of is None or not page.is_whole:
        return page
    wanted = [status.value for status in page.question.statuses] or list(by_status)
    total = Total(sum(by_status[status] for status in wanted), index.as_of, Source.INDEX)
    return replace(page, total=_that_fits(total, page))


def _matching(index: IndexState, question: Question) -> Counter[str]:
    """How many encounters of each status match by the index, whichever statuses are chosen."""
    narrowing = Narrowing.of(index.tenant, replace(question, statuses=()))
    return counting.summed(counting.by_status_and_type(narrowing), 0)


def _that_fits(total: Total | None, page: Page) -> Total | None:
    """A total that was counted before, unless the page shows that the list has changed since."""
    if total is None or not page.rows:
        return None
    ends_there = page.last_row == total.rows
    return total if (page.last_row < total.rows if page.has_next else ends_there) else None
