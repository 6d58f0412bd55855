"""Exact totals, counted on request and remembered for a while with their time."""

from django.utils.crypto import salted_hmac

from corti_gateway.deadline import Deadline
from corti_gateway.listing import count_rows
from dashboard import remembering
from dashboard.listing.page import Total
from dashboard.listing.questions import Question
from dashboard.tenants.registry import Tenant

REMEMBERED = 10 * 60  # seconds


def remembered(tenant: Tenant, question: Question) -> Total | None:
    """The total of this list if it was counted lately."""
    total = remembering.recall(_key(tenant, question))
    return total if isinstance(total, Total) else None


def count(tenant: Tenant, question: Question, deadline: Deadline) -> Total:
    """Count the list behind a question now; a total known from before makes it one call."""
    known = remembered(tenant, question)
    counted = count_rows(tenant.gateway, question.wire(), known=known.rows if known else None, deadline=deadline)
    total = Total(counted.total, counted.as_of)
    remembering.keep(_key(tenant, question), total, REMEMBERED)
    return total


def _key(tenant: Tenant, question: Question) -> str:
    # What is counted depends on the filter alone; a digest keeps the patient out of the cache's keys.
    filters = repr((tenant.slug, question.statuses, question.patient))
    return "total:" + salted_hmac("dashboard.sources.totals", filters).hexdigest()
