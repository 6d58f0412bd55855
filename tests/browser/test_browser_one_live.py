"""An opened encounter over time: what is on the screen stays true, and stays put under the reader's hands."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from corti_gateway.sandbox import HostedTenant
from corti_gateway.sandbox.records import COMPLETED, DELETED, Patient
from tests.browser.conftest import Visit
from tests.browser.opened import SAID, at_the_list, opened, rows_of
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


# --- Asked for again -------------------------------------------------------------------------------------------------
HALF_A_MINUTE = 31_000
MORE = [*SAID, "And in the night?", "Not in the night."]


NUMBERS = itertools.count(910)


class Running:
    """An encounter in progress, opened, on a clock of the test."""

    def __init__(self, clinic: HostedTenant, visitor: Visitor) -> None:
        self.clinic, self.visitor, self.page = clinic, visitor, visitor.page
        number = next(NUMBERS)
        person = {"identifier": f"P-{number}", "name": "Running Person"}
        self.key = tenant_with(clinic, interaction(number, person, status="in-progress"))

    def holds(self, **contents: Any) -> None:
        self.clinic.contents.put(self.key, **contents)

    def ends(self) -> None:
        self.clinic.store.change(self.clinic.store.get(self.key), status=COMPLETED)

    def open(self, where: str = "page") -> Page:
        self.page.clock.install()
        if where == "page":
            self.visitor.open(f"/opened/encounters/{self.key}/")
        else:
            at_the_list(self.visitor).locator(f"#e-{self.key[:8]} a.title").click()
        opened(self.page)
        # HTMX hears of a piece a moment after it stands.
        self.visitor.settled()
        return self.page


@pytest.fixture
def running(clinic: HostedTenant, ada: Visitor) -> Iterator[Running]:
    one = Running(clinic, ada)
    yield one
    clinic.store.remove(clinic.store.get(one.key))


@pytest.mark.parametrize("where", ["page", "panel"])
def test_letters_that_come_after_the_end_are_shown(running: Running, ada: Visitor, where: str) -> None:
    running.holds(facts=["First finding"])
    page = running.open(where)
    page.clock.fast_forward(HALF_A_MINUTE)
    ada.settled()
    running.ends()
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator("#one-head .status")).to_have_text("Completed")
    ada.settled()
    running.holds(facts=["First finding"], documents=["The letter."])
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator("#documents")).to_contain_text("The letter.")
    # Some minutes later it has ended for good.
    ada.settled()
    page.clock.fast_forward("11:00")
    ada.settled()
    asked = ada.watch.asked_from_now()
    page.clock.fast_forward(HALF_A_MINUTE)
    ada.settled()
    assert asked == []


def test_a_transcript_that_is_being_written_is_followed(clinic: HostedTenant, ada: Visitor) -> None:
    key = rows_of(clinic)[0].id
    clinic.contents.put(key, transcripts=[SAID[:2]])
    transcript = clinic.contents.of(clinic.store.get(key)).transcripts[0]
    transcript["status"] = "processing"
    page = ada.page
    page.clock.install()
    ada.open(f"/opened/encounters/{key}/")
    opened(page)
    ada.settled()
    expect(page.locator("#transcript [data-state=processing]")).to_be_visible()
    clinic.contents.put(key, transcripts=[SAID])
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator(".said p")).to_have_count(len(SAID))


@pytest.mark.parametrize("where", ["page", "panel"])
@pytest.mark.parametrize("how", ["key", "link"])
def test_an_opened_encounter_is_refreshed_by_hand(clinic: HostedTenant, ada: Visitor, where: str, how: str) -> None:
    key = rows_of(clinic)[2].id
    if where == "page":
        ada.open(f"/opened/encounters/{key}/")
        opened(ada.page)
    else:
        opened_at(ada, 2)
    page = ada.page
    ada.settled()
    clinic.contents.put(key, documents=["The second letter."])
    with page.expect_request(lambda request: "/documents/" in request.url) as asked:
        if how == "key":
            page.keyboard.press("r")
        else:
            page.locator("#one-refresh").click()
    # A person asks: that is activity.
    assert "x-unattended" not in asked.value.headers
    expect(page.locator("#documents")).to_contain_text("The second letter.")
    expect(page.locator("#announcement")).to_have_text("Refreshed.")
    assert ada.focus == ("one-refresh" if how == "link" else "one-name" if where == "panel" else "BODY")


def test_it_says_as_of_when_it_is_and_that_a_refresh_failed(
    clinic: HostedTenant, running: Running, ada: Visitor
) -> None:
    ada.watch.expect_status(502)
    ada.watch.expect_no_answer()
    running.holds(facts=["First finding"])
    page = running.open("panel")
    age = page.locator("#one-as-of .age")
    expect(age).to_have_text(re.compile(r"^as of \d\d:\d\d:\d\d$"))
    hour = page.evaluate("new Date().toLocaleTimeString('sv-SE', {timeZone: 'Europe/Copenhagen', hour: '2-digit'})")
    assert f" {hour}:" in age.inner_text()
    clinic.faults.set("status", status=500, endpoint="facts")
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(age).to_have_text(re.compile(r"^not refreshed since \d\d:\d\d:\d\d$"))
    expect(age).to_have_class(re.compile("old"))
    assert ada.announcement == "The encounter could not be refreshed."
    expect(page.locator("#facts")).to_contain_text("First finding")
    page.clock.fast_forward("03:00")
    expect(age).to_have_text("not refreshed for 3 min")
    ada.settled()
    clinic.faults.clear()
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(age).to_have_text(re.compile(r"^as of \d\d:\d\d:\d\d$"))
    expect(age).not_to_have_class(re.compile("old"))
    # Not reached at all.
    ada.settled()
    page.route(re.compile("/facts/"), lambda route: route.abort())
    page.keyboard.press("r")
    expect(age).to_have_text(re.compile("^not refreshed since"))


def test_an_encounter_that_nobody_refreshes_grows_old(clinic: HostedTenant, ada: Visitor) -> None:
    ada.page.clock.install()
    page = opened_at(ada, 3)
    age = page.locator("#one-as-of .age")
    page.clock.fast_forward("04:00")
    expect(age).to_have_text("as of 4 min ago")
    expect(age).not_to_have_class(re.compile("old"))
    page.clock.fast_forward("02:00")
    expect(age).to_have_class(re.compile("old"))
    page.keyboard.press("r")
    expect(age).not_to_have_class(re.compile("old"))


# --- Under the reader's hands ----------------------------------------------------------------------------------------
def test_whose_it_is_stays_where_it_is_while_only_the_event_changes(running: Running, ada: Visitor) -> None:
    page = running.open("panel")
    page.evaluate("""() => {
        window.name_ = document.querySelector("#one-name");
        window.focused = 0;
        document.addEventListener("focusin", () => { window.focused += 1; });
    }""")
    printed = page.locator(".whose .printed").text_content()
    running.ends()
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator("#one-head .status")).to_have_text("Completed")
    ada.settled()
    # But paper says when it was read.
    assert page.locator(".whose .printed").text_content() != printed
    assert page.evaluate("[window.focused, document.activeElement === window.name_]") == [0, True]


HANDS = {
    "searches": "document.querySelector('#find').value = 'knee'",
    "selects": "getSelection().selectAllChildren(document.querySelector('.said p'))",
    "stands": "document.querySelector('#transcript-heading').focus()",
}


@pytest.mark.parametrize("hand", HANDS)
def test_what_comes_while_somebody_reads_is_offered(running: Running, hand: str) -> None:
    running.holds(transcripts=[SAID])
    page = running.open()
    answers = held(page, "/transcript/")
    running.holds(transcripts=[MORE])
    with page.expect_request(lambda request: "/transcript/" in request.url):
        page.clock.fast_forward(HALF_A_MINUTE)
    # Asked for before, answered after: what counts is what somebody does when it comes.
    page.evaluate(HANDS[hand])
    answers[0].continue_()
    new = page.get_by_role("button", name="Show 2 new sentences")
    expect(new).to_be_visible()
    expect(page.locator(".said p")).to_have_count(len(SAID))
    new.click()
    expect(page.locator(".said p")).to_have_count(len(MORE))
    page.wait_for_function("() => document.activeElement.id === 'transcript-heading'")


def test_what_comes_while_somebody_has_scrolled_into_it_is_offered(running: Running, ada: Visitor) -> None:
    running.holds(transcripts=[SAID * 20])
    page = running.open()
    page.locator(".said p").nth(60).scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 400)")
    where = "document.querySelectorAll('.said p')[60].getBoundingClientRect().top"
    before = page.evaluate(where)
    running.holds(transcripts=[SAID * 20 + MORE[-2:]])
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.get_by_role("button", name="Show 2 new sentences")).to_be_visible()
    assert ada.announcement == "Transcript 1: Show 2 new sentences."
    assert abs(page.evaluate(where) - before) < 1


# --- True in the end -------------------------------------------------------------------------------------------------
def test_paper_says_when_all_of_it_was_read(clinic: HostedTenant, running: Running, ada: Visitor) -> None:
    ada.watch.expect_status(502)
    running.holds(facts=["First finding"])
    page = running.open()
    printed = page.locator(".whose .printed")
    before = printed.text_content()
    clinic.faults.set("status", status=500, endpoint="facts")
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator("#one-as-of .age")).to_have_text(re.compile("^not refreshed since"))
    page.clock.fast_forward("02:00")
    ada.settled()
    assert printed.text_content() == before, "the facts are as old as that"
    clinic.faults.clear()
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator("#one-as-of .age")).to_have_text(re.compile("^as of"))
    ada.settled()
    assert printed.text_content() != before


def test_an_encounter_that_is_withdrawn_while_it_is_open_goes_from_the_screen(
    clinic: HostedTenant, running: Running, ada: Visitor, settings: Any
) -> None:
    settings.DELETED_FOR_EVERYBODY = False
    ada.watch.expect_status(404)
    page = running.open()
    page.reload()
    opened(page)
    ada.settled()
    clinic.store.change(clinic.store.get(running.key), status=DELETED)
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator("#one")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Not found")


def test_an_encounter_that_becomes_another_patient_s_says_so(
    clinic: HostedTenant, running: Running, ada: Visitor
) -> None:
    page = running.open("panel")
    row = clinic.store.get(running.key)
    clinic.store.change(row, patient=Patient(row.patient.identifier, "Corrected Name"))
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator("#one-name")).to_have_text("Corrected Name")
    ada.settled()
    expect(page.locator("#panel .notice-warning")).to_have_count(0)
    clinic.store.change(row, patient=Patient("P-other", "Another Person"))
    page.clock.fast_forward(HALF_A_MINUTE)
    expect(page.locator("#one-name")).to_have_text("Another Person")
    words = "Corti now says that this encounter is another patient’s: Another Person."
    expect(page.locator("#panel .notice-warning")).to_have_text(words)
    page.wait_for_function("text => document.querySelector('#announcement').textContent === text", arg=words)


def test_forward_before_the_list_of_back_is_there_stays_forward(clinic: HostedTenant, ada: Visitor) -> None:
    page = opened_at(ada, 3)
    page.locator("#sort").select_option("created")
    page.wait_for_url("**/encounters/*/?sort=created")
    ada.settled()
    ada.watch.expect_aborts()
    lists = held(page, r"/opened/encounters/$")
    with page.expect_request(re.compile(r"/opened/encounters/$")):
        page.go_back()
    page.go_forward()
    for one in lists:
        one.continue_()
    ada.settled()
    expect(page.locator("#sort")).to_have_value("created")
    assert ada.url.endswith("/?sort=created")
    expect(page.locator("#one-name")).to_have_text("Test Person 3")
