"""Times in the viewer's zone, birth dates in none, how old a list is, and the keys."""

import re

from playwright.sync_api import expect

from corti_gateway.sandbox import Sandbox
from dashboard.accounts.models import User
from tests.browser.conftest import Visit
from tests.browser.pages import Visitor

ZONES = ("Europe/Copenhagen", "Pacific/Kiritimati", "America/New_York", "Etc/GMT+12")
BIRTH = re.compile(r"\d+ [A-Z][a-z]{2} \d{4}")
CLOCK = re.compile(r"^read \d\d:\d\d:\d\d$")


def _seen_from(visit: Visit, zone: str) -> Visitor:
    """The crafted list in a browser of this zone that has been on another page before."""
    ada = visit("ada", timezone_id=zone)
    ada.open("/")
    return ada.open_list("crafted", rows=8)


def test_times_are_in_the_browser_s_zone_and_birth_dates_the_same_everywhere(visit: Visit) -> None:
    captions, births, texts, machines = [], [], [], []
    for zone in ZONES:
        ada = _seen_from(visit, zone)
        captions.append(ada.page.locator("caption").inner_text())
        assert f"Times in {zone.replace('_', ' ')} (" in captions[-1]
        births.append([BIRTH.findall(text) for text in ada.page.locator("tbody .c-person").all_inner_texts()])
        times = ada.page.locator("tbody .c-started time")
        texts.append(tuple(times.all_inner_texts()))
        machines.append([time.get_attribute("datetime") for time in times.all()])
        times.first.hover()
        assert f"{zone} (" in str(times.first.get_attribute("title"))
        assert "UTC)" in str(times.first.get_attribute("title"))
    assert [caption.rpartition("(")[2].partition(" ")[0] for caption in captions] == [
        "CET).",
        "+14).",
        "EST).",
        "-12).",
    ]
    assert births[0].count(["1 Jan 1980"]) == 7
    assert births[0].count(["29 Feb 2000"]) == 1
    assert all(birth == births[0] for birth in births)
    assert all(machine == machines[0] for machine in machines)
    assert len(set(texts)) == len(ZONES)


def test_the_very_first_page_is_in_the_zone_of_the_installation_and_says_so(visit: Visit) -> None:
    ada = visit("ada", timezone_id="Asia/Tokyo")
    ada.open_list(rows=25)
    assert "Times in UTC." in ada.page.locator("caption").inner_text()
    ada.click("#next")
    assert "Times in Asia/Tokyo (JST)." in ada.page.locator("caption").inner_text()


def test_a_zone_chosen_in_the_settings_wins_over_the_browser_s(visit: Visit) -> None:
    ada = visit("ada", timezone_id="America/New_York")
    ada.open("/accounts/settings/")
    ada.page.get_by_label("Time zone").select_option("Asia/Kolkata")
    ada.leaves(ada.page.get_by_role("button", name="Save").click)
    ada.open_list(rows=25)
    assert "Times in Asia/Kolkata (IST)." in ada.page.locator("caption").inner_text()


def test_a_list_turns_amber_after_five_minutes(ada: Visitor) -> None:
    ada.page.clock.install()
    ada.open_list(rows=25)
    age = ada.page.locator("#as-of .age")
    expect(age).to_have_text(CLOCK)
    fresh = _colours(ada)
    ada.page.clock.fast_forward("04:40")
    expect(age).to_have_text("read 4 min ago")
    assert _colours(ada) == fresh
    ada.page.clock.fast_forward("00:40")
    expect(age).to_have_text("read 5 min ago")
    amber = ada.page.evaluate(
        "() => { const one = document.createElement('i'); one.className = 'mark';"
        " document.body.append(one); return getComputedStyle(one).color; }"
    )
    assert _colours(ada) == [amber, amber]
    assert amber not in fresh
    ada.page.clock.fast_forward("03:00:00")
    expect(age).to_have_text("read 3 h ago")


def _colours(ada: Visitor) -> list[str]:
    """Of the words and of the dot before them."""
    parts = ada.page.locator("#as-of .age, #as-of .dot")
    colours: list[str] = parts.evaluate_all("parts => parts.map(part => getComputedStyle(part).color)")
    return colours


def test_r_refreshes_without_a_trace_and_the_list_is_new_again(ada: Visitor) -> None:
    ada.open_list(query="?status=completed&page=2", rows=25)
    before = ada.entries
    ada.page.locator("#as-of .age").evaluate("age => { age.textContent = 'read 59 min ago'; }")
    ada.swap(lambda: ada.page.keyboard.press("r"))
    assert (ada.query, ada.entries) == ([("status", "completed"), ("page", "2")], before)
    expect(ada.page.locator("#as-of .age")).to_have_text(CLOCK)
    assert ada.announcement.startswith("Rows 26–50")


def test_a_slash_goes_to_the_patient_field_and_marks_what_is_in_it(ada: Visitor) -> None:
    ada.open_list(rows=25)
    ada.find("nobody")
    ada.page.locator("h1").click()
    ada.page.keyboard.press("/")
    assert ada.focus == "patient"
    ada.page.keyboard.type("r/r")
    assert ada.page.locator("#patient").input_value() == "r/r", "while typing, keys are letters"


def test_keys_with_a_modifier_stay_the_browser_s_own(ada: Visitor) -> None:
    ada.open_list(rows=25)
    asked = len(ada.watch.requests)
    for key in ("Control+/", "Alt+r", "Meta+/"):
        ada.page.keyboard.press(key)
    ada.page.wait_for_timeout(150)
    assert (ada.focus, len(ada.watch.requests)) == ("BODY", asked)


def test_shortcuts_can_be_switched_off_in_the_settings(ada: Visitor) -> None:
    ada.open("/accounts/settings/")
    ada.page.get_by_label("Single-key shortcuts").uncheck()
    ada.leaves(ada.page.get_by_role("button", name="Save").click)
    assert not User.objects.get(username="ada").shortcuts
    ada.open_list(rows=25)
    expect(ada.page.locator("kbd:visible")).to_have_count(0)
    asked = len(ada.watch.requests)
    for key in "/rs":
        ada.page.keyboard.press(key)
    ada.page.wait_for_timeout(150)
    assert (ada.focus, len(ada.watch.requests)) == ("BODY", asked)
    ada.page.locator(".avatar").click()
    expect(ada.page.locator("#sharing")).to_be_visible()
    expect(ada.page.locator("kbd:visible")).to_have_count(0)


def test_the_reference_of_a_failure_is_copied_by_a_button(visit: Visit, sandbox: Sandbox) -> None:
    ada = visit("ada", permissions=["clipboard-read", "clipboard-write"])
    ada.watch.expect_status(502)
    sandbox.tenant("nordhavn").faults.set("status", status=500)
    ada.open_list(rows=0)
    ada.page.get_by_role("button", name="Copy").click()
    expect(ada.page.locator(".copy")).to_have_text("Copied")
    reference = ada.page.locator(".reference code").inner_text()
    assert ada.page.evaluate("navigator.clipboard.readText()") == reference
    assert len(reference) > 8
