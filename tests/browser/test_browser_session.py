"""The end of a session in the browser: the warning, staying, and that nothing is left to read."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, Visit
from tests.browser.pages import Visitor
from tests.browser.test_browser_accessibility import violations

WARNING = "#session-warning"


@pytest.fixture
def lasting(settings: Any) -> Any:
    """Sessions of so many seconds; the warning is due two minutes before their end."""

    def last(seconds: float) -> None:
        settings.SESSION_IDLE_MINUTES = seconds / 60

    return last


def two_tabs(visitor: Visitor, query: str = "") -> tuple[Visitor, Visitor]:
    other = visitor.another_tab()
    visitor.open_list(query=query, rows=25)
    other.open_list(rows=25)
    return visitor, other


def test_staying_signed_in_closes_the_warning_in_every_tab(visit: Visit, lasting: Any) -> None:
    lasting(123)
    first, second = two_tabs(visit())
    for tab in (first, second):
        expect(tab.page.get_by_role("alertdialog", name="Are you still there?")).to_be_visible()
        expect(tab.page.locator("#session-left")).to_have_text("2 minutes")
    assert first.page.evaluate("document.activeElement.textContent") == "Stay signed in"
    lasting(600)
    first.page.get_by_role("button", name="Stay signed in").click()
    for tab in (first, second):
        expect(tab.page.locator(WARNING)).to_be_hidden()
        assert tab.rows.count() == 25


def test_signing_out_in_one_tab_empties_the_others(visit: Visit) -> None:
    first, second = two_tabs(visit())
    third = first.another_tab()
    third.open("/accounts/settings/")
    first.page.get_by_role("button", name="Account and settings").click()
    first.leaves(first.page.get_by_role("button", name="Sign out").click)
    expect(first.page.locator("h1")).to_have_text("You are signed out")
    for tab in (second, third):
        tab.page.wait_for_url("**/accounts/sign-in/")
        expect(tab.page.locator("h1")).to_have_text("Sign in")
        assert tab.rows.count() == 0
        assert tab.page.locator("[data-state=session-over]").count() == 0


def test_a_sign_out_that_could_not_be_empties_no_other_tab(visit: Visit) -> None:
    first, second = two_tabs(visit())
    first.watch.expect_no_answer()
    first.page.route("**/accounts/sign-out/", lambda route: route.abort())
    first.page.get_by_role("button", name="Account and settings").click()
    first.page.get_by_role("button", name="Sign out").click()
    second.page.wait_for_timeout(500)
    assert second.rows.count() == 25


def test_axe_finds_nothing_in_the_warning(visit: Visit, lasting: Any, axe_source: str) -> None:
    lasting(110)
    ada = visit().open_list(rows=25)
    expect(ada.page.locator(WARNING)).to_be_visible()
    assert violations(ada, axe_source) == []


def test_escape_stays_signed_in(visit: Visit, lasting: Any) -> None:
    lasting(100)
    ada = visit().open_list(rows=25)
    expect(ada.page.locator(WARNING)).to_be_visible()
    lasting(600)
    with ada.answering("/accounts/stay/"):
        ada.page.keyboard.press("Escape")
    expect(ada.page.locator(WARNING)).to_be_hidden()


def test_the_answer_to_a_click_renews_the_clock_of_every_tab(visit: Visit, lasting: Any) -> None:
    lasting(125)
    first, second = two_tabs(visit())
    lasting(600)
    first.toggle("Planned")
    for tab in (first, second):
        tab.page.wait_for_timeout(3500)
        expect(tab.page.locator(WARNING)).to_be_hidden()


def test_the_end_empties_every_tab_and_leads_back_to_the_same_list(visit: Visit, lasting: Any, settings: Any) -> None:
    lasting(8)
    first, second = two_tabs(visit(), "?status=completed")
    second.open_list(query="?status=completed")
    for tab in (first, second):
        tab.page.wait_for_url("**/accounts/sign-in/**", timeout=20_000)
        expect(tab.page.locator("[data-state=session-over]")).to_be_visible()
        assert tab.rows.count() == 0
    second.page.go_back(wait_until="load")
    assert second.url.startswith("/accounts/sign-in/?next=/nordhavn/encounters/")
    assert second.rows.count() == 0
    settings.SESSION_IDLE_MINUTES = 15
    first.sign_in("ada", PASSWORD)
    assert first.url == "/nordhavn/encounters/?status=completed"
    assert first.rows.count() == 25


def test_nothing_about_the_session_is_kept_in_the_browser(visit: Visit) -> None:
    ada = visit().open_list(rows=25)
    stored = "[...Object.keys(localStorage), ...Object.keys(sessionStorage)].filter((key) => /session|ends/.test(key))"
    assert ada.page.evaluate(stored) == []
