"""The page of one patient: to an encounter by key, row or mark, and back to the same row."""

import re
from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from corti_gateway.sandbox import HostedTenant
from tests.browser.conftest import PASSWORD, Visit
from tests.browser.opened import SAID, opened
from tests.browser.pages import Visitor
from tests.browser.paper import on_every_sheet, sheets
from tests.browser.tenants import interaction, tenant_with
from tests.browser.test_browser_accessibility import NARROW, violations
from tests.dashboard.following import Following

MANY = 30
PERSON = {"identifier": "P-800", "name": "Long Story"}
# The sandbox gives no identifier twice, not even that of an encounter which is gone.
NUMBERS = count(1)


@pytest.fixture
def story(clinic: HostedTenant) -> Iterator[str]:
    """A patient with more encounters than fit on a page, one of them open, over three years; the page's address."""
    keys = [tenant_with(clinic, _visit(number)) for number in range(MANY)]
    keys.append(tenant_with(clinic, _visit(MANY, status="on-hold", type="emergency")))
    for key in keys:
        clinic.contents.put(key, facts=["Pain in the knee"], documents=["Knee pain."])
    following = Following()
    following.fill("opened")
    yield "/opened/patients/"
    for key in keys:
        clinic.store.remove(clinic.store.get(key))
    following.fill("opened")


def _visit(number: int, **changes: Any) -> dict[str, Any]:
    period = {"startedAt": f"{2024 + number % 3}-{1 + number % 5:02}-11T09:00:00Z"}
    return interaction(number, PERSON, identifier=f"STORY-{next(NUMBERS)}", period=period, **changes)


def at_the_patient(visitor: Visitor, story: str, page: int = 1) -> Page:
    visitor.open(f"{story}?sort=-encounters")
    visitor.leaves(visitor.page.get_by_role("button", name="Long Story").click)
    if page > 1:
        visitor.leaves(visitor.page.locator("#next").click)
    return visitor.page


def rows(page: Page) -> Locator:
    return page.locator("#results tbody tr[id]")


def select(page: Page, text: Locator) -> None:
    """Draw the pointer over some words, as somebody does who wants to copy them."""
    box = text.bounding_box()
    assert box
    page.mouse.move(box["x"] + 8, box["y"] + 18)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + 20, steps=5)
    page.mouse.up()


def row_in_focus(page: Page) -> str | None:
    found: str | None = page.evaluate("document.activeElement.closest('tr')?.id")
    return found


def test_by_keyboard_to_an_encounter_on_to_the_next_and_back_to_its_row(story: str, ada: Visitor) -> None:
    page = at_the_patient(ada, story, page=2)
    there = ada.url
    ids = [row.get_attribute("id") for row in rows(page).all()]
    page.locator("#encounters").click()
    for _ in range(3):  # Past the open one.
        page.keyboard.press("j")
    page.keyboard.press("k")
    assert row_in_focus(page) == ids[0]
    ada.leaves(lambda: page.keyboard.press("Enter"))
    opened(page)
    ada.leaves(lambda: page.keyboard.press("Escape"))
    assert (ada.url, row_in_focus(page)) == (there, ids[0])
    ada.leaves(lambda: page.keyboard.press("Enter"))
    opened(page)
    ada.leaves(lambda: page.keyboard.press("n"))
    ada.leaves(page.get_by_role("link", name="Back to the patient").click)
    assert (ada.url, row_in_focus(page)) == (there, ids[1])


def test_an_open_encounter_is_left_to_the_table_of_the_open_ones(story: str, ada: Visitor) -> None:
    page = at_the_patient(ada, story)
    there = ada.url
    ada.leaves(page.locator(".open a.title").click)
    opened(page)
    ada.leaves(lambda: page.keyboard.press("Escape"))
    assert ada.url == there
    assert page.evaluate("document.activeElement.closest('section').classList.contains('open')")


def test_a_row_that_is_gone_leaves_the_focus_on_its_list(story: str, ada: Visitor) -> None:
    page = at_the_patient(ada, story)
    ada.open(f"{ada.url}#e-00000000")
    page.wait_for_function("() => document.activeElement.id === 'results'")


def test_a_click_on_a_row_opens_it_and_one_on_a_link_does_what_the_link_says(story: str, ada: Visitor) -> None:
    page = at_the_patient(ada, story)
    there = ada.url
    row = rows(page).nth(2)
    expected = row.locator("a.title").get_attribute("href")
    row.locator(".headline .written").wait_for()
    row.locator(".c-started").click(modifiers=["Control"])
    select(page, row.locator(".c-started"))
    assert page.evaluate("String(getSelection())")
    assert ada.url == there
    page.mouse.click(1, 500)
    ada.leaves(row.locator(".c-type").click)
    assert ada.url == expected
    page.go_back()
    ada.leaves(rows(page).nth(2).locator(".headline .written").click)
    assert page.url.endswith("#documents")


def test_a_click_on_a_mark_leads_to_its_encounter_or_to_the_row_of_many(story: str, ada: Visitor) -> None:
    page = at_the_patient(ada, story)
    there = ada.url
    many = page.locator(".timeline a:has(text)").first
    row = (many.get_attribute("href") or "").partition("#")[2]
    many.locator("circle").click()
    page.wait_for_function("(id) => document.activeElement.closest('tr')?.id === id", arg=row)
    ada.open(there)
    one = page.locator(".timeline a:not(:has(text))").first
    expected = one.get_attribute("href")
    ada.leaves(one.locator("circle").click)
    opened(page)
    assert ada.url == expected


