"""An encounter opened while answers are slow, are refused, or come too late."""

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from corti_gateway.sandbox import HostedTenant
from tests.browser.opened import SAID, at_the_list, opened, rows_of
from tests.browser.pages import Visitor

PANEL = r"/encounters/[0-9a-f-]{36}/(\?.*)?$"


def overtaking(visitor: Visitor) -> Page:
    """The list, where one request takes the place of another on purpose."""
    visitor.watch.expect_aborts()
    visitor.watch.expect(r"net::ERR_ABORTED")
    return at_the_list(visitor)


def test_a_second_row_opened_meanwhile_is_the_one_that_stands(clinic: HostedTenant, ada: Visitor) -> None:
    page = overtaking(ada)
    clinic.faults.set("latency", ms=600, endpoint="item")
    page.locator("a.title").nth(1).click()
    page.wait_for_timeout(150)
    page.locator("a.title").nth(2).click()
    opened(page)
    expect(page.locator("#one-name")).to_have_text("Test Person 2")
    expect(page.locator("tbody tr").nth(2)).to_have_attribute("data-opened", "")
    assert ada.url.split("/")[3] == page.locator("#one").get_attribute("data-key")
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    assert ada.url == "/opened/encounters/"


def test_keys_go_on_while_an_encounter_is_on_its_way(clinic: HostedTenant, ada: Visitor) -> None:
    page = overtaking(ada)
    clinic.faults.set("latency", ms=400, endpoint="item")
    page.locator("a.title").nth(1).click()
    for _ in range(3):
        page.keyboard.press("n")
    opened(page)
    expect(page.locator("#one-name")).to_have_text("Test Person 4")


@pytest.mark.parametrize("close", ["Escape", "button"])
def test_what_is_on_its_way_can_be_closed_and_does_not_come_back(
    clinic: HostedTenant, ada: Visitor, close: str
) -> None:
    page = overtaking(ada)
    clinic.faults.set("latency", ms=700, endpoint="item")
    page.locator("a.title").nth(1).click()
    page.wait_for_timeout(100)
    if close == "Escape":
        page.keyboard.press("Escape")
    else:
        page.locator("#one-close").click()
    expect(page.locator("#panel")).to_be_hidden()
    page.wait_for_timeout(1200)
    expect(page.locator("#panel")).to_be_hidden()
    assert page.locator("#panel").inner_html() == ""
    assert ada.url == "/opened/encounters/"
    assert page.evaluate("document.activeElement === document.querySelectorAll('a.title')[1]")


def held(page: Page, pattern: str) -> list[Route]:
    """The first request of this kind, once it is made, for as long as the test keeps it."""
    routes: list[Route] = []
    # Not "times=1": whoever takes the last route away lets go of what it holds.
    page.route(re.compile(pattern), lambda route: route.fallback() if routes else routes.append(route))
    return routes


def test_parts_do_not_wait_for_the_head(clinic: HostedTenant, ada: Visitor) -> None:
    page = at_the_list(ada)
    waiting = held(page, PANEL)
    page.locator("a.title").nth(1).click()
    expect(page.locator("#one-name")).to_have_text("Test Person 1")
    opened(page, head=False)
    expect(page.locator("#one-head[aria-busy]")).to_be_attached()
    assert ada.url == "/opened/encounters/"
    waiting[0].continue_()
    expect(page.locator("#one-head")).to_contain_text("Assigned to")
    opened(page)
    assert "/encounters/" in ada.url
    assert ada.url != "/opened/encounters/"


def test_without_a_head_nothing_else_of_the_encounter_is_shown(clinic: HostedTenant, ada: Visitor) -> None:
    ada.watch.expect_status(502)
    page = at_the_list(ada)
    waiting = held(page, PANEL)
    page.locator("a.title").nth(1).click()
    opened(page, head=False)
    clinic.faults.set("status", status=500, endpoint="item")
    waiting[0].continue_()
    expect(page.locator("#panel .panel-failed")).to_be_visible()
    expect(page.locator("#panel .part")).to_have_count(0)
    clinic.faults.clear()
    page.locator("#panel").get_by_role("link", name="Try again").click()
    opened(page)
    expect(page.locator("#one-name")).to_have_text("Test Person 1")


@pytest.mark.parametrize("status", [403, 429, 0])
def test_where_the_head_is_refused_or_not_reached_its_parts_go(clinic: HostedTenant, ada: Visitor, status: int) -> None:
    ada.watch.expect_status(403, 429)
    ada.watch.expect_no_answer()
    page = at_the_list(ada)
    waiting = held(page, PANEL)
    page.locator("a.title").nth(1).click()
    opened(page, head=False)
    waiting[0].fulfill(status=status, body="No") if status else waiting[0].abort()
    expect(page.locator("#panel [role=alert]")).to_have_count(1)
    expect(page.locator("#panel .part")).to_have_count(0)
    expect(page.locator("#panel[aria-busy]")).to_have_count(0)
    page.locator("#panel").get_by_role("link", name="Try again").click()
    opened(page)
    expect(page.locator("#one-name")).to_have_text("Test Person 1")
    assert ada.url == page.locator("#one").get_attribute("data-url")


@pytest.mark.parametrize("way", ["navigated", "reloaded"])
def test_an_encounter_that_is_not_found_says_so_on_its_own_page(clinic: HostedTenant, ada: Visitor, way: str) -> None:
    ada.watch.expect_status(404)
    ada.watch.expect_aborts()
    ada.watch.expect(r"net::ERR_ABORTED")
    page = at_the_list(ada)
    if way == "reloaded":
        ada.leaves(page.reload)
    own = page.locator("a.title").nth(1).get_attribute("href")
    page.route(re.compile(PANEL), lambda route: route.fulfill(status=404, body="<h1>Not found</h1>"))
    page.locator("a.title").nth(1).click()
    page.wait_for_url(f"**{own}")
    expect(page.locator("h1")).to_have_text("Not found")


