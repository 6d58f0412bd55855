"""Rows straight from the tenant's API."""

from dataclasses import replace

from corti_gateway.capabilities import Capabilities, SortKey, Verdict
from corti_gateway.deadline import Deadline
from corti_gateway.listing import Listing, last_page, list_page, offered_sorts
from corti_gateway.vocabulary import Direction
from dashboard.listing.notices import Level, Notice
from dashboard.listing.page import Page
from dashboard.listing.questions import FROM_THE_WIRE, Order, Question, Sort
from dashboard.tenants.registry import Tenant

# Orders that are only offered once this tenant's API was seen to honour them.
NEED_PROOF = {Order.PATIENT, Order.ENDED}


def sorts(tenant: Tenant) -> tuple[Order, ...]:
    """What this tenant's list can be sorted by, as far as is known now; asks nobody."""
    return tuple(FROM_THE_WIRE[sort] for sort in offered_sorts(tenant.gateway.capabilities))


def takes_several_statuses(tenant: Tenant) -> bool:
    """Whether the API was seen to answer for several statuses at once."""
    found = tenant.gateway.capabilities
    return found is not None and found.several_statuses is Verdict.YES


def page(tenant: Tenant, question: Question, deadline: Deadline) -> Page:
    """The page asked for, or the nearest true one with a notice."""
    notices: list[Notice] = []
    tenant.gateway.prove(wait=question.sort.order in NEED_PROOF, deadline=deadline)
    offered = sorts(tenant)
    if question.sort.order not in offered:
        notices.append(Notice(_no_sort(question.sort.order, tenant.gateway.capabilities)))
        question = replace(question, sort=Sort(), page=1)
    listing = list_page(tenant.gateway, question.wire(), deadline=deadline)
    if not listing.rows and question.page > 1:
        last = last_page(tenant.gateway, question.wire(), deadline=deadline)
        if last < question.page:
            notices.append(past_the_end(question.page, last))
            question = replace(question, page=last)
            listing = list_page(tenant.gateway, question.wire(), deadline=deadline)
    found = tenant.gateway.capabilities
    return Page(
        question,
        listing.rows,
        listing.has_next,
        listing.as_of,
        offered,
        hidden=listing.hidden,
        unreadable=listing.unreadable,
        out_of_order=listing.out_of_order,
        order_remark=_order_remark(question, found),
        by_period_end=found is not None and found.ended_key is SortKey.PERIOD_ENDED,
        notices=[*notices, *_remarks(listing, found)],
    )


def past_the_end(page: int, last: int) -> Notice:
    return Notice(f"Page {page:,} is past the end. This is the last page, {last:,}.")


def _no_sort(order: Order, found: Capabilities | None) -> str:
    verdict = None if found is None else found.sort_by_patient if order is Order.PATIENT else found.sort_by_ended
    if verdict is Verdict.NO:
        return "This tenant’s API does not sort by that field reliably: newest created first instead."
    return "Whether this tenant’s API sorts by that field is not known yet: newest created first instead."


def _order_remark(question: Question, found: Capabilities | None) -> str:
    if question.sort.order is not Order.ENDED or found is None or found.nulls_first is None:
        return ""
    first = found.nulls_first is (question.sort.direction is Direction.ASC)
    return "after those without an end" if first else "then those without an end"


def _remarks(listing: Listing, found: Capabilities | None) -> list[Notice]:
    remarks = []
    # While nothing is proven, merging is only a way to be right; where the API was seen to fail, users should know.
    if listing.merged and found is not None and found.several_statuses is Verdict.NO:
        remarks.append(
            Notice(
                "This tenant’s API does not filter by several statuses at once: "
                "each was asked for on its own, and the answers were merged in order."
            )
        )
    if listing.hidden:
        remarks.append(
            Notice(
                f"The API returned {_rows(listing.hidden)} outside these filters. They are not shown, so pages of this "
                "list are shorter than usual, and nobody can say how many match.",
                Level.WARNING,
            )
        )
    if listing.unreadable:
        remarks.append(Notice(f"{_rows(listing.unreadable)} on this page could not be read.", Level.WARNING))
    if listing.out_of_order:
        words = "The API did not return these rows in the order asked for."
        if listing.merged:
            words += " So the statuses follow one after the other."
        remarks.append(Notice(words, Level.WARNING))
    if listing.folded:
        remarks.append(Notice(f"The API repeated {_rows(listing.folded)}; each is shown once."))
    return remarks


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
