"""From one encounter of a list to the next, over the borders of its pages too."""

from enum import StrEnum

from corti_gateway.errors import GatewayError
from dashboard.accounts.viewer import Viewer
from dashboard.clinicians import directory
from dashboard.encounters.one.addresses import Addresses
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
    "This encounter is not on its page of the list any more: the list has changed. Close it to see the list as it is."
)


def neighbour(request: TenantRequest, state: EncounterListState, key: str, way: Way) -> Addresses | str:
    """Where the neighbour is, or in words why there is none."""
    try:
        page = _page(request, state)
        keys = [row.id for row in page.rows]
        if key not in keys:
            return GONE
        if way is Way.NEXT:
            return _next(request, state, page, keys.index(key))
        return _previous(request, state, page, keys.index(key))
    except plan.NeedsIndex:
        return "The list needs the index, which is not there now."
    except GatewayError as error:
        return f"The list could not be read: {Failure.of(error).title}."


def _next(request: TenantRequest, state: EncounterListState, page: Page, place: int) -> Addresses | str:
    if place + 1 < len(page.rows):
        return Addresses(state, page.rows[place + 1].id)
    if not page.has_next:
        return LAST
    after = state.but(page=page.question.page + 1)
    rows = _page(request, after).rows
    return Addresses(after, rows[0].id) if rows else LAST


def _previous(request: TenantRequest, state: EncounterListState, page: Page, place: int) -> Addresses | str:
    if place:
        return Addresses(state, page.rows[place - 1].id)
    if page.question.page == 1:
        return FIRST
    before = state.but(page=page.question.page - 1)
    rows = _page(request, before).rows
    return Addresses(before, rows[-1].id) if rows else FIRST


def _page(request: TenantRequest, state: EncounterListState) -> Page:
    mine = directory.mine(request.tenant.slug, request.user)
    question = state.question(Viewer.of(request), mine, hide_deleted=request.hides_deleted)
    return plan.answer(request.tenant, question, plan.index_of(request.tenant))
