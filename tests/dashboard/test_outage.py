"""While Corti is down nobody waits for it in vain: the circuit, and what the list shows meanwhile."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from corti_gateway import errors
from corti_gateway.deadline import Deadline
from dashboard.listing.questions import Question
from dashboard.sources import plan
from dashboard.tenants import circuit
from dashboard.tenants.models import Circuit
from dashboard.tenants.registry import registry
from tests.dashboard.support import NOW, StoppedClock

URL = "/nordhavn/encounters/"
FILTERED = f"{URL}?status=completed&size=50"

# --- The circuit by itself ---------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    moment = StoppedClock()
    monkeypatch.setattr(circuit, "time", moment)
    return moment


def may_ask(tenant="nordhavn"):
    trouble = circuit.trouble(tenant)
    return trouble is None or trouble.may_ask()


def is_open(tenant="nordhavn"):
    trouble = circuit.trouble(tenant)
    return trouble is not None and trouble.is_open


def fail(times=1, tenant="nordhavn", **facts):
    for _ in range(times):
        circuit.failed(tenant, errors.Unreachable("refused", **facts))


@pytest.mark.django_db
class TestCircuit:
    def test_it_is_closed_until_three_calls_in_a_row_have_failed(self, clock):
        assert circuit.trouble("nordhavn") is None
        fail(2)
        assert (is_open(), may_ask()) == (False, True)
        fail()
        assert (is_open(), may_ask()) == (True, False)

    def test_a_call_that_works_in_between_begins_the_row_anew(self, clock):
        fail(2)
        circuit.worked("nordhavn")
        fail(2)
        assert not is_open()

    @pytest.mark.parametrize(
        "failure",
        [
            errors.TimedOut("the deadline passed"),
            errors.ServerFailed("500", status=500, elapsed=1.0),
            errors.TooBusy("429", status=429, retry_after=3.0),
        ],
    )
    def test_what_costs_a_visitor_time_opens_it_at_once(self, clock, failure):
        circuit.failed("nordhavn", failure)
        assert is_open()

    @pytest.mark.parametrize("failure", [errors.BadRequest("400", status=400), errors.Refused("410", status=410)])
    def test_what_says_nothing_about_the_service_does_not_open_it(self, clock, failure):
        for _ in range(5):
            circuit.failed("nordhavn", failure)
        assert circuit.trouble("nordhavn") is None

    def test_a_refused_question_shows_that_the_service_answers_again(self, clock):
        fail(3)
        clock.now += 2
        assert may_ask()
        circuit.failed("nordhavn", errors.BadRequest("400", status=400))
        assert circuit.trouble("nordhavn") is None

    @pytest.mark.parametrize(
        "failure",
        [
            errors.NoAnswer, errors.Unreachable, errors.Untrusted, errors.UnreadableAnswer, errors.Redirected,
            errors.CredentialsRefused, errors.Forbidden, errors.NotFound, errors.OutOfCredit, errors.ServerFailed,
            errors.TooBusy,
        ],
    )  # fmt: skip
    def test_each_failure_of_the_service_counts_and_is_told_as_it_was(self, clock, failure):
        for _ in range(3):
            circuit.failed("nordhavn", failure("because", status=599, request_id="req-1"))
        trouble = circuit.trouble("nordhavn")
        assert trouble.is_open
        assert type(trouble.failure) is failure
        assert (trouble.failure.reason, trouble.failure.status, trouble.failure.request_id) == ("because", 599, "req-1")

    def test_pauses_double_up_to_half_a_minute(self, clock):
        fail(3)
        pauses = []
        for _ in range(7):
            trouble = circuit.trouble("nordhavn")
            pauses.append(trouble.pause)
            clock.now += trouble.pause - 0.01
            assert not may_ask()
            clock.now += 0.02
            assert may_ask()
            fail()
        assert pauses == [2, 4, 8, 16, 30, 30, 30]

    def test_a_pause_is_as_long_as_the_api_asks_for_within_reason(self, clock):
        circuit.failed("nordhavn", errors.TooBusy("429", retry_after=20.0))
        assert circuit.trouble("nordhavn").next_try == clock.now + 20
        clock.now += 20
        assert may_ask()
        circuit.failed("nordhavn", errors.TooBusy("429", retry_after=3600.0))
        assert circuit.trouble("nordhavn").next_try == clock.now + 60

    def test_after_a_pause_one_caller_asks_and_closes_it(self, clock):
        fail(3)
        clock.now += 2
        first, second = circuit.trouble("nordhavn"), circuit.trouble("nordhavn")
        assert first.may_ask()
        assert not second.may_ask()
        assert is_open(), "half-open is still open for all others"
        circuit.worked("nordhavn")
        assert circuit.trouble("nordhavn") is None
        fail(3)
        assert circuit.trouble("nordhavn").pause == 2, "the next outage begins with the shortest pause"

    def test_one_who_asked_and_was_never_heard_of_again_holds_nobody_up_for_long(self, clock):
        fail(3)
        clock.now += 2
        assert may_ask()
        clock.now += circuit.LONGEST_PAUSE - 0.01
        assert not may_ask()
        clock.now += 0.02
        assert may_ask()

    def test_a_crowd_that_fails_together_costs_one_pause(self, clock):
        fail(10)
        assert circuit.trouble("nordhavn").pause == circuit.FIRST_PAUSE
        clock.now += 2
        assert may_ask()
        fail()
        assert circuit.trouble("nordhavn").pause == 2 * circuit.FIRST_PAUSE

    def test_it_remembers_since_when(self, clock):
        fail(1)
        began = clock.now
        clock.now += 100
        fail(3)
        assert circuit.trouble("nordhavn").since == datetime.fromtimestamp(began, UTC)

    def test_each_tenant_has_its_own(self, clock):
        fail(3, "nordhavn")
        assert (is_open("nordhavn"), is_open("riverside")) == (True, False)
        circuit.worked("riverside")
        assert is_open("nordhavn")


@pytest.mark.django_db(transaction=True)
def test_of_many_callers_at_once_one_asks():
    fail(3)
    Circuit.objects.update(next_try=time.time() - 1)
    ready = threading.Barrier(8)

    def ask(_):
        trouble = circuit.trouble("nordhavn")
        ready.wait(5)
        try:
            return trouble.may_ask()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_failures_at_once_in_several_threads_are_all_counted():
    """Up to the one that opens it: those that read the same number would make one of all."""
    ready = threading.Barrier(8)

    def one_more(_):
        ready.wait(5)
        try:
            fail()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one_more, range(8)))
    assert Circuit.objects.get(tenant="nordhavn").failures == circuit.IN_A_ROW


# --- The list, with an index ---------------------------------------------------------------------------------------

# Every fault of the sandbox that makes a list fail, and words of its notice.
FAILING = [
    ("hang", {}, "took too long"),
    ("drip", {"part": "body"}, "took too long"),
    ("drip", {"part": "headers"}, "took too long"),
    ("latency", {"ms": 5000}, "took too long"),
    ("drop", {}, "cannot be reached"),
    ("reset", {"bytes": 300}, "cannot be reached"),
    ("reset", {"bytes": 0}, "cannot be reached"),
    ("short", {"length": True}, ""),
    ("short", {"length": False}, "could not be read"),
    *(
        ("body", {"kind": kind}, "could not be read")
        for kind in (
            "malformed", "html", "html_as_json", "empty", "no_content", "null", "list", "object", "text", "wrong_key",
            "rows_object", "nan", "invalid_utf8", "deep", "bad_gzip",
        )
    ),
    # On a busy machine unpacking it takes longer than a visitor waits.
    ("body", {"kind": "gzip_bomb"}, ""),
    ("nulls", {}, "could not be read"),
    *(("status", {"status": 500, "body": body}, "a problem of its own") for body in ("rfc9457", "old", "html", "huge")),
    ("status", {"status": 400}, "refused these filters"),
    ("status", {"status": 403}, "does not allow this"),
    ("status", {"status": 404}, "does not know this address"),
    ("status", {"status": 429, "retry_after": "3600"}, "too busy"),
    ("status", {"status": 429, "retry_after": "1"}, "too busy"),
    ("status", {"status": 429, "retry_after": "rubbish"}, "too busy"),
    ("status", {"status": 502, "body": "html"}, "a problem of its own"),
    ("status", {"status": 503, "body": "text"}, ""),
    ("status", {"status": 504, "body": "empty"}, "took too long"),
    ("balance", {}, "no credit"),
    ("redirect", {"to": "other"}, "could not be read"),
    ("redirect", {"to": "same", "status": 307}, "could not be read"),
    ("refuse_tokens", {"status": 401}, "credentials"),
    ("refuse_tokens", {"status": 403}, "does not allow this"),
]  # fmt: skip
# Those that make it lie: well-formed, and not what was asked for.
LYING = [
    ("ignore_filter", {"filter": "status"}),
    ("ignore_filter", {"filter": "both"}),
    ("damage", {"kind": "no_id", "rows": "all"}),
    ("damage", {"kind": "not_a_row", "rows": "all"}),
    ("damage", {"kind": "null_row", "rows": "all"}),
]


@pytest.fixture
def last_good(page_client, indexed):
    """The rows of a filtered list as they were before anything happened."""
    page = page_client.page(FILTERED)
    assert "Live" in mark(page)
    return page.encounters


def mark(page):
    return page.one(r'<p class="as-of">(.*?)</p>')


def outage(page):
    return "".join(page.all(r'class="outage">(.*?)<'))


def calls(upstream):
    return upstream.tenant().stats.calls("list") + upstream.tenant().stats.calls("token")


def settle(upstream, seconds=0.4):
    """Forget the calls so far, and the stragglers: the second of two at once goes on when the first has failed."""
    before = -1
    while calls(upstream) != before:
        before = calls(upstream)
        time.sleep(seconds)
    upstream.tenant().stats.reset()


# Seconds. A tenant’s deadline is three of them here, a visitor waits for less than one (plan.PATIENCE); the machine may
# be busy.
PATIENT = 2.0


def timed(page_client, url=FILTERED, **options):
    started = time.monotonic()
    page = page_client.page(url, **options)
    return page, time.monotonic() - started


@pytest.mark.parametrize(("name", "options", "words"), FAILING, ids=lambda value: str(value)[:40])
def test_a_fault_shows_the_last_good_rows_with_their_age_and_what_is_wrong(
    page_client, upstream, last_good, clock, htmx, name, options, words
):
    upstream.faults().set(name, endpoint="list", **options)
    # No retries: they have tests of their own, and one that is late would look like a call of a later view.
    budget = registry()["nordhavn"].gateway.transport.budget
    budget.left = budget.burst = 0
    # Until the circuit opens: three that fail fast, or one that costs time.
    waits = []
    for _ in range(3):
        page, seconds = timed(page_client, htmx=htmx)
        waits.append(seconds)
        _is_as_before(page, last_good, words)
    assert waits[0] < 3.0 + 0.5, "the deadline of 3 s, once"
    assert_quick(waits[1:])
    if name == "status" and options["status"] == 400:
        assert outage(page) == "", "it answers, but does not like the question"
        return
    settle(upstream, 0.05)
    waits = []
    for _ in range(3):
        page, seconds = timed(page_client, htmx=htmx)
        waits.append(seconds)
        _is_as_before(page, last_good, words)
        assert "Corti unavailable since" in outage(page)
    assert_quick(waits)
    assert calls(upstream) == 0, "the clock stands still, so the pause is never over"


def assert_quick(waits):
    """Less than a second, and on a machine that is busy with something else at least no deadline."""
    assert min(waits) < PATIENT
    assert max(waits) < 2.0


def _is_as_before(page, last_good, words):
    assert (page.status, page.state) == (200, [])
    assert page.encounters == last_good
    assert "Index, " in mark(page)
    assert "as of" in mark(page)
    notice = page.one(r'<p class="notice notice-warning">(.*?)</p>')
    assert words in notice
    assert "last known rows, from the index" in notice


@pytest.mark.parametrize(("name", "options"), LYING, ids=lambda value: str(value)[:40])
def test_a_list_that_lies_is_not_believed(page_client, upstream, last_good, htmx, name, options):
    upstream.faults().set(name, endpoint="list", **options)
    for _ in range(4):
        page, seconds = timed(page_client, htmx=htmx)
        assert seconds < PATIENT
        _is_as_before(page, last_good, "did not fit the question")


def test_an_order_that_was_not_asked_for_comes_from_the_index(page_client, upstream, indexed):
    honest = page_client.page(f"{URL}?sort=created").encounters
    upstream.faults().set("ignore_sort")
    page = page_client.page(f"{URL}?sort=created")
    _is_as_before(page, honest, "did not fit the question")


@pytest.mark.parametrize("which", ["first", "last"])
def test_an_api_that_begins_to_answer_one_of_several_statuses_loses_no_row(page_client, upstream, indexed, which):
    url = f"{URL}?status=planned&status=completed&size=100"
    honest = page_client.page(url).encounters
    upstream.faults().set("one_status", which=which)
    for _ in range(2):
        assert page_client.page(url).encounters == honest
    upstream.faults().set("refuse_statuses")
    assert page_client.page(url).encounters == honest


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("damage", {"kind": "types", "rows": [0]}), ("damage", {"kind": "words", "rows": "all"}),
        ("duplicates", {"where": "page"}), ("extra_rows", {"count": 5}), ("page_cap", {"cap": 20}),
        ("shuffle", {"sort": "ties"}), ("clock_skew", {"seconds": 300}), ("token_life", {"seconds": 1}),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_a_live_list_can_put_right_stays_live(page_client, upstream, indexed, name, options):
    upstream.faults().set(name, **options)
    page = page_client.page(URL)
    assert "Live" in mark(page)
    assert len(page.rows) == 25 - (name == "duplicates")


@pytest.mark.parametrize("query", ["?type=consultation", "?sort=-duration", "?of=started&when=30d", "?sort=patient"])
def test_what_the_index_answers_anyway_never_waits_and_says_that_corti_is_down(page_client, upstream, indexed, query):
    before = page_client.page(URL + query)
    _break(page_client, upstream)
    page, seconds = timed(page_client, URL + query)
    assert seconds < PATIENT
    assert (page.encounters, page.notices) == (before.encounters, before.notices)
    assert "Corti unavailable since" in outage(page)
    assert outage(before) == ""


def _break(page_client, upstream, name="drop", **options):
    upstream.faults().set(name, endpoint="list", **options)
    for _ in range(3):
        page_client.page(URL)
    assert is_open()
    settle(upstream)


@pytest.fixture
def turn(monkeypatch):
    """Moves the circuit's clock on."""

    class Clock:
        ahead = 0.0

        def time(self):
            return time.time() + self.ahead

        def __call__(self, seconds):
            self.ahead += seconds

    clock = Clock()
    monkeypatch.setattr(circuit, "time", clock)
    return clock


