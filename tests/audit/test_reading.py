"""“Who looked at this patient?”: every entry once, in order, and found along the patient's own entries."""

from dataclasses import replace
from itertools import product

import pytest
from django.db import connections
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from dashboard.audit import routing
from dashboard.audit.models import Entry
from dashboard.audit.reading import page
from dashboard.audit.state import LogState
from dashboard.audit.writing import Event, append

pytestmark = pytest.mark.django_db
STATE = LogState("nordhavn")


@pytest.fixture
def written():
    """60 entries: of three patients, two users, two kinds; then some of another tenant."""
    for number in range(60):
        patients = [f"PT-{one}" for one in range(3) if (number + one) % (one + 2) == 0]
        kind, user = ("patient", "search")[number % 5 == 0], f"user-{number % 2}"
        append(Event(kind, "R", "shown", tenant="nordhavn", username=user, patients=patients))
    append(Event("patient", "R", "shown", tenant="riverside", username="user-0", patients=["PT-0", "PT-1"]))
    return list(Entry.objects.using(routing.alias()).filter(tenant="nordhavn").order_by("number"))


def read(state, span, size):
    """The numbers of all pages, page by page."""
    found = []
    while True:
        got = page(state, span, size)
        assert len(got.entries) <= size
        found += [entry.number for entry in got.entries]
        if not got.next:
            return found
        state = replace(state, after=got.next)


def wanted(written, state, span):
    begin, end = span
    kept = [
        entry.number
        for entry in written
        if f'"{state.patient}"' in entry.patients
        and state.user in ("", entry.username)
        and state.kind in ("", entry.kind)
        and (begin is None or entry.at >= begin)
        and (end is None or entry.at < end)
    ]
    return kept if state.oldest_first else kept[::-1]


@pytest.mark.parametrize("oldest_first", [False, True])
def test_every_entry_of_a_patient_is_found_once_under_all_filters_and_page_sizes(written, oldest_first):
    spans = [(None, None), (written[10].at, written[40].at), (written[30].at, None), (None, 1)]
    questions = product(["PT-0", "PT-1", "PT-2", "PT-9"], ["", "user-0"], ["", "search", "export"], spans, [1, 7, 100])
    for patient, user, kind, span, size in questions:
        state = replace(STATE, patient=patient, user=user, kind=kind, oldest_first=oldest_first)
        assert read(state, span, size) == wanted(written, state, span), (state, span, size)
    assert len(wanted(written, replace(STATE, patient="PT-0"), (None, None))) == 30


@pytest.mark.parametrize("after", ["junk", "-1", "9" * 40, "²", "².²", "1.", ".1", "1.2.3", "١"])
@pytest.mark.parametrize("patient", ["", "PT-0"])
def test_an_odd_place_in_the_log_is_its_beginning_and_said(written, after, patient):
    query = QueryDict(mutable=True)
    query["after"] = after
    state = replace(LogState.read(query, STATE.tenant), patient=patient)
    assert [notice.text for notice in state.notices] == [
        f"“{after}” in the address is not a place in the log, so it was set aside."
    ]
    assert page(state, (None, None)) == page(replace(STATE, patient=patient), (None, None))


@pytest.mark.parametrize(("patient", "after"), [("PT-0", "1700000000000000.12"), ("", "12")])
def test_a_place_of_the_other_kind_is_the_beginning(written, patient, after):
    state = replace(STATE, patient=patient, after=after)
    assert page(state, (None, None)) == page(replace(state, after=""), (None, None))


@pytest.mark.skipif(routing.alias() != routing.OWN, reason="what PostgreSQL chooses depends on what is in the tables")
def test_a_search_for_a_patient_looks_at_the_patient_s_entries_only(written):
    """Along any other index all entries of the tenant, or of the days, would be looked at: seconds, of a million."""
    connection = connections[routing.alias()]
    span = (written[10].at, written[40].at)
    for oldest_first, after, one in product([False, True], ["", "20"], [(None, None), span]):
        state = replace(STATE, patient="PT-0", oldest_first=oldest_first, after=after)
        with CaptureQueriesContext(connection) as asked:
            page(state, one)
        (query,) = asked.captured_queries
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plan = [row[3] for row in cursor.fetchall()]
        assert any("(tenant=? AND number=?)" in step for step in plan), plan
        assert any("(tenant=? AND digest=?" in step for step in plan), plan
        assert "audit_by_" not in str(plan)