def test_a_list_that_comes_before_the_head_leaves_its_own_address_behind(clinic: HostedTenant, ada: Visitor) -> None:
    ada.watch.expect_aborts()
    page = at_the_list(ada, "?status=completed")
    lists = held(page, r"/encounters/\?status")
    heads = held(page, PANEL)
    page.keyboard.press("r")
    page.locator("a.title").nth(1).click()
    opened(page, head=False)
    with page.expect_response(re.compile(r"/encounters/\?status")):
        lists[0].continue_()
    page.wait_for_timeout(200)
    assert ada.url == "/opened/encounters/?status=completed"
    heads[0].continue_()
    expect(page.locator("#one-head")).to_contain_text("Assigned to")
    page.wait_for_url(re.compile(r"encounters/[0-9a-f-]{36}/\?status=completed"))
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    assert ada.url == "/opened/encounters/?status=completed"


def test_what_was_followed_in_one_encounter_takes_no_focus_in_the_next(clinic: HostedTenant, ada: Visitor) -> None:
    page = overtaking(ada)
    page.locator("a.title").nth(1).click()
    opened(page, head=False)
    clinic.faults.set("latency", ms=700, endpoint="transcripts")
    page.locator("a.quote").first.click()
    page.wait_for_timeout(100)
    page.keyboard.press("n")
    opened(page)
    page.wait_for_timeout(300)
    expect(page.locator("#one-name")).to_have_text("Test Person 2")
    assert page.evaluate("document.activeElement.id") == "one-name"
    assert page.evaluate("document.querySelector('#panel').scrollTop") == 0


def test_a_place_on_the_page_opens_nothing_anew(clinic: HostedTenant, ada: Visitor) -> None:
    page = at_the_list(ada)
    page.locator("a.title").nth(1).click()
    opened(page)
    asked = ada.watch.asked_from_now()
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(400)
    assert [url for url in asked if "/encounters/" in url] == []


def late(route: Route) -> None:
    time.sleep(0.5)
    route.continue_()


def test_a_panel_that_is_refused_or_not_reached_says_so_and_can_be_closed_or_tried_again(
    clinic: HostedTenant, ada: Visitor
) -> None:
    ada.watch.expect_status(429)
    ada.watch.expect_no_answer()
    ada.watch.expect_aborts()
    page = at_the_list(ada)
    # The script that looks after refusals is fetched with the first panel, and may be slow to come.
    page.route(re.compile(r"/js/parts"), late, times=1)
    page.route(re.compile(PANEL), lambda route: route.fulfill(status=429, body="Too many"), times=1)
    page.locator("a.title").nth(1).click()
    expect(page.locator("#panel [role=alert]")).to_contain_text("refused this (429)")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    page.route(re.compile(PANEL), lambda route: route.abort(), times=1)
    page.locator("a.title").nth(1).click()
    expect(page.locator("#panel [role=alert]")).to_contain_text("could not be reached")
    page.locator("#panel").get_by_role("link", name="Try again").click()
    opened(page)


def test_a_quote_followed_while_the_transcript_loads_is_found(clinic: HostedTenant, ada: Visitor) -> None:
    page = overtaking(ada)
    clinic.faults.set("latency", ms=700, endpoint="transcripts")
    page.locator("a.title").nth(1).click()
    page.locator("a.quote").click()
    expect(page.locator("#evidence mark")).to_have_text(SAID[3])
    page.wait_for_function("() => document.activeElement.id === 'evidence'")


def test_a_part_that_stands_stays_when_what_was_asked_for_does_not_come(clinic: HostedTenant, ada: Visitor) -> None:
    ada.watch.expect_no_answer()
    page = at_the_list(ada)
    page.locator("a.title").nth(1).click()
    opened(page)
    page.route(re.compile(r"/transcript/"), lambda route: route.abort(), times=1)
    page.locator("a.quote").click()
    expect(page.locator("#transcript [role=alert]")).to_contain_text("could not be reached")
    expect(page.locator(".said p").first).to_be_visible()
    page.locator("#transcript").get_by_role("button", name="Try again").click()
    expect(page.locator("#evidence mark")).to_have_text(SAID[3])
    expect(page.locator("#transcript [role=alert]")).to_have_count(0)


def test_a_part_that_is_not_found_loads_the_page_anew_once(clinic: HostedTenant, ada: Visitor) -> None:
    ada.watch.expect_status(404)
    ada.watch.expect_aborts()
    ada.watch.expect(r"net::ERR_ABORTED")
    key, page, loads = rows_of(clinic)[0].id, ada.page, []
    page.on("load", lambda: loads.append(1))
    page.route(re.compile(r"/facts/"), lambda route: route.fulfill(status=404, body="<h1>Not found</h1>"))
    ada.open(f"/opened/encounters/{key}/#documents")
    expect(page.locator("#facts [role=alert]")).to_contain_text("refused this (404)")
    page.wait_for_timeout(500)
    assert len(loads) <= 2


def test_a_headline_that_is_refused_does_not_put_another_page_into_the_table(
    clinic: HostedTenant, ada: Visitor
) -> None:
    ada.watch.expect_status(429)
    page = at_the_list(ada)
    page.locator("a.title").nth(1).click()
    opened(page)
    page.route(
        re.compile(r"/headline/"),
        lambda route: route.fulfill(status=429, body='<h1>Too many</h1><section id="results">'),
    )
    ada.leaves(page.locator("#one-patient").click)
    expect(page.locator(".headline").first).to_have_text("What was found and written could not be read now.")
    expect(page.locator("h1")).to_have_count(1)