@pytest.mark.parametrize(("name", "options"), [("hang", {}), ("drop", {}), ("status", {"status": 500})])
def test_one_view_in_each_pause_asks_again_and_waits_less_than_a_second(
    page_client, upstream, indexed, last_good, turn, name, options
):
    _break(page_client, upstream, name, **options)
    tries = []
    for _ in range(5):
        indexed.keeper().lease.renew()
        turn(circuit.trouble("nordhavn").pause)
        asked = []
        for _ in range(4):
            page, seconds = timed(page_client)
            assert seconds < PATIENT
            assert page.encounters == last_good
            asked.append(calls(upstream))
            settle(upstream)
        # A view asks for the page and looks ahead at the same time; a retry may follow each.
        assert 1 <= asked[0] <= 6
        assert asked[1:] == [0, 0, 0]
        tries.append(circuit.trouble("nordhavn").pause)
    assert tries == [4, 8, 16, 30, 30]


def test_it_recovers_by_itself_within_the_pause(page_client, upstream, last_good, turn, htmx):
    _break(page_client, upstream, "hang")
    upstream.faults().clear()
    assert "Index" in mark(page_client.page(FILTERED, htmx=htmx))
    turn(circuit.FIRST_PAUSE)
    page = page_client.page(FILTERED, htmx=htmx)
    assert "Live" in mark(page)
    assert (page.encounters, page.notices, outage(page)) == (last_good, [], "")
    assert circuit.trouble("nordhavn") is None


