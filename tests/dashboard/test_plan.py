"""Who answers a question, and that it does not matter who does."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from corti_gateway.capabilities import Verdict
from corti_gateway.deadline import Deadline
from corti_gateway.vocabulary import Direction, EncounterStatus
from dashboard.clinicians.models import Clinician
from dashboard.index.reading.encounters import find
from dashboard.listing.page import Source, Total
from dashboard.listing.questions import ON_THE_WIRE, Order, Question, Sort, Span
from dashboard.sources import indexed as from_index
from dashboard.sources import live, plan
from dashboard.sources.ages import FRESH
from dashboard.tenants.registry import registry
from tests.dashboard.brute import VALUES
from tests.dashboard.support import NOW

COMPLETED, PLANNED = EncounterStatus.COMPLETED, EncounterStatus.PLANNED
CLINICIAN_SORT = Sort(Order.ASSIGNED, Direction.ASC)
# Only the index knows these.
INDEX_ONLY = [
    {"text": "a"},
    {"types": ("consultation",)},
    {"clinicians": ("0d9d5c3a-51a4-4f1f-8b7a-1c2d3e4f5a6b",)},
    {"created": Span(NOW - timedelta(days=7), None)},
    {"started": Span(None, NOW)},
    *({"sort": Sort(order, direction)} for order in Order if order not in ON_THE_WIRE for direction in Direction),
]


@pytest.fixture
def tenant(upstream):
    return registry()["nordhavn"]


@pytest.fixture
def ask(tenant, upstream, db):
    """Put a question, as a view does; the page, with the calls that it cost in ``calls``."""

    def ask(question=None, **parts):
        count = parts.pop("count", False)
        upstream.tenant().stats.reset()
        page = plan.answer(tenant, question or Question(**parts), plan.index_of(tenant), count=count)
        ask.calls = len(upstream.list_calls())
        return page

    return ask


def ids(page):
    return [row.id for row in page.rows]


def verdict(tenant, **verdicts):
    """As if the API had been found to be so."""
    tenant.gateway.verdicts._current = replace(tenant.gateway.capabilities, **verdicts)


# --- Both give the same ------------------------------------------------------------------------------------------


@pytest.fixture
def busy(upstream):
    """Ties of every kind: rows of one moment, of one patient, changed in one moment."""
    rng = random.Random(11)
    statuses = [status.value for status in EncounterStatus if status is not EncounterStatus.DELETED]
    for _ in range(60):
        if rng.random() < 0.3:
            upstream.sandbox.advance(rng.choice([0.000001, 1, 3600]))
        upstream.add(
            patient=rng.choice([None, {"identifier": f"PT-{rng.randint(1, 5)}", "name": "Testa Tie"}]),
            status=rng.choice(statuses),
        )
    return upstream


@pytest.fixture
def merged(monkeypatch):
    """Whether the last live page was merged from lists of one status each: among equals, these follow one another."""
    real, told = live.list_page, []

    def list_page(*args, **options):
        listing = real(*args, **options)
        told.append(listing.merged)
        return listing

    monkeypatch.setattr(live, "list_page", list_page)
    return lambda: told[-1]


def keys(page):
    value = VALUES[page.question.sort.order]
    return [value(row) for row in page.rows]


@pytest.mark.parametrize("seed", range(3))
def test_for_every_question_that_both_can_answer_they_give_the_same_rows_in_the_same_order(
    db, busy, tenant, following, merged, seed
):
    following.fill()
    index = following.state()
    rng = random.Random(seed)
    patients = [row.patient.identifier for row in find(index.tenant, Question(size=200)).rows if row.patient]
    # By patient is by name here and by identifier there; by clinician only while nobody has a name.
    orders = [order for order in ON_THE_WIRE if order is not Order.PATIENT]
    seen = Counter()
    for _ in range(60):
        question = Question(
            sort=Sort(rng.choice(orders), rng.choice(list(Direction))),
            size=rng.choice([5, 10, 25, 50]),
            statuses=tuple(rng.sample(list(EncounterStatus), rng.choice([0, 0, 1, 2, 3, 6]))),
            patient=rng.choice([None, None, None, rng.choice(patients), "PT-1", "nobody"]),
        )
        total = find(index.tenant, question).total
        last = max(1, -(-total // question.size))
        question = replace(question, page=rng.choice([1, rng.randint(1, last), last, last + 1]))
        theirs, ours = live.page(tenant, question, Deadline.after(5)), from_index.page(tenant, question, index)
        if merged():
            assert keys(ours) == keys(theirs), question
        else:
            assert list(ours.rows) == list(theirs.rows), question
            seen["not merged", len(question.statuses) > 1] += 1
        assert (ours.has_next, ours.question) == (theirs.has_next, theirs.question), question
        assert ours.order_remark == theirs.order_remark
        assert [notice.text for notice in ours.notices] == [notice.text for notice in theirs.notices]
        seen[question.sort.order] += 1
    assert len(seen) == len(orders) + 2
    assert seen["not merged", True] > 10


def test_they_agree_again_after_changes_and_deletions(db, busy, tenant, following):
    following.fill()
    store = busy.tenant().store
    for row in list(store._by_id())[::120]:
        store.remove(row)
    busy.sandbox.advance(600)
    for number in range(8):
        busy.add(patient={"identifier": f"PT-{number}"})
    following.once()
    for direction in Direction:
        question = Question(Sort(Order.UPDATED, direction), size=100)
        theirs = live.page(tenant, question, Deadline.after(5))
        assert from_index.page(tenant, question, following.state()).rows == theirs.rows


# --- Who answers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parts", INDEX_ONLY, ids=repr)
def test_what_only_the_index_can_tell_costs_no_call(ask, indexed, parts):
    page = ask(**parts)
    assert (page.source, ask.calls, page.notices) == (Source.INDEX, 0, [])
    assert page.total == Total(page.total.rows, indexed.state().as_of, Source.INDEX)


@pytest.mark.parametrize(
    "parts",
    [
        {}, {"page": 3}, {"statuses": (COMPLETED,)}, {"statuses": (COMPLETED, PLANNED)}, {"patient": "nobody"},
        *({"sort": Sort(order, direction)} for order in ON_THE_WIRE if order is not Order.PATIENT
          for direction in Direction),
    ],
    ids=repr,
)  # fmt: skip
def test_what_the_api_answers_truthfully_comes_live_for_two_calls(ask, indexed, parts):
    page = ask(**parts)
    assert page.source is Source.LIVE
    assert ask.calls <= 2


@pytest.mark.parametrize("direction", list(Direction))
def test_by_patient_is_by_name_from_the_index(ask, indexed, direction):
    page = ask(sort=Sort(Order.PATIENT, direction), size=100)
    assert (page.source, ask.calls) == (Source.INDEX, 0)
    names = [row.patient.name for row in page.rows if row.patient and row.patient.name]
    assert len(set(names)) > 10
    assert names[0] < names[-1] if direction is Direction.ASC else names[0] > names[-1]


def test_by_clinician_is_by_name_once_anybody_has_one(ask, indexed):
    assert ask(sort=CLINICIAN_SORT).source is Source.LIVE
    everything = find(indexed.state().tenant, Question(size=500)).rows
    users = sorted({row.assigned_user_id for row in everything if row.assigned_user_id})
    Clinician.objects.create(tenant="nordhavn", assigned_user_id=users[-1], name="Aage Abel")
    Clinician.objects.create(tenant="nordhavn", assigned_user_id=users[0], name="zoe Zander")
    Clinician.objects.create(tenant="nordhavn", assigned_user_id=users[1], name="Bea Bay")
    Clinician.objects.create(tenant="riverside", assigned_user_id=users[2], name="Aaa Somewhere Else")
    page = ask(sort=CLINICIAN_SORT, size=200)
    assert (page.source, ask.calls) == (Source.INDEX, 0)
    order = list(dict.fromkeys(row.assigned_user_id for row in page.rows))
    assert order[:3] == [users[-1], users[1], users[0]]
    assert [user for user in order[3:] if user] == users[2:-1]


def test_several_statuses_come_from_a_fresh_index_where_the_api_does_not_take_them(ask, tenant, indexed, upstream):
    question = Question(statuses=(COMPLETED, PLANNED), size=50)
    honest = ids(ask(question))
    upstream.faults().set("one_status", which="first")
    verdict(tenant, several_statuses=Verdict.NO)
    page = ask(question)
    assert (page.source, ask.calls, ids(page), page.notices) == (Source.INDEX, 0, honest, [])
    indexed.age(FRESH + 1)
    page = ask(question)
    assert (page.source, ids(page)) == (Source.LIVE, honest)
    assert "each was asked for on its own" in page.notices[0].text


def test_the_end_comes_from_a_fresh_index_where_the_api_does_not_sort_by_it(ask, tenant, indexed):
    verdict(tenant, sort_by_ended=Verdict.NO, ended_key=None)
    question = Question(Sort(Order.ENDED))
    assert (ask(question).source, ask.calls) == (Source.INDEX, 0)
    indexed.age(FRESH + 1)
    page = ask(question)
    assert (page.source, page.question.sort) == (Source.LIVE, Sort())
    assert "does not sort by that field reliably" in page.notices[0].text


# --- Totals and counts ---------------------------------------------------------------------------------------------


def test_a_live_page_has_its_numbers_from_the_index(ask, indexed, upstream, sizes):
    page = ask(statuses=(COMPLETED,))
    store = upstream.tenant().store
    counts = {status.value: store.count([number]) for number, status in enumerate(EncounterStatus)}
    assert page.source is Source.LIVE
    assert dict(+page.by_status) == {word: rows for word, rows in counts.items() if rows}
    assert page.total == Total(counts["completed"], indexed.state().as_of, Source.INDEX)
    assert ask().total.rows == sizes["nordhavn"]


def test_counts_of_each_status_stand_under_the_other_filters(ask, indexed, upstream):
    for status in ("completed", "completed", "planned"):
        upstream.add(patient={"identifier": "PT-9"}, status=status)
    indexed.once()
    page = ask(patient="PT-9", statuses=(PLANNED,))
    assert (dict(+page.by_status), page.total.rows) == ({"completed": 2, "planned": 1}, 1)
    searched = ask(text="PT-9", statuses=(PLANNED,))
    assert (dict(+searched.by_status), searched.total.rows) == ({"completed": 2, "planned": 1}, 1)


def test_a_total_that_the_rows_contradict_is_not_shown(ask, indexed, upstream, sizes):
    upstream.sandbox.advance(60)
    upstream.add()
    last = -(-(sizes["nordhavn"] + 1) // 10)
    assert ask(size=10, page=last).total is None
    assert ask(size=10).total.rows == sizes["nordhavn"], "nothing on page one contradicts it; it has its time beside it"
    indexed.once()
    assert ask(size=10, page=last).total.rows == sizes["nordhavn"] + 1


@pytest.mark.parametrize(
    ("total", "rows", "has_next", "fits"),
    [
        (30, 25, True, True),
        (25, 25, True, False),
        (25, 25, False, True),
        (30, 25, False, False),
        (24, 25, False, False),
    ],
)
def test_a_total_fits_a_page_if_it_ends_where_the_page_says(ask, indexed, total, rows, has_next, fits):
    page = replace(ask(size=25), has_next=has_next)
    assert len(page.rows) == rows
    given = Total(total, NOW)
    assert plan._that_fits(given, page) == (given if fits else None)
    assert plan._that_fits(given, replace(page, rows=())) is None


def test_what_was_counted_live_wins_over_the_index(ask, indexed, sizes):
    assert ask(count=True).total.source is Source.LIVE
    assert ask().total.source is Source.LIVE, "remembered"


def test_old_counts_do_not_stand_beside_rows_of_this_moment(ask, indexed):
    indexed.age(3600)
    page = ask()
    assert (page.source, page.by_status) == (Source.LIVE, None)
    assert page.total.as_of == indexed.state().as_of


# --- Half an index, an old one, none ---------------------------------------------------------------------------------


def test_while_it_is_filled_the_index_tells_what_it_has_and_no_totals(ask, following):
    following.begin(60, expected=130)
    page = ask(types=("consultation", "emergency"), size=50)
    assert (page.source, page.partial, page.total, page.by_status) == (Source.INDEX, True, None, None)
    assert 10 < len(page.rows) <= 50
    assert "60 of about 130 are in it" in page.notices[0].text
    live_page = ask(sort=Sort(Order.ASSIGNED))
    assert (live_page.source, live_page.total, live_page.by_status) == (Source.LIVE, None, None)


def test_while_it_is_filled_what_the_api_can_tell_comes_live(ask, following):
    following.begin(60, expected=130)
    Clinician.objects.create(tenant="nordhavn", assigned_user_id="x", name="Aage Abel")
    for parts in ({}, {"sort": Sort(Order.PATIENT)}, {"sort": CLINICIAN_SORT}, {"statuses": (COMPLETED, PLANNED)}):
        assert ask(**parts).source is Source.LIVE


def test_an_old_index_says_so(ask, indexed):
    assert ask(text="a").notices == []
    indexed.age(299)
    assert ask(text="a").notices == []
    indexed.age(301)
    assert "has not been brought up to date lately" in ask(text="a").notices[0].text


@pytest.mark.parametrize("parts", INDEX_ONLY, ids=repr)
@pytest.mark.parametrize("state", ["off", "not begun", "nobody ever followed"])
def test_without_an_index_what_needs_it_is_refused_and_never_answered_without_the_filter(
    ask, tenant, following, settings, parts, state
):
    if state != "nobody ever followed":
        following.fill()
    if state == "not begun":
        following.forget()
    if state == "off":
        tenant = replace(tenant, config=replace(tenant.config, index=False))
    with pytest.raises(plan.NeedsIndex):
        plan.answer(tenant, Question(**parts), plan.index_of(tenant))


def test_without_an_index_the_rest_is_as_it_was(ask, tenant):
    page = ask(statuses=(COMPLETED,))
    assert (page.source, page.total, page.by_status, page.outage) == (Source.LIVE, None, None, None)
    assert Order.TYPE not in page.sorts
    assert Order.PATIENT in page.sorts


def test_with_an_index_every_order_is_offered(ask, indexed):
    assert ask().sorts == tuple(Order)


def test_looking_is_noted_so_that_followers_hurry(ask, indexed):
    before = indexed.state().looked_at
    assert before is None
    ask()
    assert indexed.state().looked_at is not None
