"""The list with an index in a real browser: counts, more filters, days, and what it says while Corti is down."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from corti_gateway.sandbox import Sandbox
from dashboard.accounts.models import User
from dashboard.clinicians.models import Clinician
from dashboard.tenants.models import Circuit
from tests.browser.conftest import PASSWORD, Visit
from tests.browser.pages import Visitor
from tests.browser.tenants import CANARY
from tests.browser.test_browser_accessibility import NARROW, violations
from tests.dashboard.following import Following

LIST = "/nordhavn/encounters/"


@pytest.fixture
def following(site: str) -> Following:
    return Following()


@pytest.fixture
def indexed(following: Following) -> Following:
    following.fill()
    return following


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    Circuit.objects.all().delete()


def more(visitor: Visitor) -> Locator:
    return visitor.page.locator("#more")


def open_more(visitor: Visitor) -> None:
    visitor.page.locator("#more-filters").click()
    expect(more(visitor)).to_be_visible()


def count(visitor: Visitor, status: str) -> int:
    return int(visitor.page.locator(f"[data-count={status}]").inner_text().replace(",", "") or -1)


def tick(visitor: Visitor, label: str) -> None:
    visitor.swap(more(visitor).get_by_label(label, exact=True).click)


def total(visitor: Visitor) -> int:
    return int(visitor.summary.rpartition(" of ")[2].replace(",", ""))


def test_counts_on_the_toggles_follow_the_other_filters(ada: Visitor, indexed: Following) -> None:
    ada.open_list(rows=25)
    everything = {status: count(ada, status) for status in ("planned", "completed", "cancelled")}
    assert all(rows > 0 for rows in everything.values())
    ada.swap(ada.page.locator("#status-completed").click)
    assert total(ada) == everything["completed"]
    assert {status: count(ada, status) for status in everything} == everything
    open_more(ada)
    tick(ada, "Emergency")
    fewer = count(ada, "completed")
    assert 0 < fewer < everything["completed"]
    assert (total(ada), ada.focus) == (fewer, "INPUT")
    ada.click("#clear")
    assert {status: count(ada, status) for status in everything} == everything
    ada.page.reload()
    assert {status: count(ada, status) for status in everything} == everything


def test_more_filters_open_at_their_button_by_keyboard_and_give_the_focus_back(
    ada: Visitor, indexed: Following
) -> None:
    ada.open_list(rows=25)
    button = ada.page.locator("#more-filters")
    button.focus()
    ada.page.keyboard.press("Enter")
    expect(more(ada)).to_be_visible()
    below, box = button.bounding_box(), more(ada).bounding_box()
    assert below
    assert box
    assert 0 <= box["y"] - (below["y"] + below["height"]) < 12
    assert abs(box["x"] - below["x"]) < 2
    assert box["y"] + box["height"] <= 900
    ada.page.keyboard.press("Tab")
    assert more(ada).locator(":focus").get_attribute("name") == "type"
    ada.swap(lambda: ada.page.keyboard.press("Space"))
    expect(more(ada)).to_be_visible()
    assert ada.chips == ["First consultation"]
    expect(ada.page.locator("#more-filters [data-more]")).to_have_text("1")
    ada.page.keyboard.press("Escape")
    expect(more(ada)).to_be_hidden()
    expect(button).to_be_focused()


def test_apply_closes_the_popover_and_goes_back_to_its_button(ada: Visitor, indexed: Following) -> None:
    ada.open_list(rows=25)
    open_more(ada)
    more(ada).locator("#of").select_option("started")
    more(ada).locator("#from").fill("2026-11-18")
    more(ada).locator("#to").fill("2026-11-19")
    ada.swap(more(ada).get_by_role("button", name="Apply").click)
    expect(more(ada)).to_be_hidden()
    expect(ada.page.locator("#more-filters")).to_be_focused()
    assert ada.query == [("of", "started"), ("from", "2026-11-18"), ("to", "2026-11-19")]
    assert ada.chips == ["Started from 18 Nov 2026 to 19 Nov 2026"]
    starts = ada.page.locator("tbody .c-started time").all()
    assert starts
    assert {str(time.get_attribute("datetime"))[:10] for time in starts} <= {"2026-11-17", "2026-11-18", "2026-11-19"}


def test_a_span_and_two_dates_exclude_each_other(ada: Visitor, indexed: Following) -> None:
    ada.open_list(query="?of=started&from=2026-11-18&to=2026-11-19")
    open_more(ada)
    ada.swap(lambda: more(ada).locator("#when").select_option("30d"))
    assert ada.query == [("of", "started"), ("when", "30d")]
    assert more(ada).locator("#from").input_value() == ""
    more(ada).locator("#from").fill("2026-11-19")
    assert more(ada).locator("#when").input_value() == ""
    ada.swap(more(ada).get_by_role("button", name="Apply").click)
    assert ada.query == [("of", "started"), ("from", "2026-11-19")]


def test_what_is_half_chosen_outlives_another_choice(ada: Visitor, indexed: Following) -> None:
    ada.open_list(rows=25)
    open_more(ada)
    more(ada).locator("#of").select_option("started")
    tick(ada, "Consultation")
    assert more(ada).locator("#of").input_value() == "started"
    ada.swap(lambda: more(ada).locator("#when").select_option("7d"))
    assert ada.query == [("type", "consultation"), ("of", "started"), ("when", "7d")]


def test_a_date_that_cannot_be_is_told_where_it_stands(ada: Visitor, indexed: Following) -> None:
    ada.open_list(rows=25)
    open_more(ada)
    more(ada).locator("#from").fill("1066-10-14")
    ada.page.keyboard.press("Escape")
    expect(more(ada)).to_be_hidden()
    ada.page.locator("#status-completed").click()
    expect(more(ada)).to_be_visible()
    expect(more(ada).locator("#from")).to_be_focused()
    assert ada.url == LIST


def test_on_a_phone_more_filters_are_a_sheet_at_the_foot(visit: Visit, indexed: Following) -> None:
    ada = visit("ada", viewport=NARROW)
    ada.open_list(rows=25)
    open_more(ada)
    box = more(ada).bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, NARROW["width"])
    assert box["y"] + box["height"] == NARROW["height"]
    assert ada.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    tick(ada, "Emergency")
    assert ada.chips == ["Emergency"]
    ada.swap(more(ada).get_by_role("button", name="Apply").click)
    expect(more(ada)).to_be_hidden()


def test_the_longest_come_first_by_the_head_and_by_the_menu(ada: Visitor, indexed: Following) -> None:
    ada.open_list(query="?status=completed", rows=25)
    ada.click("#by-duration")
    assert ada.query == [("status", "completed"), ("sort", "-duration")]
    assert ada.page.locator("#sort").input_value() == "-duration"
    expect(ada.page.locator("th.c-duration")).to_have_attribute("aria-sort", "descending")
    assert "Index, as of" in ada.page.locator(".as-of").inner_text()
    ada.choose("sort", "duration")
    assert ada.page.locator("tbody .c-duration").first.inner_text().endswith(("s", "min"))


def test_assigned_to_me_is_a_toggle(ada: Visitor, indexed: Following, sandbox: Sandbox) -> None:
    user = next(iter(sandbox.tenant("nordhavn").store._by_id())).user
    Clinician.objects.create(
        tenant="nordhavn", assigned_user_id=user, name="Ada Weiss", user=User.objects.get(username="ada")
    )
    ada.open_list(rows=25)
    mine = ada.page.locator("#mine")
    expect(mine).to_have_attribute("aria-pressed", "false")
    ada.swap(mine.click)
    assert (ada.query, ada.chips, ada.focus) == ([("clinician", "me")], ["Assigned to me"], "mine")
    assert set(ada.page.locator("tbody .c-assigned").all_inner_texts()) == {"Ada Weiss"}
    expect(mine).to_have_attribute("aria-pressed", "true")
    assert ada.page.locator("#clinician").input_value() == "me"
    ada.swap(mine.click)
    assert (ada.query, ada.chips) == ([], [])
    expect(mine).to_have_attribute("aria-pressed", "false")


def test_back_and_forward_bring_back_every_control(ada: Visitor, indexed: Following) -> None:
    ada.open_list(rows=25)
    open_more(ada)
    steps = [
        lambda: tick(ada, "Emergency"),
        lambda: ada.swap(lambda: more(ada).locator("#when").select_option("30d")),
        lambda: ada.swap(lambda: more(ada).locator("#clinician").select_option(index=2)),
        lambda: (ada.page.keyboard.press("Escape"), ada.choose("sort", "-duration")),
        lambda: ada.click("#clear"),
        lambda: ada.find("anna"),
    ]
    seen = [_controls(ada)]
    for step in steps:
        step()
        seen.append(_controls(ada))
    assert len({repr(state) for state in seen}) == len(seen) - 1, "only the cleared list has been there before"
    for state in reversed(seen[:-1]):
        ada.back()
        assert _controls(ada) == state
    for state in seen[1:]:
        ada.forward()
        assert _controls(ada) == state


def _controls(visitor: Visitor) -> tuple[object, ...]:
    visitor.page.wait_for_load_state()
    visitor.settled()
    values = [
        visitor.page.locator(f"#{name}").input_value() for name in ("patient", "clinician", "when", "from", "sort")
    ]
    checked = visitor.page.locator("[name=type]:checked").evaluate_all("boxes => boxes.map(box => box.value)")
    counts = visitor.page.locator("[data-count]").all_inner_texts()
    return urlsplit(visitor.url).query, visitor.chips, values, checked, counts, visitor.summary


def test_a_search_leaves_no_trace(ada: Visitor, following: Following) -> None:
    following.fill("canary")
    ada.open_list("canary", rows=25)
    ada.find(f"{CANARY.lower()}-1-id")
    assert 10 <= total(ada) < 30
    assert ada.chips == [f"“{CANARY.lower()}-1-id”"]
    assert [key for key, _ in parse_qsl(urlsplit(ada.page.url).query)] == ["q"]
    ada.click("#refresh")
    ada.page.reload()
    assert ada.page.locator("#patient").input_value() == f"{CANARY.lower()}-1-id"
    for request in ada.watch.requests:
        sent = " ".join((request.url, request.headers.get("hx-current-url", ""), request.headers.get("referer", "")))
        assert CANARY.lower() not in sent.lower()
    stored = ada.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state])")
    assert CANARY.lower() not in (stored + ada.page.title()).lower()


def test_without_scripts_every_control_works(visit: Visit, indexed: Following) -> None:
    plain = visit("", java_script_enabled=False)
    plain.open(LIST)
    plain.sign_in("ada", PASSWORD)
    page = plain.page
    assert page.locator("[data-count=completed]").inner_text().isdigit()
    page.locator("#more-filters").click()
    page.locator("#more").get_by_label("Emergency", exact=True).check()
    page.locator("#of").select_option("started")
    page.locator("#from").fill("2026-11-01")
    plain.leaves(page.locator("#apply").click)
    assert plain.query == [("type", "emergency"), ("of", "started"), ("from", "2026-11-01")]
    assert plain.chips == ["Emergency", "Started from 1 Nov 2026"]
    page.locator("#more-filters").click()
    page.locator("#when").select_option("7d")
    plain.watch.expect_status(422)
    plain.leaves(page.locator("#apply").click)
    assert plain.panel == "invalid"
    assert "not both" in page.locator("#patient-error").inner_text()
    page.locator("#more-filters").click()
    page.locator("#from").fill("")
    plain.leaves(page.locator("#apply").click)
    assert plain.query == [("type", "emergency"), ("of", "started"), ("when", "7d")]
    # The people of the sandbox were last seen on a day that is ever longer ago: without that filter there are rows.
    plain.leaves(page.get_by_role("link", name="Remove the filter Started: last 7 days").click)
    plain.leaves(page.locator("#by-duration").click)
    assert ("sort", "-duration") in plain.query
    page.locator("#patient").fill("anna")
    plain.leaves(lambda: page.locator("#patient").press("Enter"))
    assert "“anna”" in plain.chips


def test_an_outage_is_seen_and_goes_by_itself(ada: Visitor, indexed: Following, sandbox: Sandbox) -> None:
    ada.open_list(query="?status=completed", rows=25)
    rows = ada.rows.locator(".c-encounter").all_inner_texts()
    sandbox.tenant("nordhavn").faults.set("drop", endpoint="list")
    for _ in range(3):
        ada.click("#refresh")
    assert ada.rows.locator(".c-encounter").all_inner_texts() == rows
    assert "Index, as of" in ada.page.locator(".as-of").inner_text()
    expect(ada.page.locator(".as-of .outage")).to_contain_text("Corti unavailable since")
    expect(ada.page.locator(".notice-warning")).to_contain_text("last known rows")
    assert "Corti unavailable" in ada.announcement
    sandbox.tenant("nordhavn").faults.clear()
    Circuit.objects.update(next_try=1.0)
    ada.click("#refresh")
    assert "Live" in ada.page.locator(".as-of").inner_text()
    assert ada.page.locator(".outage, .notice-warning").count() == 0


def test_the_age_of_an_index_goes_on_and_turns_amber(ada: Visitor, indexed: Following) -> None:
    ada.page.clock.install()
    ada.open_list(query="?sort=type", rows=25)
    ada.page.clock.fast_forward("06:00")
    age = ada.page.locator("#as-of .age")
    expect(age).to_have_text("as of 6 min ago")
    expect(age).to_have_class("age old")


def _open(ada: Visitor, following: Following, _: Sandbox) -> None:
    following.fill()
    ada.open_list(query="?type=emergency&when=30d")
    open_more(ada)


def _mark(ada: Visitor, following: Following, _: Sandbox) -> None:
    following.fill()
    ada.open_list(query="?sort=type", rows=25)
    assert count(ada, "completed") > 0


def _stale(ada: Visitor, following: Following, _: Sandbox) -> None:
    following.fill()
    following.age(3600)
    ada.open_list(query="?sort=type", rows=25)
    expect(ada.page.locator(".age.old")).to_be_visible()


def _filling(ada: Visitor, following: Following, _: Sandbox) -> None:
    following.begin(60, expected=400)
    ada.open_list(query="?sort=type", rows=25)
    expect(ada.page.locator(".notice")).to_contain_text("still being filled")


def _outage(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    following.fill()
    sandbox.tenant("nordhavn").faults.set("drop", endpoint="list")
    for _ in range(3):
        ada.open_list(rows=25)
    expect(ada.page.locator(".outage")).to_be_visible()


def _outage_without_index(ada: Visitor, _: Following, sandbox: Sandbox) -> None:
    ada.watch.expect_status(502)
    sandbox.tenant("nordhavn").faults.set("drop", endpoint="list")
    for _ in range(3):
        ada.open_list(rows=0)
    expect(ada.page.locator(".panel .outage")).to_be_visible()


def _needs_index(ada: Visitor, _: Following, __: Sandbox) -> None:
    ada.open_list(query="?type=emergency", rows=0)
    assert ada.panel == "needs-index"


def _assigned_to_me(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    following.fill()
    user = next(iter(sandbox.tenant("nordhavn").store._by_id())).user
    Clinician.objects.create(
        tenant="nordhavn", assigned_user_id=user, name="Ada Weiss", user=User.objects.get(username="ada")
    )
    ada.open_list()
    ada.swap(ada.page.locator("#mine").click)


@pytest.mark.parametrize(
    "prepare",
    [_open, _mark, _stale, _filling, _outage, _outage_without_index, _needs_index, _assigned_to_me],
)
def test_axe_finds_nothing_in_any_state_of_the_index(
    ada: Visitor, following: Following, sandbox: Sandbox, axe_source: str, prepare: object
) -> None:
    prepare(ada, following, sandbox)  # type: ignore[operator]
    assert violations(ada, axe_source) == []