def test_a_service_that_is_stopped_and_started_again(page_client, upstream, last_good, turn):
    upstream.sandbox.stop()
    for _ in range(4):
        page, seconds = timed(page_client)
        assert seconds < PATIENT
        _is_as_before(page, last_good, "cannot be reached")
    assert "Corti unavailable since" in outage(page)
    assert "tried again every 2 s" in outage(page)
    upstream.sandbox.start()
    turn(circuit.FIRST_PAUSE)
    assert "Live" in mark(page_client.page(FILTERED))


def test_a_token_endpoint_that_is_out_of_order_is_an_outage_too(page_client, upstream, last_good):
    upstream.sandbox.revoke_tokens("nordhavn")
    upstream.faults().set("status", endpoint="token", status=500)
    for _ in range(4):
        page = page_client.page(FILTERED)
        _is_as_before(page, last_good, "a problem of its own")
    assert "Corti unavailable since" in outage(page)


def test_a_service_that_is_slow_to_come_back_is_waited_for_where_nobody_follows(
    page_client, upstream, indexed, turn, last_good
):
    _break(page_client, upstream, "hang")
    upstream.faults().set("latency", endpoint="list", ms=950)
    turn(circuit.FIRST_PAUSE)
    assert "Index" in mark(page_client.page(FILTERED)), "a follower has more patience than a visitor"
    indexed.keeper().lease.release()
    turn(2 * circuit.FIRST_PAUSE)
    assert "Live" in mark(page_client.page(FILTERED))


