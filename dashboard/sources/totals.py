"""Exact totals, counted on request and remembered for a while with their time."""

from django.core.cache import cache
from django.utils.crypto import salted_hmac

from corti_gateway.deadline import Deadline
from corti_gateway.listing import count_rows
from corti_gateway.queries import InteractionQuery
from dashboard.listing.page import Total
from dashboard.tenants.registry import Tenant

REMEMBERED = 10 * 60  # seconds


def remembered(tenant: Tenant, query: InteractionQuery) -> Total | None:
    """The total of this list if it was counted lately."""
    total = cache.get(_key(tenant, query))
    return total if isinstance(total, Total) else None


def count(tenant: Tenant, query: InteractionQuery, deadline: Deadline) -> Total:
    """Count the list behind a query now; a total known from before makes it one call."""
    known = remembered(tenant, query)
    counted = count_rows(tenant.gateway, query, known=known.rows if known else None, deadline=deadline)
    total = Total(counted.total, counted.as_of)
    cache.set(_key(tenant, query), total, REMEMBERED)
    return total


def _key(tenant: Tenant, query: InteractionQuery) -> str:
    # What is counted depends on the filter alone; a digest keeps the patient out of the cache's keys.
    filters = repr((tenant.slug, query.statuses, query.patient))
    return "total:" + salted_hmac("dashboard.sources.totals", filters).hexdigest()
