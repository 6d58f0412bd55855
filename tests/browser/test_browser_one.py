"""An encounter opened over its list, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from corti_gateway.sandbox import HostedTenant, Sandbox
from corti_gateway.sandbox.records import COMPLETED
from tests.browser.conftest import PASSWORD, Visit
from tests.browser.opened import PARTS, SAID, at_the_list, fact, opened, rows_of
from tests.browser.pages import Visitor
from tests.browser.tenants import interaction, tenant_with
from tests.browser.test_browser_accessibility import NARROW, violations


def test_the_whole_way_by_keyboard_only(clinic: HostedTenant, ada: Visitor) -> None:
    page = at_the_list(ada)
    key = page.locator("tbody tr").nth(1).get_attribute("id")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    opened(page)
    assert page.evaluate("document.activeElement.id") == "one-name"
    assert ada.url.startswith("/opened/encounters/")
    assert f"e-{ada.url.split('/')[3][:8]}" == key

    # The letter, then the fact, whose words lead to the sentence, which leads to its sound.
    expect(page.locator("#documents")).to_contain_text("Dear colleague")
    press_until(page, "Tab", "document.activeElement.matches('a.quote')")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'evidence'")
    assert page.locator("#evidence mark").inner_text() == SAID[3]
    at = page.locator("#evidence button.at").get_attribute("data-at")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => !document.querySelector('audio').paused && document.querySelector('audio').currentTime > 0"
    )
    assert page.evaluate("document.querySelector('audio').currentTime") >= int(at or "0") / 1000
    expect(page.locator("p.heard")).to_have_text(page.locator("#evidence").inner_text())

    page.locator("#one-patient").focus()
    ada.leaves(lambda: page.keyboard.press("Enter"))
    expect(page.locator("h1")).to_have_text("Test Person 1")
    expect(page.locator(".headline .written").first).to_be_visible()
    ada.leaves(page.go_back)
    opened(page)
    ada.leaves(lambda: page.keyboard.press("Escape"))
    assert ada.url == "/opened/encounters/"
    assert page.evaluate("document.activeElement.closest('tr').id") == key


def press_until(page: Page, key: str, condition: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press(key)
        if page.evaluate(condition):
            return
    pytest.fail(f"{most} times {key} did not bring {condition}")


def test_the_whole_way_without_scripts(clinic: HostedTenant, visit: Visit) -> None:
    plain = visit("", java_script_enabled=False)
    plain.open("/opened/encounters/")
    plain.sign_in("ada", PASSWORD)
    page = plain.page
    plain.leaves(page.locator("a.title").nth(1).click)
    here = plain.url
    plain.leaves(page.get_by_role("link", name="Open documents").click)
    expect(page.locator("#documents")).to_contain_text("Dear colleague")
    plain.leaves(page.get_by_role("link", name="Facts").click)
    plain.leaves(page.locator("a.quote").click)
    expect(page.locator("#evidence mark")).to_have_text(SAID[3])
    # The sentence has the line to itself, the time beside it is only read.
    sentence = page.locator("#evidence mark").bounding_box()
    assert sentence
    assert sentence["height"] < 40
    assert page.evaluate("getComputedStyle(document.querySelector('button.at')).pointerEvents") == "none"
    plain.leaves(page.locator("#one-close").click)
    assert plain.url == here
    plain.leaves(page.get_by_role("link", name="everything stands on one").click)
    expect(page.locator("article.one")).to_contain_text("Pain since March")
    plain.leaves(page.locator("#one-close").click)
    plain.leaves(page.locator("#one-patient").click)
    expect(page.locator("h1")).to_have_text("Test Person 1")
    page.go_back()
    plain.leaves(page.locator("#one-close").click)
    assert plain.url == "/opened/encounters/"
    assert page.url.endswith(f"#e-{here.split('/')[3][:8]}")


@pytest.mark.parametrize("scripts", [True, False])
def test_each_quote_of_a_fact_leads_to_its_own_sentence(clinic: HostedTenant, visit: Visit, scripts: bool) -> None:
    key = rows_of(clinic)[0].id
    first = fact(clinic, key)
    (quote,) = first["evidence"]
    clinic.contents.put(key, transcripts=[SAID], facts=[first | {"evidence": [quote, quote | {"quote": SAID[1]}]}])
    visitor = visit("ada", java_script_enabled=scripts)
    page = visitor.page
    for number, words in ((1, SAID[1]), (0, SAID[3])):
        if scripts:
            visitor.open(f"/opened/encounters/{key}/")
            opened(page)
            page.locator("a.quote").nth(number).click()
            page.wait_for_function("() => document.activeElement.id === 'evidence'")
        else:
            visitor.open(f"/opened/encounters/{key}/facts/")
            visitor.leaves(page.locator("a.quote").nth(number).click)
            assert page.url.endswith("#evidence")
        expect(page.locator("#evidence mark")).to_have_text(words)
        expect(page.locator("#said mark")).to_have_text([SAID[1], SAID[3]])
    clinic.contents.put(key, transcripts=[SAID], facts=[first])


REFUSED = "() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }"


@pytest.mark.parametrize("where", ["panel", "documents/"])
def test_a_copied_document_is_told_of_and_can_be_copied_again(clinic: HostedTenant, visit: Visit, where: str) -> None:
    visitor = visit("ada", permissions=["clipboard-read", "clipboard-write"])
    page = visitor.page
    page.clock.install()
    if where == "panel":
        at_the_list(visitor)
        page.locator("a.title").nth(3).click()
        opened(page)
    else:
        visitor.open(f"/opened/encounters/{rows_of(clinic)[3].id}/{where}")
    button = page.locator("#documents .copy").first
    told = page.locator("[role=status]", has_text="opied")
    for _ in range(2):
        button.click()
        expect(button).to_have_text("Copied")
        expect(told).to_have_text("Copied.")
        page.clock.fast_forward(5000)
        expect(button).to_have_text("Copy as text")
        expect(told).to_have_count(0)
    assert page.evaluate("navigator.clipboard.readText()") == page.locator(".document-text").first.inner_text()
    page.evaluate(REFUSED)
    button.click()
    expect(button).to_have_text("Not copied")
    expect(told).to_contain_text("Select the text instead.")


def test_closing_gives_the_focus_back_to_the_row_and_the_address_to_the_list(
    clinic: HostedTenant, ada: Visitor
) -> None:
    page = at_the_list(ada, "?status=completed")
    for close in (lambda: page.keyboard.press("Escape"), page.locator("#one-close").click):
        page.locator("a.title").nth(3).click()
        opened(page)
        assert ada.query == [("status", "completed")]
        close()
        expect(page.locator("#panel")).to_be_hidden()
        assert ada.url == "/opened/encounters/?status=completed"
        assert page.evaluate("document.activeElement === document.querySelectorAll('a.title')[3]")


def test_back_and_forward_close_and_open_without_asking_for_the_list(clinic: HostedTenant, ada: Visitor) -> None:
    page = at_the_list(ada)
    page.evaluate("window.before = true")
    page.locator("a.title").nth(3).click()
    opened(page)
    there = ada.url
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    assert ada.url == "/opened/encounters/"
    assert page.evaluate("document.activeElement === document.querySelectorAll('a.title')[3]")
    page.go_forward()
    opened(page)
    assert ada.url == there
    assert page.evaluate("window.before") is True


def test_next_goes_over_the_border_of_a_page_and_the_list_goes_along(clinic: HostedTenant, ada: Visitor) -> None:
    ada.watch.expect_aborts()
    page = at_the_list(ada)
    last = page.locator("tbody tr").nth(24).get_attribute("id")
    page.locator("a.title").nth(23).click()
    opened(page)
    page.keyboard.press("n")
    expect(page.locator(f"#{last}[data-opened]")).to_be_visible()
    page.locator("#one-next").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(page.locator("tbody tr").first).to_have_attribute("data-opened", "")
    assert ada.query == [("page", "2")]
    page.locator("#one-previous").click()
    expect(page.locator(f"#{last}[data-opened]")).to_be_visible()
    assert ada.query == []


def test_the_panel_closes_when_its_row_leaves_the_list(clinic: HostedTenant, ada: Visitor) -> None:
    page = at_the_list(ada)
    page.locator("a.title").nth(3).click()
    opened(page)
    ada.toggle("Completed")
    expect(page.locator("#one-close")).to_have_attribute("href", "/opened/encounters/?status=completed")
    assert ada.url.endswith("/?status=completed")
    ada.toggle("Planned")
    ada.toggle("Completed")
    expect(page.locator("#panel")).to_be_hidden()
    assert "not in this list any more" in ada.announcement


def test_a_part_that_failed_is_tried_again_by_itself(clinic: HostedTenant, ada: Visitor) -> None:
    page = at_the_list(ada)
    ada.watch.expect_status(502)
    clinic.faults.set("status", status=500, endpoint="facts")
    page.locator("a.title").nth(3).click()
    opened(page)
    expect(page.locator("#facts [data-state=failed]")).to_be_visible()
    expect(page.locator("#documents")).to_contain_text("Dear colleague")
    clinic.faults.clear()
    page.locator("#facts").get_by_role("link", name="Try again").click()
    expect(page.locator("#facts")).to_contain_text("Pain since March")
    # The focus follows when HTMX has settled, a moment after the words.
    page.wait_for_function("() => document.activeElement.id === 'facts-heading'")


def test_who_it_is_stands_there_before_corti_has_answered(clinic: HostedTenant, ada: Visitor) -> None:
    page = at_the_list(ada)
    clinic.faults.set("latency", ms=1500, endpoint="item")
    page.locator("a.title").nth(3).click()
    promised = page.locator("#panel:has(.waiting) .one")
    expect(promised).to_contain_text("Test Person 3")
    expect(promised).to_contain_text("1 Jan 1980")
    expect(promised).to_contain_text("P-003")
    opened(page)


def test_narrow_screens_get_a_page_of_its_own(clinic: HostedTenant, visit: Visit) -> None:
    visitor = visit("ada", viewport=NARROW)
    page = at_the_list(visitor)
    visitor.leaves(page.locator("a.title").nth(3).click)
    opened(page)
    expect(page.locator("#panel")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    visitor.leaves(page.locator("#one-close").click)
    assert page.evaluate("document.activeElement === document.querySelectorAll('a.title')[3]")


def test_a_transcript_is_searched_and_nothing_of_it_leaves(clinic: HostedTenant, ada: Visitor) -> None:
    page = at_the_list(ada)
    page.locator("a.title").nth(3).click()
    opened(page)
    asked = ada.watch.asked_from_now()
    page.locator("#find").fill("since")
    expect(page.locator("#found")).to_have_text("1 of 2")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_have_text("2 of 2")
    page.locator("#find").fill("elbow")
    expect(page.locator("#found")).to_have_text("not found")
    assert asked == []


def test_a_click_on_a_sentence_plays_it_and_arrows_go_on(clinic: HostedTenant, ada: Visitor) -> None:
    page = at_the_list(ada)
    page.locator("a.title").nth(3).click()
    opened(page)
    page.locator(".said p").nth(2).click()
    page.wait_for_function("() => !document.querySelector('audio').paused")
    assert page.evaluate("document.activeElement === document.querySelectorAll('button.at')[2]")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement === document.querySelectorAll('button.at')[3]")
    page.keyboard.press("Enter")
    at = int(page.locator("button.at").nth(3).get_attribute("data-at") or 0) / 1000
    page.wait_for_function(f"() => document.querySelector('audio').currentTime >= {at}")


def test_a_running_encounter_is_asked_for_again_but_not_under_somebodys_hands(
    clinic: HostedTenant, sandbox: Sandbox, ada: Visitor
) -> None:
    body = interaction(
        900, {"identifier": "P-900", "name": "Running Person"}, status="in-progress", title="Running visit"
    )
    key = tenant_with(clinic, body)
    clinic.contents.put(key, facts=["First finding"])
    page = ada.page
    page.clock.install()
    ada.open(f"/opened/encounters/{key}/")
    opened(page)
    clinic.contents.put(key, facts=["First finding", "Second finding"])
    page.locator("#facts-heading").focus()
    page.clock.fast_forward(31_000)
    page.wait_for_timeout(300)
    expect(page.locator("#facts")).not_to_contain_text("Second finding")
    page.locator("#one-name").focus()
    with page.expect_request(lambda request: "/facts/" in request.url) as asked:
        page.clock.fast_forward(31_000)
    assert "x-unattended" in asked.value.headers
    expect(page.locator("#facts")).to_contain_text("Second finding")
    clinic.store.remove(clinic.store.get(key))


def test_three_hours_of_transcript_do_not_move_under_the_reader(clinic: HostedTenant, ada: Visitor) -> None:
    key = rows_of(clinic)[0].id
    clinic.contents.put(key, kind="hours")
    page = ada.page
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) "
        "if (!entry.hadRecentInput) window.moved += entry.value; }).observe({ type: 'layout-shift', buffered: true });"
    )
    ada.open(f"/opened/encounters/{key}/transcript/")
    assert page.locator(".said p").count() >= 5000
    before = page.evaluate("window.moved")
    for _ in range(12):
        page.mouse.wheel(0, 4000)
        page.wait_for_timeout(30)
    assert page.evaluate("window.moved") - before < 0.01
    clinic.contents.put(key, transcripts=[SAID])


@pytest.mark.parametrize("path", ["", *(f"{part}/" for part in PARTS), "print/"])
def test_axe_finds_nothing_on_an_encounters_pages(
    clinic: HostedTenant, ada: Visitor, axe_source: str, path: str
) -> None:
    key = rows_of(clinic)[0].id
    ada.page.add_init_script("window.print = () => {}")
    ada.open(f"/opened/encounters/{key}/{path}")
    if not path:
        opened(ada.page)
    assert violations(ada, axe_source) == []
    assert ada.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.parametrize("state", ["open", "failed", "nothing"])
def test_axe_finds_nothing_on_the_panel(clinic: HostedTenant, ada: Visitor, axe_source: str, state: str) -> None:
    page = at_the_list(ada)
    if state == "failed":
        ada.watch.expect_status(502)
        for endpoint in ("documents", "guided", "facts", "transcripts", "recordings"):
            clinic.faults.add("status", status=500, endpoint=endpoint)
    if state == "nothing":
        for row in rows_of(clinic):
            clinic.contents.put(row.id, kind="none")
    page.locator("a.title").nth(3).click()
    opened(page)
    assert violations(ada, axe_source) == []


def test_the_head_of_a_running_encounter_follows_it_to_its_end(clinic: HostedTenant, ada: Visitor) -> None:
    body = interaction(
        901, {"identifier": "P-901", "name": "Ending Person"}, status="in-progress", title="Ending visit"
    )
    key = tenant_with(clinic, body)
    page = ada.page
    page.clock.install()
    at_the_list(ada)
    page.locator("tr[id]", has_text="Ending Person").locator("a.title").click()
    opened(page)
    expect(page.locator("#one-head")).to_contain_text("In progress")
    page.locator("#one-head summary").click()
    page.locator("#one-name").focus()
    clinic.store.change(clinic.store.get(key), status=COMPLETED)
    page.clock.fast_forward(31_000)
    expect(page.locator("#one-head .status")).to_have_text("Completed")
    expect(page.locator("#one-head details[open]")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "one-name"
    clinic.store.remove(clinic.store.get(key))


@pytest.mark.parametrize("place", ["panel", "page", "phone"])
def test_whose_it_is_stays_in_sight(clinic: HostedTenant, ada: Visitor, place: str) -> None:
    page = at_the_list(ada)
    if place == "phone":
        page.set_viewport_size(NARROW)
    key = rows_of(clinic)[0].id
    clinic.contents.put(key, kind="hours")
    if place == "panel":
        page.locator("a.title").first.click()
    else:
        ada.open(f"/opened/encounters/{key}/")
    opened(page)
    page.locator("#recordings-heading").scroll_into_view_if_needed()
    above = page.evaluate("""() => {
        const { left, top, height } = document.querySelector("#one-name").getBoundingClientRect();
        return document.elementFromPoint(left + 5, top + height / 2).closest("#one-name") !== null;
    }""")
    assert above
    # What is jumped to stands below it.
    page.evaluate("document.querySelector('#transcript').scrollIntoView()")
    heading = page.locator("#transcript-heading").bounding_box()
    whose = page.locator(".whose").bounding_box()
    assert heading
    assert whose
    assert heading["y"] >= whose["y"] + whose["height"]
    clinic.contents.put(key, transcripts=[SAID])


def test_an_encounter_opened_from_its_row_is_made_as_its_page_is(clinic: HostedTenant, ada: Visitor) -> None:
    made = "[...document.querySelectorAll('#one, #one [id], #one [hx-get]')].map((one) => [one.tagName, one.id])"
    page = at_the_list(ada, "?status=completed")
    page.locator("a.title").nth(2).click()
    opened(page)
    over = page.evaluate(made)
    icons = "[...document.querySelectorAll('#one use')].map((one) => document.querySelector(one.getAttribute('href')))"
    assert page.evaluate(f"{icons}.every(Boolean)")
    links = page.evaluate("[...document.querySelectorAll('.one-nav a')].map((one) => one.getAttribute('href'))")
    ada.leaves(page.reload)
    opened(page)
    assert page.evaluate(made) == over
    there = page.evaluate("[...document.querySelectorAll('.one-nav a')].map((one) => one.getAttribute('href'))")
    # The panel's own way back needs no place on the page: it has the row.
    assert there[1:] == links[1:]
    assert there[0].partition("#")[0] == links[0]


def test_back_after_another_order_leaves_the_encounter_open_over_the_list_before(
    clinic: HostedTenant, ada: Visitor
) -> None:
    page = at_the_list(ada)
    first = page.locator("tbody tr").first.get_attribute("id")
    page.locator("a.title").nth(9).click()
    opened(page)
    name, before = page.locator("#one-name").inner_text(), ada.url
    page.locator("#sort").select_option("created")
    expect(page.locator(f"tbody tr:first-child#{first}")).to_have_count(0)
    page.wait_for_url("**/encounters/*/?sort=created")
    page.go_back()
    page.wait_for_url(f"**{before}")
    expect(page.locator(f"tbody tr:first-child#{first}")).to_be_visible()
    expect(page.locator("#panel #one-name")).to_have_text(name)
    page.keyboard.press("Escape")
    assert ada.url == "/opened/encounters/"


def test_a_key_pressed_as_the_rows_arrive_leaves_for_the_list_they_are_of(clinic: HostedTenant, ada: Visitor) -> None:
    page = at_the_list(ada)
    page.locator("a.title").nth(9).click()
    opened(page)
    page.evaluate(
        """() => new MutationObserver((_, observer) => {
             if (!document.querySelector("#results a.title[href*='sort=created']")) return;
             observer.disconnect();
             document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
           }).observe(document.body, {childList: true, subtree: true})"""
    )
    page.locator("#sort").select_option("created")
    expect(page.locator("#panel")).to_be_hidden()
    assert ada.url == "/opened/encounters/?sort=created"
    expect(page.locator("#sort")).to_have_value("created")
