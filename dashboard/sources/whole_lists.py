"""Whole lists, up to a limit: for files."""

from dataclasses import replace

from corti_gateway.models import Interaction
from dashboard.index.reading import patients as reading
from dashboard.index.reading.patients import PatientQuestion, PatientRecord
from dashboard.index.state import IndexState
from dashboard.listing.files import Extent
from dashboard.listing.formatting import number
from dashboard.listing.page import Source
from dashboard.listing.questions import Question
from dashboard.sources import ages, indexed, plan
from dashboard.tenants.registry import Tenant

# Rows of a file: the index gives them at once, Corti page by page.
MOST, MOST_LIVE, LIVE_PAGE = 10_000, 1_000, 100


def encounters(tenant: Tenant, question: Question, index: IndexState | None) -> tuple[tuple[Interaction, ...], Extent]:
    """The rows that match, from the first on; raises what :func:`plan.answer` raises, and then there is no file."""
    if index is not None and ages.is_fresh(index):
        page = indexed.page(tenant, replace(question, page=1, size=MOST), index)
        assert page.total is not None
        notices = tuple(notice.text for notice in page.notices)
        return page.rows, Extent(page.as_of, page.source, _of(len(page.rows), page.total.rows), notices)
    return _walked(tenant, replace(question, page=1, size=LIVE_PAGE), index)


def _walked(tenant: Tenant, question: Question, index: IndexState | None) -> tuple[tuple[Interaction, ...], Extent]:
    """Page after page. A row that moved to a later page meanwhile is there once."""
    rows: dict[str, Interaction] = {}
    notices: list[str] = []
    page = plan.answer(tenant, question, index)
    as_of, source = page.as_of, page.source
    while True:
        rows |= {row.id: row for row in page.rows}
        notices += [notice.text for notice in page.notices if notice.text not in notices]
        # What is asked for is what was answered: the first page may have set an order aside.
        asked = page.question
        if not page.has_next or len(rows) >= MOST_LIVE:
            break
        page = plan.answer(tenant, replace(asked, page=asked.page + 1), index)
        if page.source is not source:
            notices.append("From some row on these are the last known ones, from the index.")
    words = f"the first {number(len(rows))}, more exist" if page.has_next else f"all {number(len(rows))}"
    if len(rows) > LIVE_PAGE:
        notices.append("Read page by page: what changed meanwhile may be missing.")
    return tuple(rows.values()), Extent(as_of, source, words, tuple(notices))


def patients(question: PatientQuestion, index: IndexState) -> tuple[tuple[PatientRecord, ...], Extent]:
    """The patients that match, from the first on."""
    found = reading.find(index.tenant, replace(question, page=1, size=MOST))
    as_of = index.as_of or index.fill_started
    assert as_of is not None
    notices = ("The index is still being filled: the rest is missing.",) if index.is_filling else ()
    return found.rows, Extent(as_of, Source.INDEX, _of(len(found.rows), found.total), notices)


def _of(rows: int, total: int) -> str:
    return f"all {number(rows)}" if rows == total else f"the first {number(rows)} of {number(total)}"
