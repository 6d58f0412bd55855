"""Who answers a question. Today there is one source, the live API; others join here."""

from dataclasses import replace

from corti_gateway.deadline import Deadline
from corti_gateway.queries import InteractionQuery
from dashboard.listing.page import Page
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
    total = totals.count(tenant, page.query, deadline) if count else totals.remembered(tenant, page.query)
    return replace(page, total=total)
