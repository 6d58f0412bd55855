"""The index answers every question as somebody would who looked at each row: filters, orders, pages, totals, counts."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from corti_gateway.models import EncounterPeriod, Patient
from corti_gateway.queries import InteractionQuery
from corti_gateway.sandbox import Sandbox, SandboxTenant
from corti_gateway.vocabulary import Direction, EncounterStatus, EncounterType, Gender
from dashboard.index import writing
from dashboard.index.reading import encounters
from dashboard.listing.questions import ALWAYS, Order, Question, Sort, Span
from dashboard.tenants.registry import registry
from tests.dashboard.brute import Brute
from tests.dashboard.following import Following
from tests.dashboard.support import NOW
from tests.index.fake_list import make_interaction
from tests.tenants import config_of

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(1961, 4, 12, 6, tzinfo=UTC)
FAR_OFF = datetime(2150, 1, 1, tzinfo=UTC)
TITLES = ("Knee pain", "Knæ, kontrol", "Follow-up: knee", "Skin check", "王 consultation", None, None)
NAMES = ("Anna Holm", "Anna Møller", "Karen-Margrethe Holm", "Müller, Jörg", "O'Brien Åse", "王 芳", "Zoë", None)
CLINICIANS = ("0d9d5c3a-51a4-4f1f-8b7a-1c2d3e4f5a6b", "78e5c0aa-3b1f-4d7e-9c42-1be0f3a6d57b", "dr å", "Z1", None)
STATUSES = (*EncounterStatus, "arrived", "Triaged", None)
TYPES = (*EncounterType, "virtual", None)
TEXTS = (
    "anna", "ANNA holm", "holm anna", "karen margrethe", "karenm", "møll", "mueller", "obrien", "o'brien", "knee",
    "knæ", "knee anna", "kne", "enc-0010", "ENC0010", "010190", "0101", "王", "芳", "zzzz", "anna zzzz", "a", "%", "_",
    "\\", "!!!", "anna' OR 1=1 --", "NEAR(", "\u202eanna", "ａｎｎａ", "follow up",
)  # fmt: skip


@pytest.fixture(scope="module")
def from_the_api():
    """Rows as the API tells them, the odd ones too."""
    with (
        Sandbox([SandboxTenant("nordhavn", size=700, seed=3)], now=NOW) as sandbox,
        pytest.MonkeyPatch.context() as patch,
    ):
        from django.conf import settings

        patch.setattr(settings, "TENANTS", (config_of(sandbox.tenant("nordhavn").config, sandbox),), raising=False)
        gateway = registry()["nordhavn"].gateway
        pages = [gateway.list_interactions(InteractionQuery(page=page, page_size=100)) for page in range(1, 8)]
        gateway.close()
    return [row for page in pages for row in page.interactions]


def crafted(count):
    """Rows that no schema allows: ties, gaps, unknown words, ends before starts, one patient under several names."""
    rng = random.Random(7)
    rows = []
    for number in range(count):
        created = rng.choice([None, NOW, NOW, NOW - timedelta(days=rng.randint(0, 60)), LONG_AGO])
        started = rng.choice([None, NOW, NOW - timedelta(hours=rng.randint(-900, 900)), LONG_AGO, FAR_OFF])
        ended = None if started is None else rng.choice([None, started + timedelta(seconds=rng.randint(-60, 9000))])
        person = rng.randint(0, 12)
        patient = rng.choice([
            None,
            Patient(f"010190-{person:04}", rng.choice(NAMES), Gender.FEMALE, date(1950, 1, 1), None),
            Patient(f"010190-{person:04}", rng.choice(NAMES), None, None, None),
            Patient(None, rng.choice(NAMES), None, None, None),
        ])  # fmt: skip
        row = make_interaction(
            number,
            status=rng.choice(STATUSES),
            type=rng.choice(TYPES),
            title=rng.choice(TITLES),
            identifier=rng.choice([None, f"Enc-{number:04}"]),
            assigned_user_id=rng.choice(CLINICIANS),
            created_at=created,
            updated_at=rng.choice([None, NOW, NOW - timedelta(minutes=rng.randint(0, 90_000))]),
            ended_at=rng.choice([None, NOW - timedelta(minutes=rng.randint(0, 90_000))]),
            patient=patient,
        )
        rows.append(replace(row, encounter=replace(row.encounter, period=EncounterPeriod(started, ended))))
    return rows


@pytest.fixture
def everything(db, from_the_api):
    """The tenant's number in the index, and every row in it. Beside them lie another tenant's, of the same ids."""
    rows = [*from_the_api, *crafted(500)]
    following = Following()
    for slug, some in (("nordhavn", rows), ("riverside", rows[::3])):
        keeper = following.keeper(slug)
        with keeper.lease.transaction():
            keeper.lease.note(writing.apply(keeper.tenant, some))
    return following.keeper().tenant, rows


@pytest.fixture(params=["real", "lowered"])
def thresholds(request, monkeypatch):
    """The ways to look up a page change with its depth and the number of matches: here all of them are walked."""
    if request.param == "lowered":
        monkeypatch.setattr(encounters, "DEEP", 15)
        monkeypatch.setattr(encounters, "FEW", 60)


def span(rng, share):
    if rng.random() > share:
        return ALWAYS
    begin = rng.choice([NOW - timedelta(hours=rng.randint(-100, 1500)), LONG_AGO - timedelta(days=900), NOW])
    end = rng.choice([None, begin + timedelta(hours=rng.randint(1, 900)), FAR_OFF])
    return Span(rng.choice([begin, begin, None]), end)


def some(rng, words, odds):
    return tuple(rng.sample(words, rng.choice(odds)))


def random_question(rng, rows, *, text=""):
    clinicians = [row.assigned_user_id or "" for row in rng.sample(rows, 6)]
    return Question(
        sort=Sort(rng.choice(list(Order)), rng.choice(list(Direction))),
        size=rng.choice([3, 10, 25, 50]),
        statuses=some(rng, list(EncounterStatus), [0, 0, 0, 1, 1, 2, 3]),
        hide_deleted=rng.random() < 0.3,
        patient=rng.choice(
            [None] * 5 + [(row.patient and row.patient.identifier) or None for row in rng.sample(rows, 2)]
        ),
        types=some(rng, [*(kind.value for kind in EncounterType), "virtual"], [0, 0, 0, 1, 2]),
        clinicians=tuple(dict.fromkeys(some(rng, clinicians, [0, 0, 0, 0, 1, 2]))),
        text=text,
        created=span(rng, 0.25),
        started=span(rng, 0.2),
    )


def check(tenant, brute, question, *, named=()):
    found = encounters.find(tenant, question, named)
    where = f"{question!r} {question.patient!r} {question.text!r}"
    assert found.total == brute.total(question), where
    assert [row.id for row in found.rows] == [row.id for row in brute.page(question)], where
    assert list(found.rows) == brute.page(question), where
    assert +found.by_status == brute.by_status(question), where


def at_some_page(rng, brute, question):
    last = max(1, -(-brute.total(question) // question.size))
    return replace(question, page=rng.choice([1, 2, rng.randint(1, last), last, last + 1]))


@pytest.mark.parametrize("seed", range(4))
def test_any_question_is_answered_as_by_looking_at_every_row(everything, thresholds, seed):
    tenant, rows = everything
    rng, brute = random.Random(seed), Brute(rows)
    for _ in range(120):
        check(tenant, brute, at_some_page(rng, brute, random_question(rng, rows)))


def test_every_order_in_both_directions_shows_each_row_once(everything, thresholds):
    tenant, rows = everything
    brute = Brute(rows)
    for order in Order:
        for direction in Direction:
            for statuses in ((), (EncounterStatus.COMPLETED,), (EncounterStatus.PLANNED, EncounterStatus.ON_HOLD)):
                question = Question(Sort(order, direction), size=100, statuses=statuses)
                seen = []
                for page in range(1, -(-brute.total(question) // 100) + 1):
                    check(tenant, brute, replace(question, page=page))
                    seen += encounters.find(tenant, replace(question, page=page)).rows
                assert len({row.id for row in seen}) == brute.total(question)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_finds_what_every_word_of_it_begins_in(everything, thresholds, text):
    tenant, rows = everything
    rng, brute = random.Random(text), Brute(rows)
    check(tenant, brute, Question(text=text, size=100))
    for _ in range(4):
        check(tenant, brute, at_some_page(rng, brute, random_question(rng, rows, text=text)))


def test_the_texts_of_these_tests_find_something(everything):
    _, rows = everything
    brute = Brute(rows)
    found = [text for text in TEXTS if brute.total(Question(text=text))]
    assert 15 < len(found) < len(TEXTS)


@pytest.mark.parametrize("direction", list(Direction))
def test_clinicians_stand_in_the_order_of_their_names_then_the_nameless_then_none(everything, thresholds, direction):
    tenant, rows = everything
    named = (CLINICIANS[2], CLINICIANS[0], "nobody's id")
    rng, brute = random.Random(5), Brute(rows, named)
    for _ in range(40):
        question = replace(random_question(rng, rows), sort=Sort(Order.ASSIGNED, direction))
        check(tenant, brute, at_some_page(rng, brute, question), named=named)


@pytest.mark.parametrize("axis", ["created", "started"])
@pytest.mark.parametrize(
    "days",
    [
        Span(NOW, None), Span(None, NOW), Span(NOW, NOW + timedelta(days=1)), Span(LONG_AGO, None),
        # Both ends lie before the moments are counted from.
        Span(LONG_AGO - timedelta(days=1), LONG_AGO), Span(LONG_AGO + timedelta(days=1), None),
        Span(LONG_AGO + timedelta(days=1), NOW), Span(None, LONG_AGO + timedelta(days=1)),
    ],
)  # fmt: skip
def test_days_hold_what_lies_in_them_and_nothing_without_a_moment(everything, axis, days):
    tenant, rows = everything
    for statuses in ((), (EncounterStatus.COMPLETED,)):
        check(tenant, Brute(rows), Question(size=50, statuses=statuses, **{axis: days}))


def test_a_word_that_no_question_knows_matches_nothing(everything):
    tenant, _ = everything
    for question in (Question(patient="nobody"), Question(types=("x",)), Question(clinicians=("me",))):
        assert encounters.find(tenant, question).total == 0
