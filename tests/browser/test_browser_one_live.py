"""An opened encounter over time: what is on the screen stays true, and stays put under the reader's hands."""

import pytest
from playwright.sync_api import Page, expect

from corti_gateway.sandbox import HostedTenant
from tests.browser.conftest import Visit
from tests.browser.opened import at_the_list, opened
from tests.browser.pages import Visitor
from tests.browser.tenants import interaction, tenant_with
from tests.browser.test_browser_one_late import held
from tests.browser.test_browser_patients import type_into
from tests.dashboard.following import Following


def opened_at(visitor: Visitor, row: int, query: str = "") -> Page:
    page = at_the_list(visitor, query)
    page.locator("a.title").nth(row).click()
    opened(page)
    return page


# --- Escape ----------------------------------------------------------------------------------------------------------
def test_escape_in_the_suggestions_leaves_the_encounter_open(clinic: HostedTenant, ada: Visitor) -> None:
    Following().fill("opened")
    page = opened_at(ada, 3)
    page.locator("#patient").focus()
    type_into(ada, "Test")
    expect(page.locator("#suggest")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#suggest")).to_be_hidden()
    expect(page.locator("#one-name")).to_have_text("Test Person 3")
    assert ada.focus == "patient"
    # Nor is the box left by one more, nor a menu of the list.
    page.keyboard.press("Escape")
    page.locator("#sort").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#one-name")).to_have_text("Test Person 3")
    page.locator("#one-name").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()


# --- The open row ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("colours", ["none", "active"])
def test_the_open_row_is_told_by_more_than_its_colour(clinic: HostedTenant, visit: Visit, colours: str) -> None:
    page = opened_at(visit("ada", forced_colors=colours), 3)
    expect(page.locator("#results tbody [aria-current]")).to_have_count(1)
    expect(page.locator("tr[data-opened] a.title")).to_have_attribute("aria-current", "true")
    outline = page.evaluate("getComputedStyle(document.querySelector('tr[data-opened]')).outlineStyle")
    assert outline == ("solid" if colours == "active" else "none")
    page.keyboard.press("n")
    opened(page)
    expect(page.locator("#results tbody [aria-current]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#results tbody [aria-current]")).to_have_count(0)


# --- Over the border of a page ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("arrives", [True, False])
def test_while_the_next_page_is_asked_nothing_of_the_patient_before_is_shown(
    clinic: HostedTenant, ada: Visitor, arrives: bool
) -> None:
    ada.watch.expect_no_answer()
    page = opened_at(ada, 24)
    steps = held(page, r"/next/")
    asked = ada.watch.asked_from_now()
    page.keyboard.press("n")
    panel = page.locator("#panel")
    expect(panel).to_contain_text("Asking Corti…")
    expect(panel).not_to_contain_text("Test Person")
    expect(panel.locator(".part, .identity")).to_have_count(0)
    expect(page.locator("tr[data-opened]")).to_have_count(0)
    assert ada.focus == "one-name"
    # There is no neighbour of nobody.
    page.keyboard.press("n")
    page.locator("#one-next").click()
    assert len([url for url in asked if "/next/" in url]) == 1
    if arrives:
        steps[0].continue_()
    else:
        steps[0].abort()
        expect(panel.get_by_role("alert")).to_contain_text("could not be reached")
        expect(panel).not_to_contain_text("Asking Corti…")
        page.keyboard.press("n")
    opened(page)
    expect(page.locator("#one-name")).to_have_text("Test Person 25")
    expect(page.locator("tbody tr").first).to_have_attribute("data-opened", "")


# --- The list under it -----------------------------------------------------------------------------------------------
def test_it_stays_open_while_the_list_turns_a_page(clinic: HostedTenant, ada: Visitor) -> None:
    page = opened_at(ada, 3)
    page.locator("#one-name").focus()
    ada.click("#next")
    notice = page.locator("#panel .notice")
    expect(notice).to_have_text("The open encounter is not on this page of the list now.")
    assert ada.announcement == notice.inner_text()
    expect(page.locator("#one-name")).to_have_text("Test Person 3")
    expect(page.locator("tr[data-opened]")).to_have_count(0)
    assert ada.url.endswith("/?page=2")
    assert ada.focus != "BODY"
    ada.click("#previous")
    expect(page.locator("tr[data-opened]")).to_have_count(1)
    expect(notice).to_have_count(0)
    # From another page of the list its neighbour is found all the same.
    ada.click("#next")
    page.locator("#one-next").click()
    expect(page.locator("#one-name")).to_have_text("Test Person 4")
    opened(page)
    page.keyboard.press("Escape")
    assert ada.url == "/opened/encounters/"


def test_left_from_another_page_it_leaves_the_page_that_is_on_the_screen(clinic: HostedTenant, ada: Visitor) -> None:
    page = opened_at(ada, 3)
    ada.click("#next")
    expect(page.locator("#elsewhere")).to_be_visible()
    page.locator("#one-name").focus()
    page.keyboard.press("Escape")
    assert ada.url == "/opened/encounters/?page=2"
    assert ada.focus == "results"


def test_a_row_that_has_left_the_list_closes_it_in_words_and_keeps_the_focus(
    clinic: HostedTenant, ada: Visitor
) -> None:
    key = tenant_with(clinic, interaction(903, status="in-progress"))
    page = opened_at(ada, 0, "?status=in-progress")
    clinic.store.remove(clinic.store.get(key))
    page.evaluate("document.querySelector('#one-name').focus()")
    # As when one goes over the border of a page: nobody pressed anything in the list.
    page.evaluate(
        "htmx.ajax('GET', document.querySelector('#refresh').href, "
        "{source: '#list', target: '#results', swap: 'outerHTML'})"
    )
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#elsewhere")).to_have_text("The encounter that was open is not in this list any more.")
    assert ada.url == "/opened/encounters/?status=in-progress"
    assert ada.focus == "results"


def test_other_filters_leave_an_encounter_that_is_not_on_their_page(clinic: HostedTenant, ada: Visitor) -> None:
    page = opened_at(ada, 2, "?page=2")
    ada.toggle("Completed")
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.locator("#elsewhere")).to_have_text("The encounter that was open is not on this page of the list.")
    assert ada.url == "/opened/encounters/?status=completed"
    ada.click("#next")
    expect(page.locator("#elsewhere")).to_have_count(0)