def _times_out(monkeypatch, **given):
    def page(*args):
        raise errors.TimedOut("the deadline passed")

    monkeypatch.setattr(plan.live, "page", page)
    with pytest.raises(errors.TimedOut):
        plan.answer(registry()["nordhavn"], Question(), **given)


def test_a_caller_who_had_hardly_any_time_left_opens_the_circuit_for_nobody(db, monkeypatch, upstream):
    for _ in range(circuit.IN_A_ROW):
        _times_out(monkeypatch, deadline=Deadline.after(0.5))
    assert circuit.trouble("nordhavn") is None
    _times_out(monkeypatch)
    assert is_open()


def test_whose_turn_it_is_while_the_circuit_is_open_tells_how_it_went_however_short(db, monkeypatch, upstream, turn):
    _times_out(monkeypatch)
    turn(circuit.FIRST_PAUSE)
    _times_out(monkeypatch, deadline=Deadline.after(0.5))
    assert circuit.trouble("nordhavn").pause == 2 * circuit.FIRST_PAUSE
    assert not Circuit.objects.get(tenant="nordhavn").asking


def test_another_tenant_goes_on(admin_client, upstream, indexed):
    upstream.faults().set("drop", endpoint="list")
    for _ in range(3):
        admin_client.page(URL)
    page = admin_client.page("/riverside/encounters/")
    assert "Live" in mark(page)
    assert outage(page) == ""


