"""Rows from the local index."""

from dataclasses import replace

from corti_gateway.vocabulary import Direction
from dashboard.clinicians import directory
from dashboard.index.reading import encounters
from dashboard.index.state import IndexState
from dashboard.listing.notices import Notice
from dashboard.listing.page import Page, Source, Total
from dashboard.listing.questions import Order, Question
from dashboard.sources.live import past_the_end
from dashboard.tenants.registry import Tenant

SORTS = tuple(Order)


def page(tenant: Tenant, question: Question, index: IndexState) -> Page:
    """The page asked for, or the last one with a notice, with its total and the counts of each status.

    An index that is still being filled knows neither: what it can count is no total.
    """
    names = _by_name(tenant) if question.sort.order is Order.ASSIGNED else ()
    found = encounters.find(index.tenant, question, names)
    notices: list[Notice] = []
    last = max(1, -(-found.total // question.size))
    if question.page > last:
        notices.append(past_the_end(question.page, last))
        question = replace(question, page=last)
        found = encounters.find(index.tenant, question, names)
    as_of = index.as_of or index.fill_started
    assert as_of is not None
    return Page(
        question,
        found.rows,
        question.offset + len(found.rows) < found.total,
        as_of,
        SORTS,
        source=Source.INDEX,
        order_remark=_order_remark(question),
        partial=index.is_filling,
        total=None if index.is_filling else Total(found.total, as_of, Source.INDEX),
        by_status=None if index.is_filling else found.by_status,
        notices=notices,
    )


def has_names(tenant: Tenant) -> bool:
    """Whether any clinician of the tenant has a name to sort by."""
    return bool(directory.names(tenant.slug))


def _by_name(tenant: Tenant) -> tuple[str, ...]:
    """The clinicians who have names, A to Z; the others follow by their ids."""
    names = directory.names(tenant.slug)
    return tuple(sorted(names, key=lambda user: (names[user].casefold(), user)))


def _order_remark(question: Question) -> str:
    if question.sort.order not in (Order.ENDED, Order.DURATION):
        return ""
    return "then those without an end" if question.sort.direction is Direction.ASC else "after those without an end"
