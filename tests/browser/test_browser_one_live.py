"""An opened encounter over time: what is on the screen stays true, and stays put under the reader's hands."""

import pytest
from playwright.sync_api import Page, expect

from corti_gateway.sandbox import HostedTenant
from tests.browser.conftest import Visit
from tests.browser.opened import at_the_list, opened
from tests.browser.pages import Visitor
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