def test_an_outage_never_looks_like_an_empty_list(page_client, upstream, indexed, htmx):
    nobody = page_client.page(URL, method="post", data={"exactly": "nobody"}).response.redirect_chain[-1][0]
    assert page_client.page(nobody).state == ["no-match"]
    upstream.faults().set("drop", endpoint="list")
    for _ in range(4):
        page = page_client.page(nobody, htmx=htmx)
        assert (page.status, page.state) == (502, ["failed"])
        assert "No encounter" not in page.text


def test_an_index_that_is_being_filled_shows_what_it_has_and_says_so(page_client, upstream, following, htmx):
    following.begin(60, expected=130)
    upstream.faults().set("drop", endpoint="list")
    page = page_client.page(URL, htmx=htmx)
    notice = page.one(r'<p class="notice notice-warning">(.*?)</p>')
    assert "last known rows" in notice
    assert "60 of about 130 are in it" in notice
    assert len(page.rows) == 25
    assert " of " not in page.one(r'class="summary">(.*?)</p>'), "nobody knows how many there are"


def test_the_age_of_old_rows_is_told_with_its_day_and_in_amber(page_client, upstream, indexed, htmx):
    indexed.age(30 * 3600)
    upstream.faults().set("drop", endpoint="list")
    page = page_client.page(URL, htmx=htmx)
    assert page.one(r'class="age old">as of (\d+ [A-Z][a-z]{2} \d\d:\d\d)<')


# --- The list, without one -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hang", "drop"])
def test_without_an_index_it_says_at_once_since_when_and_that_it_is_tried_again(
    page_client, upstream, turn, htmx, name
):
    _break(page_client, upstream, name)
    page, seconds = timed(page_client, htmx=htmx)
    assert seconds < PATIENT
    assert calls(upstream) == 0
    assert (page.status >= 500, page.state) == (True, ["failed"])
    since = f"{circuit.trouble('nordhavn').since:%H:%M}"
    assert outage(page) == f"Corti unavailable since {since}, tried again every 2 s."
    upstream.faults().clear()
    turn(circuit.FIRST_PAUSE)
    page = page_client.page(URL)
    assert (page.status, page.state) == (200, [])


def test_a_first_failure_says_nothing_of_an_outage(page_client, upstream):
    upstream.faults().set("drop", endpoint="list")
    page = page_client.page(URL)
    assert (page.state, outage(page)) == (["failed"], "")


def test_without_an_index_one_view_in_a_pause_gets_the_whole_deadline(page_client, upstream, turn):
    _break(page_client, upstream)
    upstream.faults().set("latency", endpoint="list", ms=950)
    turn(circuit.FIRST_PAUSE)
    assert page_client.page(URL).state == []


def test_the_sandbox_is_what_these_tests_think_it_is(page_client, upstream, indexed):
    assert registry()["nordhavn"].config.deadline == 3.0
    assert plan.PATIENCE < 0.95
    assert upstream.sandbox.clock.nanoseconds() == int(NOW.timestamp()) * 10**9
