"""How an index stands, in a real browser: it refreshes itself and disturbs nobody, in every look and state."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import expect

from corti_gateway import errors
from dashboard.index.lease import acquire
from dashboard.index.models import Stage, TenantIndex
from dashboard.index.moments import SECOND, now
from dashboard.tenants import circuit
from dashboard.tenants.models import Membership
from tests.browser.conftest import Visit
from tests.browser.pages import Visitor
from tests.browser.test_browser_accessibility import violations
from tests.browser.test_browser_layout import SMALL_TARGETS, STICKING_OUT, WIDTHS

URL = "/nordhavn/index/"


@pytest.fixture
def admin(visit: Visit) -> Visitor:
    """Ada as an admin of Nordhavn Clinic, whose index is complete."""
    return _admin(visit)


def _admin(visit: Visit, *, scripts: bool = True) -> Visitor:
    Membership.objects.filter(user__username="ada").update(admin=True)
    acquire("nordhavn", "a-machine-with-a-rather-long-name.clinic.example.org:41234")
    # The lease of nobody lasts as long as the test.
    _index(held_until=2**40)
    _index(stage=Stage.FOLLOWING, as_of=now(), verified=now(), rows=12_518, patients=3_011, calls=420)
    return visit("ada", java_script_enabled=scripts)


def _index(**fields: Any) -> None:
    TenantIndex.objects.filter(slug="nordhavn").update(**fields)


def _value(admin: Visitor, name: str) -> Any:
    return admin.page.locator(f"dt:text-is('{name}') + dd .value")


def test_an_admin_finds_it_in_the_menu_and_it_refreshes_itself(admin: Visitor) -> None:
    page = admin.page
    admin.open("/nordhavn/encounters/")
    page.get_by_role("button", name="Account and settings").click()
    admin.leaves(page.get_by_role("link", name="Index", exact=True).click)
    expect(_value(admin, "Encounters")).to_have_text("12,518")
    entries = admin.entries
    _index(rows=12_519)
    expect(_value(admin, "Encounters")).to_have_text("12,519", timeout=8_000)
    assert (admin.url, admin.entries, admin.focus) == (URL, entries, "BODY"), "nothing was pushed, no focus moved"


def test_a_button_keeps_the_focus_while_the_page_refreshes(admin: Visitor) -> None:
    admin.open(URL)
    button = admin.page.get_by_role("button", name="Verify every row now")
    button.focus()
    _index(rows=7)
    expect(_value(admin, "Encounters")).to_have_text("7", timeout=8_000)
    expect(button).to_be_focused()


def test_a_dashboard_that_is_gone_is_told_and_heals(admin: Visitor) -> None:
    admin.open(URL)
    admin.watch.expect_no_answer()
    admin.page.route(f"**{URL}", lambda route: route.abort())
    expect(admin.page.locator("[data-state=no-answer]")).to_be_visible(timeout=8_000)
    expect(_value(admin, "Encounters")).to_be_visible()
    admin.page.unroute(f"**{URL}")
    expect(admin.page.locator("[data-state=no-answer]")).to_have_count(0, timeout=8_000)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_verification_and_a_rebuild_are_a_press_away(visit: Visit, scripts: bool) -> None:
    ada = _admin(visit, scripts=scripts)
    page = ada.page
    ada.open(URL)
    ada.leaves(page.get_by_role("button", name="Verify every row now").click)
    expect(page.locator("p.notice[role=status]")).to_contain_text("Every row will be compared")
    assert TenantIndex.objects.get(slug="nordhavn").verify_wanted
    ada.leaves(page.get_by_role("button", name="Rebuild …").click)
    expect(page.locator("h1")).to_have_text("Rebuild the index of Nordhavn Clinic?")
    ada.leaves(page.get_by_role("link", name="Keep it as it is").click)
    assert TenantIndex.objects.get(slug="nordhavn").rows == 12_518
    ada.leaves(page.get_by_role("button", name="Rebuild …").click)
    ada.leaves(page.get_by_role("button", name="Rebuild the index").click)
    expect(_value(ada, "State")).to_have_text("Not begun")
    ada.leaves(page.get_by_role("link", name="Refresh").click)
    assert ada.url == URL


def _complete(ada: Visitor, settings: Any) -> None:
    ada.open(URL)
    expect(_value(ada, "State")).to_have_text("Complete")


def _filling(ada: Visitor, settings: Any) -> None:
    _index(stage=Stage.FILLING, rows=13_600, expected=40_001, as_of=0, verified=0, fill_started=now() - 60 * SECOND)
    ada.open(URL)
    expect(ada.page.locator("progress")).to_be_visible()


def _troubles(ada: Visitor, settings: Any) -> None:
    text = "UnreadableAnswer: " + "no list of interactions in the answer, " * 7
    _index(
        waiting=1_234, failures=5, last_error=text[:300], last_error_at=now(), as_of=now() - 600 * SECOND, held_until=0
    )
    circuit.failed("nordhavn", errors.TimedOut("no answer", elapsed=8.0))
    ada.open(URL)
    expect(ada.page.locator("[data-problem]")).to_be_visible()
    expect(_value(ada, "Waiting to be deleted")).to_have_text("1,234 encounters")


def _not_begun(ada: Visitor, settings: Any) -> None:
    TenantIndex.objects.all().delete()
    ada.open(URL)
    expect(_value(ada, "State")).to_have_text("Not begun")


def _off(ada: Visitor, settings: Any) -> None:
    settings.TENANTS = tuple(replace(tenant, index=False) for tenant in settings.TENANTS)
    ada.open(URL)
    expect(ada.page.locator("[data-state=off]")).to_be_visible()


def _rebuild(ada: Visitor, settings: Any) -> None:
    ada.open(f"{URL}rebuild/")
    expect(ada.page.get_by_role("button", name="Rebuild the index")).to_be_visible()


STATES = [_complete, _filling, _troubles, _not_begun, _off, _rebuild]


@pytest.mark.parametrize("prepare", STATES)
def test_axe_finds_nothing_in_any_state(
    admin: Visitor, settings: Any, axe_source: str, prepare: Callable[[Visitor, Any], None]
) -> None:
    prepare(admin, settings)
    assert violations(admin, axe_source) == []


@pytest.mark.parametrize("prepare", STATES)
def test_it_fits_every_screen(admin: Visitor, settings: Any, prepare: Callable[[Visitor, Any], None]) -> None:
    prepare(admin, settings)
    for width in WIDTHS:
        admin.page.set_viewport_size({"width": width, "height": 800})
        assert admin.page.evaluate(STICKING_OUT) == []
        assert admin.page.evaluate(SMALL_TARGETS) == []
