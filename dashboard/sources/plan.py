"""Who answers a question. Today there is one source, the live API; others join here."""

from dataclasses import replace

from corti_gateway.deadline import Deadline
from corti_gateway.errors import GatewayError
from corti_gateway.queries import InteractionQuery
from dashboard.listing.notices import Level, Notice
from dashboard.listing.page import Page, Total
from dashboard.sources import live, totals
from dashboard.tenants.registry import Tenant


def answer(tenant: Tenant, query: InteractionQuery, *, count: bool = False) -> Page:
    """One page of rows, with an exact total if it was asked for or is remembered; raises ``GatewayError``.

    Everything together stays within the tenant's deadline: a person is waiting.
    """
    deadline = Deadline.after(tenant.config.deadline)
    page = live.page(tenant, query, deadline)
    if page.hidden:
        # The API ignores a filter: what it would count is not this list.
        return page
    if not count:
        return replace(page, total=_that_fits(totals.remembered(tenant, page.query), page))
    try:
        return replace(page, total=totals.count(tenant, page.query, deadline))
    except GatewayError:
        # The rows are there; a count that failed must not take them away.
        notice = Notice("The rows could not be counted in time. Try “Count them” again in a moment.", Level.WARNING)
        return replace(page, notices=[*page.notices, notice])


def _that_fits(total: Total | None, page: Page) -> Total | None:
    """A remembered total, unless the page shows that the list has changed since."""
    if total is None or not page.rows:
        return None
    ends_there = page.last_row == total.rows
    return total if (page.last_row < total.rows if page.has_next else ends_there) else None