@pytest.mark.parametrize("width", [1440, 1000, 390])
def test_no_mark_of_the_picture_lies_on_another(story: str, visit: Visit, width: int) -> None:
    page = at_the_patient(visit("ada", viewport={"width": width, "height": 900}), story)
    boxes = [box for mark in page.locator(".timeline circle:visible").all() if (box := mark.bounding_box())]
    assert len(boxes) > 3
    for one, other in pairwise(sorted((round(box["y"]), box["x"]) for box in boxes)):
        # As far as a pointer or a finger needs, less what rounding takes.
        assert one[0] != other[0] or other[1] - one[1] > 23


def test_the_picture_is_no_stop_for_the_tab_key_and_its_table_leads_to_a_year(story: str, ada: Visitor) -> None:
    page = at_the_patient(ada, story)
    page.locator(".open a.title").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.outerHTML.slice(0, 9)") == "<summary>"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    row = page.evaluate("document.activeElement.hash").removeprefix("#")
    page.keyboard.press("Enter")
    page.wait_for_function("(id) => document.activeElement.closest('tr')?.id === id", arg=row)


def test_without_scripts_marks_and_rows_lead_there_and_back(story: str, visit: Visit) -> None:
    plain = visit("", java_script_enabled=False)
    plain.open(story)
    plain.sign_in("ada", PASSWORD)
    page = at_the_patient(plain, story)
    there = plain.url
    row = rows(page).nth(3).get_attribute("id")
    plain.leaves(rows(page).nth(3).locator("a.title").click)
    plain.leaves(page.locator("#one-close").click)
    assert (plain.url, page.url.partition("#")[2]) == (there, row)
    plain.leaves(page.locator(".timeline a:not(:has(text)) circle").first.click)
    plain.leaves(page.locator("#one-close").click)
    assert plain.url.startswith(there)


@pytest.mark.parametrize("part", ["facts", "documents"])
def test_a_link_to_a_part_of_an_encounter_ends_there_however_late_the_others_come(
    clinic: HostedTenant, story: str, ada: Visitor, part: str
) -> None:
    page = at_the_patient(ada, story)
    link = page.locator(".headline .written").first
    expect(link).to_be_visible()
    key = str(link.get_attribute("href")).split("/")[3]
    clinic.contents.put(key, facts=["Pain in the knee"] * 5, documents=["Knee pain.\n" * 100], transcripts=[SAID])
    clinic.faults.set("latency", ms=700, endpoint="documents" if part == "facts" else "facts")
    ada.open(f"/opened/encounters/{key}/#{part}")
    opened(page)
    page.wait_for_function("(id) => document.activeElement.id === id", arg=f"{part}-heading")
    expect(page.locator(f"#{part}-heading")).to_be_in_viewport()


def test_paper_says_what_was_not_loaded_and_the_button_loads_it_first(story: str, ada: Visitor) -> None:
    ada.page.add_init_script("window.print = () => { window.printed = true; }")
    page = at_the_patient(ada, story)
    expect(page.locator(".headline .written").first).to_be_visible()
    found = sheets(page)
    assert len(found) > 1
    text = "".join(found)
    assert text.count("was not loaded") + text.count("Pain in the knee") == 25
    assert "was not loaded" in text
    page.locator("#print").click()
    page.wait_for_function("() => window.printed")
    found = sheets(page)
    assert "".join(found).count("Pain in the knee") == 25
    on_every_sheet(found, "Opened Clinic", "printed by Ada Weiss (ada)", "Long Story", "P-800", "born 1 Jan 1980")
    assert all("Read from Corti at 20" in sheet or "Open now" in sheet for sheet in found)


def test_a_headline_that_cannot_be_read_does_not_keep_the_page_from_the_printer(story: str, ada: Visitor) -> None:
    ada.watch.expect_status(429)
    ada.page.add_init_script("window.print = () => { window.printed = true; }")
    page = at_the_patient(ada, story)
    expect(page.locator(".headline .written").first).to_be_visible()
    page.route(re.compile(r"/headline/"), lambda route: route.fulfill(status=429, body="<h1>Too many</h1>"))
    page.locator("#print").click()
    page.wait_for_function("() => window.printed")
    assert "could not be read now" in "".join(sheets(page))


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, NARROW])
def test_axe_finds_nothing_in_the_story_and_its_headlines_have_the_room(
    story: str, visit: Visit, axe_source: str, viewport: dict[str, int]
) -> None:
    visitor = visit("ada", viewport=viewport)
    page = at_the_patient(visitor, story)
    page.locator(".periods summary").click()
    rows(page).first.scroll_into_view_if_needed()
    expect(page.locator(".headline .written").first).to_be_visible()
    assert violations(visitor, axe_source) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    row, cell = rows(page).first.bounding_box(), rows(page).first.locator(".c-encounter").bounding_box()
    assert row
    assert cell
    assert cell["width"] > row["width"] * (0.85 if viewport is NARROW else 0.4)
