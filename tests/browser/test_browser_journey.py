"""The main job from sign-in to one patient, and the way back."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, Visit
from tests.browser.pages import Visitor

LIST = "/nordhavn/encounters/"


def test_a_clinician_gets_from_sign_in_to_page_two_of_one_status_and_to_one_patient(visit: Visit) -> None:
    karen = visit("")
    karen.open("/")
    karen.sign_in("karen", PASSWORD)
    assert (karen.url, karen.rows.count(), karen.summary) == (LIST, 25, "1–25")
    expect(karen.page).to_have_title("Encounters · Nordhavn Clinic")
    before = karen.entries

    karen.toggle("Completed")
    assert karen.query == [("status", "completed")]
    assert (karen.statuses, karen.chips, karen.focus) == ({"Completed"}, ["Completed"], "status-completed")
    assert karen.announcement.startswith("Rows 1–25, more exist. Newest created first.")

    karen.click("#next")
    assert karen.query == [("status", "completed"), ("page", "2")]
    assert (karen.summary, karen.rows.count(), karen.statuses) == ("26–50", 25, {"Completed"})
    expect(karen.page).to_have_title("Encounters, page 2 · Nordhavn Clinic")
    assert karen.focus == "next"
    assert karen.announcement.startswith("Rows 26–50")

    identifier = karen.names.first.get_attribute("value")
    karen.swap(karen.names.first.click)
    assert karen.query == [("status", "completed"), ("patient", "sealed")]
    assert karen.identifiers == {identifier}
    assert karen.chips == ["Completed", f"Patient {identifier}"]
    assert karen.page.locator("#patient").input_value() == identifier
    assert karen.names.count() == 0, "a name is no button while the list is of one patient"
    expect(karen.page).to_have_title("Encounters · Nordhavn Clinic")
    expect(karen.page.locator("#results")).to_be_focused()
    assert karen.entries == before + 3


def test_back_forward_and_reload_show_the_list_of_each_step_both_ways(ada: Visitor) -> None:
    ada.open_list(rows=25)
    before = ada.entries
    steps = [
        lambda: ada.toggle("Completed"),
        lambda: ada.toggle("Cancelled"),
        lambda: ada.click("#next"),
        lambda: ada.choose("sort", "updated"),
        lambda: ada.choose("size", "10"),
        lambda: ada.click("#next"),
        lambda: ada.click("#previous"),
        lambda: ada.remove_chip("Completed"),
        lambda: ada.swap(ada.names.first.click),
        lambda: ada.click("#clear"),
    ]
    seen = [_what_is_seen(ada)]
    for step in steps:
        step()
        seen.append(_what_is_seen(ada))
    assert len({url for url, *_ in seen}) == len(seen) - 1, "only the step back to page one has been there before"
    assert ada.entries == before + len(steps), "one entry a deliberate change"
    for state in reversed(seen[:-1]):
        ada.back()
        assert _what_is_seen(ada, state[0]) == state
    for state in seen[1:]:
        ada.forward()
        assert _what_is_seen(ada, state[0]) == state
    ada.page.reload()
    assert _what_is_seen(ada) == seen[-1]


def _what_is_seen(visitor: Visitor, url: str = "") -> tuple[object, ...]:
    if url:
        visitor.page.wait_for_url(visitor.base + url)
    visitor.page.wait_for_load_state()
    visitor.settled()
    expect(visitor.page.locator("h1")).to_have_count(1)
    checked = visitor.page.locator("[name=status]:checked").evaluate_all("boxes => boxes.map(box => box.value)")
    controls = [visitor.page.locator(f"#{name}").input_value() for name in ("patient", "sort", "size")]
    rows = visitor.rows.locator(".c-encounter").all_inner_texts()
    return visitor.url, visitor.page.title(), visitor.chips, checked, controls, visitor.summary, rows


def test_a_shared_link_opens_the_same_list_for_a_colleague(visit: Visit) -> None:
    ada, karen = visit("ada"), visit("karen")
    ada.open_list(rows=25)
    ada.toggle("Completed")
    ada.swap(ada.names.first.click)
    karen.open(ada.url)
    assert karen.url == ada.url
    assert karen.chips == ada.chips
    assert karen.rows.locator(".c-encounter").all_inner_texts() == ada.rows.locator(".c-encounter").all_inner_texts()


def test_chips_are_removed_one_by_one_and_all_at_once(ada: Visitor) -> None:
    ada.open_list(query="?status=in-progress&status=completed&status=cancelled&sort=updated&size=10&page=2", rows=10)
    assert ada.chips == ["In progress", "Completed", "Cancelled"]
    ada.remove_chip("Completed")
    assert ada.query == [("status", "in-progress"), ("status", "cancelled"), ("sort", "updated"), ("size", "10")]
    assert not ada.page.locator("#status-completed").is_checked()
    expect(ada.page.locator("#results")).to_be_focused()
    ada.toggle("In progress")
    assert ada.chips == ["Cancelled"]
    ada.click("#clear")
    assert ada.query == [("size", "10")], "the page size is a preference, not a filter"
    assert ada.page.locator("[name=status]:checked").count() == 0
    assert ada.page.locator(".chips").count() == 0


def test_the_list_is_sorted_by_the_menu_and_by_the_headers(ada: Visitor) -> None:
    ada.open_list(query="?status=completed", rows=25)
    ada.choose("sort", "-updated")
    assert ada.query == [("status", "completed"), ("sort", "-updated")]
    assert ada.focus == "sort"
    assert "Latest change first" in ada.page.locator("caption").inner_text()
    assert "Latest change first" in ada.announcement
    expect(ada.page.locator("th.c-updated")).to_have_attribute("aria-sort", "descending")

    ada.click("#by-updated")
    assert ada.query == [("status", "completed"), ("sort", "updated")]
    assert (ada.focus, ada.page.locator("#sort").input_value()) == ("by-updated", "updated")
    expect(ada.page.locator("[aria-sort]")).to_have_count(1)
    times = [time.get_attribute("datetime") for time in ada.page.locator("tbody .c-updated time").all()]
    assert times == sorted(times, key=str)

    ada.click("#next")
    ada.click("#by-created")
    assert ada.query == [("status", "completed")], "the order of a first visit has no place in the URL"
    ada.choose("sort", "-id")
    assert ada.page.locator("th.c-id").inner_text() == "Interaction id"
    ids = ada.page.locator("td.c-id").all_inner_texts()
    assert ids == sorted(ids, reverse=True)


def test_the_page_size_keeps_the_filters_and_returns_to_page_one(ada: Visitor) -> None:
    ada.open_list(query="?status=completed&page=3", rows=25)
    ada.choose("size", "50")
    assert ada.query == [("status", "completed"), ("size", "50")]
    assert (ada.rows.count(), ada.summary, ada.focus) == (50, "1–50", "size")


def test_first_previous_and_next_hold_the_focus_or_hand_it_to_the_results(ada: Visitor) -> None:
    ada.open_list("riverside", rows=25)
    seen = ada.rows.locator(".c-encounter").all_inner_texts()
    for page in (2, 3, 4):
        ada.click("#next")
        seen += ada.rows.locator(".c-encounter").all_inner_texts()
        assert ada.query == [("page", str(page))]
    assert len(seen) == 90
    assert ada.page.locator("#next").count() == 0, "nothing follows the last row"
    expect(ada.page.locator("#results")).to_be_focused()
    ada.click("#previous")
    assert (ada.summary, ada.focus) == ("51–75", "previous")
    ada.click("#first")
    assert (ada.url, ada.summary) == ("/riverside/encounters/", "1–25")
    expect(ada.page.locator("#results")).to_be_focused()


def test_a_patient_is_found_by_a_pasted_identifier_with_blanks_around_it(ada: Visitor) -> None:
    ada.open_list(rows=25)
    identifier = ada.names.first.get_attribute("value")
    before = ada.entries
    ada.find(f"\u00a0\u200b {identifier}\t ")
    assert ada.query == [("patient", "sealed")]
    assert ada.identifiers == {identifier}
    assert ada.page.locator("#patient").input_value() == identifier
    assert (ada.focus, ada.entries) == ("patient", before + 1)
    ada.find("nobody has this")
    assert ada.panel == "no-match"
    assert ada.announcement == "No encounters."


def test_several_statuses_are_a_union_and_none_is_everything(ada: Visitor) -> None:
    ada.open_list(query="?size=100", rows=100)
    everything = ada.rows.locator(".c-encounter").all_inner_texts()
    for status in ("In progress", "Planned", "On hold"):
        ada.toggle(status)
    assert ada.query == [("status", "in-progress"), ("status", "planned"), ("status", "on-hold"), ("size", "100")] or (
        {value for key, value in ada.query if key == "status"} == {"in-progress", "planned", "on-hold"}
    )
    assert {"Planned"} < ada.statuses <= {"In progress", "Planned", "On hold"}
    for status in ("In progress", "Planned", "On hold"):
        ada.toggle(status)
    assert ada.query == [("size", "100")]
    assert ada.rows.locator(".c-encounter").all_inner_texts() == everything


def test_count_them_counts_exactly_and_leaves_no_trace_in_the_history(ada: Visitor) -> None:
    ada.open_list("riverside", rows=25)
    before = ada.entries
    ada.click("#count")
    assert ada.summary == "1–25 of 90"
    assert "Rows 1–25 of 90" in ada.announcement
    assert (ada.url, ada.entries) == ("/riverside/encounters/", before)


@pytest.mark.parametrize(
    ("query", "canonical", "notice"),
    [
        ("?status=nonsense&size=7", "", "set aside"),
        ("?page=999", "?page=4", "past the end"),
    ],
)
def test_an_odd_link_is_corrected_with_a_notice(ada: Visitor, query: str, canonical: str, notice: str) -> None:
    ada.open_list("riverside", query)
    assert ada.rows.count() in (15, 25)
    assert notice in ada.page.locator(".notice").first.inner_text()
    assert ada.page.locator("#refresh").get_attribute("href") == f"/riverside/encounters/{canonical}"


def test_the_theme_is_kept_and_leads_back_to_the_same_list(ada: Visitor) -> None:
    ada.open_list(query="?status=completed&page=2", rows=25)
    ada.page.get_by_role("button", name="Account and settings").click()
    ada.leaves(ada.page.get_by_role("button", name="Dark").click)
    assert ada.query == [("status", "completed"), ("page", "2")]
    expect(ada.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert ada.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    ada.open_list("riverside", rows=25)
    expect(ada.page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_theme_leads_back_to_the_list_that_was_filtered_since_the_page_was_loaded(ada: Visitor) -> None:
    ada.open_list(rows=25)
    ada.toggle("Completed")
    ada.click("#next")
    ada.page.get_by_role("button", name="Account and settings").click()
    ada.leaves(ada.page.get_by_role("button", name="Light").click)
    assert ada.query == [("status", "completed"), ("page", "2")]
    expect(ada.page.locator("html")).to_have_attribute("data-theme", "light")


def test_a_filter_that_is_refused_changes_neither_the_address_nor_what_was_typed(ada: Visitor) -> None:
    ada.watch.expect_status(422)
    ada.open_list(query="?status=completed&size=10", rows=10)
    before = ada.entries
    ada.find("x" * 300)
    assert ada.panel == "invalid"
    expect(ada.page.locator("#patient-error")).to_have_attribute("role", "alert")
    expect(ada.page.locator("#patient")).to_have_attribute("aria-describedby", "patient-error")
    assert ada.page.locator("#patient").input_value() == "x" * 300
    assert ada.focus == "patient"
    assert (ada.query, ada.entries) == ([("status", "completed"), ("size", "10")], before)
    ada.find("nobody")
    assert ada.query == [("status", "completed"), ("patient", "sealed"), ("size", "10")]
    assert ada.page.locator("#patient-error").count() == 0


def test_a_menu_closes_with_escape_and_gives_the_focus_back(ada: Visitor) -> None:
    ada.open_list(rows=25)
    for name, menu in ("Account and settings", "#account"), ("Tenant: Nordhavn Clinic", "#tenants"):
        button = ada.page.get_by_role("button", name=name)
        button.focus()
        ada.page.keyboard.press("Enter")
        expect(ada.page.locator(menu)).to_be_visible()
        ada.page.keyboard.press("Tab")
        ada.page.keyboard.press("Escape")
        expect(ada.page.locator(menu)).to_be_hidden()
        expect(button).to_be_focused()


def test_the_journey_works_without_a_mouse(ada: Visitor) -> None:
    ada.open_list(rows=25)
    ada.page.keyboard.press("Tab")
    expect(ada.page.locator(".skip")).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(ada.page.locator("#content")).to_be_focused()
    ada.page.keyboard.press("Tab")
    expect(ada.page.locator("#patient")).to_be_focused()
    for _ in range(4):
        ada.page.keyboard.press("Tab")
    assert ada.focus == "status-planned"
    ada.swap(lambda: ada.page.keyboard.press("Space"))
    assert (ada.statuses, ada.focus) == ({"Planned"}, "status-planned")
    while ada.focus != "BUTTON":
        ada.page.keyboard.press("Tab")
    ada.swap(lambda: ada.page.keyboard.press("Enter"))
    assert ada.query == [("status", "planned"), ("patient", "sealed")]
