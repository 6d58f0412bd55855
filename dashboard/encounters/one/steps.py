"""From one encounter of a list to the next, over the borders of its pages too."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum
from functools import partial

from corti_gateway.deadline import Deadline
from corti_gateway.errors import GatewayError, TimedOut
from dashboard.accounts.viewer import Viewer
from dashboard.clinicians import directory
from dashboard.encounters.one.addresses import Addresses
from dashboard.encounters.presenters import can_be_opened
from dashboard.encounters.state import EncounterListState
from dashboard.listing.failures import Failure
from dashboard.listing.page import Page
from dashboard.sources import plan
from dashboard.tenants.access import TenantRequest


class Way(StrEnum):
    NEXT = "next"
    PREVIOUS = "previous"


LAST, FIRST = "This is the last encounter of the list.", "This is the first encounter of the list."
GONE = (
    "This encounter is neither on this page of the list nor on those beside it. Go back to the list to see it as it is."
)
# So many pages without a row that can be opened are passed over.
FAR = 4
NONE_NEAR = "The {} pages of the list hold no encounter that can be opened."
# Of the time of a view: the rest is for the encounter itself, which is shown again where there is no neighbour.
SHARE = 0.75
# Seconds; in less no page of a list is asked for.
ENOUGH = 0.5

# A page of the list.
Read = Callable[[EncounterListState], Page]


def neighbour(request: TenantRequest, here: Addresses, way: Way, deadline: Deadline) -> Addresses | str:
    """Where the neighbour is, or in words why there is none."""
    read = partial(_page, request, Deadline.after(SHARE * deadline.remaining()))
    try:
        for there, page in _near(read, here.state):
            ids = [row.id for row in page.rows]
            if here.key in ids:
                found = _neighbour(read, there, page, ids.index(here.key), way)
                return found if isinstance(found, str) else replace(found, back=here.back)
        return GONE
    except plan.NeedsIndex:
        return "The list needs the index, which is not there now."
    except GatewayError as error:
        return f"The list could not be read: {Failure.of(error).title}."


def _near(read: Read, state: EncounterListState) -> Iterator[tuple[EncounterListState, Page]]:
    """The page that the encounter was on, and those beside it: what is new pushes rows on, what leaves pulls them."""
    page = read(state)
    yield state, page
    for way in Way:
        if there := _beside(state, page, way):
            yield there, read(there)


def _neighbour(read: Read, state: EncounterListState, page: Page, place: int, way: Way) -> Addresses | str:
    """The next row that can be opened, on this page or on one of the next few."""
    key = page.rows[place].id
    rows = page.rows[place + 1 :] if way is Way.NEXT else page.rows[:place][::-1]
    for _ in range(FAR):
        # What came in meanwhile may have pushed the encounter itself on to the next page.
        found = next((row.id for row in rows if can_be_opened(row) and row.id != key), "")
        if found:
            return Addresses(state, found)
        beside = _beside(state, page, way)
        if beside is None:
            return LAST if way is Way.NEXT else FIRST
        state, page = beside, read(beside)
        rows = page.rows if way is Way.NEXT else page.rows[::-1]
    return NONE_NEAR.format(way)


def _beside(state: EncounterListState, page: Page, way: Way) -> EncounterListState | None:
    """The list at the page after or before this one, if there is one."""
    number = page.question.page
    if way is Way.NEXT:
        return state.but(page=number + 1) if page.has_next else None
    return state.but(page=number - 1) if number > 1 else None


def _page(request: TenantRequest, deadline: Deadline, state: EncounterListState) -> Page:
    """A page of the list; all pages together stay within the deadline, as nobody waits for longer."""
    if deadline.remaining() < ENOUGH:
        raise TimedOut("no time is left for another page of the list", tenant=request.tenant.slug)
    mine = directory.mine(request.tenant.slug, request.user)
    question = state.question(Viewer.of(request), mine, hide_deleted=request.hides_deleted)
    return plan.answer(request.tenant, question, plan.index_of(request.tenant), deadline=deadline)
