"""A screen is shared: one key hides who patients are, in every tab, and nothing in the whole DOM says it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.pages import Visitor
from tests.browser.tenants import CANARY
from tests.browser.test_browser_accessibility import violations
from tests.dashboard.following import Following

SLUGS = ("nordhavn", "canary", "crafted")


@pytest.fixture
def indexed(site: str) -> Following:
    following = Following()
    for slug in SLUGS:
        following.fill(slug)
    return following


def dom(visitor: Visitor) -> str:
    return str(visitor.page.evaluate("document.documentElement.outerHTML"))


def is_on(visitor: Visitor) -> bool:
    band, pressed = (
        visitor.page.locator(".sharing-band"),
        visitor.page.locator("#sharing").get_attribute("aria-pressed"),
    )
    assert (band.count() == 1) == (pressed == "true")
    return pressed == "true"


def press(visitor: Visitor) -> None:
    visitor.leaves(lambda: visitor.page.keyboard.press("s"))


def test_one_key_turns_it_on_and_off_on_the_same_page(ada: Visitor, indexed: Following) -> None:
    ada.open_list("canary", rows=25)
    ada.click("#next")
    where = ada.url
    assert CANARY in dom(ada)
    press(ada)
    assert (is_on(ada), ada.url) == (True, where)
    assert CANARY not in dom(ada)
    expect(ada.page.locator(".sharing-band")).to_contain_text("Names are shown as initials, birth dates are hidden.")
    press(ada)
    assert (is_on(ada), ada.url) == (False, where)
    assert CANARY in dom(ada)


def test_the_key_is_a_letter_while_somebody_types(ada: Visitor, indexed: Following) -> None:
    ada.open_list("canary", rows=25)
    ada.page.locator("#patient").press_sequentially("s")
    ada.page.wait_for_timeout(150)
    assert not is_on(ada)


def test_a_whole_journey_leaves_no_name_in_the_dom(ada: Visitor, indexed: Following) -> None:
    page = ada.page
    ada.open_list("canary", rows=25)
    press(ada)
    with ada.answering("/suggest/"):
        page.locator("#patient").press_sequentially(CANARY.lower(), delay=10)
    ada.settled()
    options = page.locator("#suggest:not([hidden]) [role=option] b")
    assert options.all_inner_texts() == ["K. C."] * 3
    assert CANARY not in dom(ada)
    ada.swap(lambda: page.locator("#patient").press("Enter"))
    assert (page.locator("#patient").input_value(), ada.chips) == ("", ["Search, hidden"])
    expect(page.locator("#patient")).to_have_attribute("placeholder", "Search hidden, type a new one")
    assert CANARY not in dom(ada)
    # Another filter keeps what is looked for, though the box is empty.
    ada.click(".toggle.status-completed")
    assert ada.chips == ["Completed", "Search, hidden"]
    ada.swap(ada.names.first.click)
    assert ada.chips[1].startswith("Patient …")
    assert CANARY not in dom(ada)
    ada.click("#clear")
    expect(page.locator("#patient")).to_have_attribute("placeholder", "Name, identifier or title")
    ada.click(".toggle.status-completed")
    assert ada.chips == ["Completed"]
    ada.open("/canary/patients/")
    ada.leaves(ada.names.first.click)
    assert page.locator("h1").inner_text() == "K. C."
    assert CANARY not in dom(ada)


def test_every_other_tab_hides_its_names_at_once(ada: Visitor, indexed: Following) -> None:
    other = ada.another_tab()
    other.open_list("canary", rows=25)
    ada.open_list("nordhavn", rows=25)
    other.leaves(lambda: ada.page.keyboard.press("s"))
    ada.page.wait_for_load_state()
    assert is_on(ada)
    assert is_on(other)
    assert CANARY not in dom(other)


def test_a_tab_that_says_shared_never_shows_names(ada: Visitor, indexed: Following) -> None:
    ada.open_list("canary", rows=25)
    press(ada)
    other = ada.another_tab()
    other.open_list("canary", rows=25)
    press(ada)
    assert is_on(other)
    other.leaves(other.page.locator("#next").click)
    assert not is_on(other)
    assert CANARY in dom(other)


def test_it_works_without_scripts(visit: Visit, indexed: Following) -> None:
    ada = visit("ada", java_script_enabled=False)
    ada.open_list("canary", rows=25)
    ada.page.locator(".avatar").click()
    ada.leaves(ada.page.get_by_role("button", name="Screen sharing").click)
    assert CANARY not in ada.page.content()
    ada.leaves(ada.page.locator(".sharing-band button").click)
    assert CANARY in ada.page.content()


def _list(ada: Visitor) -> None:
    ada.open_list("crafted", rows=8)


def _menu(ada: Visitor) -> None:
    ada.open_list("crafted", rows=8)
    ada.page.locator(".avatar").click()
    expect(ada.page.locator("#sharing")).to_be_visible()


def _searched(ada: Visitor) -> None:
    ada.open_list("crafted", rows=8)
    ada.find("holm")
    expect(ada.page.locator(".matches")).to_be_visible()


def _patients(ada: Visitor) -> None:
    ada.open("/crafted/patients/")
    expect(ada.page.locator(".mark").first).to_be_visible()


def _patient(ada: Visitor) -> None:
    _patients(ada)
    ada.leaves(ada.page.locator("tr:has(.mark) .c-patient button").first.click)
    expect(ada.page.locator("[data-state=same-name]")).to_be_visible()


@pytest.mark.parametrize("prepare", [_list, _menu, _searched, _patients, _patient])
def test_axe_finds_nothing_while_the_screen_is_shared(
    ada: Visitor, indexed: Following, axe_source: str, prepare: Callable[[Visitor], None]
) -> None:
    ada.open_list("crafted", rows=8)
    press(ada)
    prepare(ada)
    assert is_on(ada)
    assert violations(ada, axe_source) == []
