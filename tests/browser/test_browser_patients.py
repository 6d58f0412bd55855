"""Patients: found with the keyboard alone, without scripts, in every state without a finding, and nothing leaks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from corti_gateway.sandbox import Sandbox
from dashboard.tenants.registry import registry
from tests.browser.conftest import PASSWORD, Visit
from tests.browser.pages import Visitor
from tests.browser.tenants import CANARY, LONG_IDENTIFIER, LONG_NAME
from tests.browser.test_browser_accessibility import NARROW, violations
from tests.browser.test_browser_privacy import STORAGE
from tests.dashboard.following import Following

SLUGS = ("nordhavn", "canary", "crafted", "newborn", "hostile")


@pytest.fixture
def following(site: str) -> Following:
    return Following()


@pytest.fixture
def indexed(following: Following) -> Following:
    for slug in SLUGS:
        following.fill(slug)
    return following


def open_patients(visitor: Visitor, tenant: str = "nordhavn", query: str = "") -> None:
    visitor.open(f"/{tenant}/patients/{query}")


def type_into(visitor: Visitor, text: str) -> None:
    """Type as a person does, and wait for what is suggested."""
    with visitor.answering("/suggest/"):
        visitor.page.locator("#patient").press_sequentially(text, delay=20)
    visitor.settled()


def options(visitor: Visitor) -> list[str]:
    return visitor.page.locator("#suggest:not([hidden]) [role=option] b").all_inner_texts()


def chosen(visitor: Visitor) -> str | None:
    """What a screen reader says is chosen."""
    name = visitor.page.locator("#patient").get_attribute("aria-activedescendant")
    return visitor.page.locator(f"#{name} .sub").inner_text() if name else None


# --- the journey -----------------------------------------------------------------------------------------------------
def test_a_patient_is_found_and_opened_with_the_keyboard_alone(ada: Visitor, indexed: Following) -> None:
    page = ada.page
    open_patients(ada, "crafted")
    page.keyboard.press("/")
    assert ada.focus == "patient"
    type_into(ada, "sorensen")
    assert sorted(options(ada)) == ["Bjorn Sorensen", "Bjørn Sørensen"]
    expect(page.locator("#patient")).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#suggest-status")).to_have_text("2 patients")
    page.keyboard.press("ArrowDown")
    first = chosen(ada)
    page.keyboard.press("ArrowDown")
    second = chosen(ada)
    assert {first, second} == {"A-1", "A-2"}
    page.keyboard.press("ArrowDown")
    assert chosen(ada) == first
    page.keyboard.press("ArrowUp")
    assert chosen(ada) == second
    ada.leaves(lambda: page.keyboard.press("Enter"))
    assert page.locator(".identifier code").inner_text() == second
    assert page.title() == "Patient · Crafted Clinic"
    expect(page.locator("[data-state=same-name]")).to_contain_text(str(first))
    ada.back()
    assert ada.url == "/crafted/patients/"
    assert ada.rows.count() == 8


def test_enter_without_a_choice_shows_everybody_who_fits(ada: Visitor, indexed: Following) -> None:
    open_patients(ada, "crafted")
    ada.page.locator("#patient").focus()
    type_into(ada, "holm mette")
    ada.swap(lambda: ada.page.keyboard.press("Enter"))
    assert ada.identifiers == {"A-3", "A-4"}
    assert ada.chips == ["“holm mette”"]
    assert options(ada) == []
    assert ada.announcement.startswith("Patients 1–2 of 2.")
    assert ada.focus == "patient"
    ada.page.reload()
    assert ada.identifiers == {"A-3", "A-4"}


def test_escape_and_tab_close_the_suggestions_and_down_opens_them_again(ada: Visitor, indexed: Following) -> None:
    open_patients(ada, "crafted")
    box = ada.page.locator("#patient")
    type_into(ada, "mette")
    ada.page.keyboard.press("Escape")
    assert options(ada) == []
    expect(box).to_have_attribute("aria-expanded", "false")
    assert box.input_value() == "mette"
    ada.page.keyboard.press("ArrowDown")
    assert len(options(ada)) == 2
    ada.page.keyboard.press("Tab")
    assert options(ada) == []


def test_nobody_found_is_announced(ada: Visitor, indexed: Following) -> None:
    open_patients(ada, "crafted")
    type_into(ada, "zzzz")
    expect(ada.page.locator("#suggest-status")).to_have_text("No patients found")
    assert options(ada) == []


def test_the_pointer_chooses_too(ada: Visitor, indexed: Following) -> None:
    open_patients(ada, "crafted")
    type_into(ada, "A-8")
    ada.leaves(ada.page.locator("[role=option]").first.click)
    expect(ada.page.locator("h1")).to_have_text("Leap Day")


def test_a_slow_old_answer_never_replaces_a_newer_one(ada: Visitor, indexed: Following) -> None:
    ada.watch.expect_aborts()
    ada.watch.expect(r"net::ERR_ABORTED", r"htmx:(abort|xhr:abort)")
    open_patients(ada, "crafted")
    asked: list[Any] = []

    def hold(route: Any) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    ada.page.route("**/suggest/", hold)
    box = ada.page.locator("#patient")
    box.press_sequentially("mette")
    ada.page.wait_for_timeout(400)
    box.fill("leap")
    expect(ada.page.locator("#suggest:not([hidden]) [role=option] b")).to_have_text(["Leap Day"])
    assert len(asked) == 2


def test_a_failing_suggestion_leaves_list_and_box_alone(ada: Visitor, indexed: Following) -> None:
    ada.watch.expect_status(500)
    open_patients(ada, "crafted")
    ada.page.route("**/suggest/", lambda route: route.fulfill(status=500, body="<h1>no</h1>"))
    ada.page.locator("#patient").press_sequentially("mette")
    ada.page.wait_for_timeout(500)
    assert options(ada) == []
    assert ada.rows.count() == 8
    assert ada.panels == 0
    assert ada.page.locator("#results[aria-busy], #results[data-stale]").count() == 0


def test_filters_sort_and_pages_swap_the_results_and_keep_the_focus(ada: Visitor, indexed: Following) -> None:
    page = ada.page
    open_patients(ada)
    ada.swap(lambda: page.get_by_label("Female", exact=True).press("Space"))
    assert (ada.focus, ada.chips, ada.query) == ("sex-female", ["Sex female"], [("sex", "female")])
    ada.swap(lambda: page.get_by_label("Open encounters").press("Space"))
    assert ada.query == [("sex", "female"), ("open", "on")]
    ada.choose("sort", "name")
    assert ada.query[-1] == ("sort", "name")
    ada.click("#clear")
    ada.choose("size", "10")
    ada.click("#next")
    assert ada.summary.startswith("11–20 of ")
    ada.back()
    assert ada.summary.startswith("1–10 of ")
    assert page.locator("#size").input_value() == "10"


def test_refresh_and_find_have_their_keys_and_a_change_of_tenant_keeps_the_section(
    ada: Visitor, indexed: Following
) -> None:
    open_patients(ada)
    ada.swap(lambda: ada.page.keyboard.press("r"))
    ada.page.get_by_role("button", name="Tenant: Nordhavn Clinic").click()
    ada.leaves(ada.page.get_by_role("link", name="Crafted Clinic").click)
    assert ada.url == "/crafted/patients/"


def test_from_the_patient_to_the_encounters_and_to_others_of_the_name(ada: Visitor, indexed: Following) -> None:
    open_patients(ada, "crafted")
    ada.leaves(ada.page.get_by_role("button", name="Mette Holm").first.click)
    before = ada.page.locator(".identifier code").inner_text()
    ada.leaves(ada.page.locator(".namesakes a").click)
    assert {before, ada.page.locator(".identifier code").inner_text()} == {"A-3", "A-4"}
    ada.leaves(ada.page.locator("#show-in-encounters").click)
    assert ada.query == [("patient", "sealed")]
    assert ada.rows.count() == 1


# --- without scripts -------------------------------------------------------------------------------------------------
def test_without_scripts_a_patient_is_searched_opened_and_left(visit: Visit, indexed: Following) -> None:
    plain = visit("", java_script_enabled=False)
    plain.open("/crafted/patients/")
    plain.sign_in("ada", PASSWORD)
    page = plain.page
    assert plain.rows.count() == 8
    assert page.locator("[role=combobox]").count() == 0
    page.get_by_label("Name or identifier").fill("SORENSEN bjo")
    plain.leaves(page.get_by_role("button", name="Find").click)
    assert plain.identifiers == {"A-1", "A-2"}
    plain.leaves(page.locator("#by-patient").click)
    assert plain.query[-1] == ("sort", "name")
    plain.leaves(page.get_by_role("button", name="Bjørn Sørensen").click)
    expect(page.locator("h1")).to_have_text("Bjørn Sørensen")
    assert page.locator("#results tbody tr").count() == 1
    page.go_back()
    assert plain.identifiers == {"A-1", "A-2"}


# --- privacy ---------------------------------------------------------------------------------------------------------
def test_no_name_and_no_identifier_leaves_the_page(ada: Visitor, indexed: Following) -> None:
    page, kept = ada.page, []

    def suggestion() -> None:
        open_patients(ada, "canary")
        type_into(ada, CANARY)
        page.keyboard.press("ArrowDown")
        ada.leaves(lambda: page.keyboard.press("Enter"))

    def searched() -> None:
        open_patients(ada, "canary")
        page.locator("#patient").fill(CANARY)
        ada.swap(lambda: page.locator("#patient").press("Enter"))

    steps: list[Callable[[], Any]] = [
        suggestion,
        page.reload,
        ada.back,
        searched,
        lambda: ada.leaves(page.locator("tbody .c-patient button").first.click),
        lambda: ada.leaves(page.locator("#show-in-encounters").click),
        ada.back,
    ]
    for step in steps:
        step()
        page.wait_for_load_state()
        kept += [page.url, page.title(), page.evaluate(STORAGE)]
    for request in ada.watch.requests:
        kept += [request.url, str(request.all_headers())]
    text = unquote("\n".join(kept)).casefold()
    assert "/canary/patients/suggest/" in text
    assert CANARY.casefold() not in text


# --- every state, every look -----------------------------------------------------------------------------------------
def _full(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    open_patients(ada)
    assert ada.rows.count() == 25


def _similar_and_long(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    open_patients(ada, "crafted")
    expect(ada.page.locator("tbody .mark")).to_have_count(4)
    expect(ada.page.get_by_role("button", name=LONG_NAME)).to_be_visible()


def _suggesting(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    open_patients(ada)
    type_into(ada, "a")
    ada.page.keyboard.press("ArrowDown")
    assert len(options(ada)) == 8


def _filtered(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    open_patients(ada, query="?sex=female&open=on&seen=nonsense&page=900")
    expect(ada.page.locator(".notice")).to_have_count(2)


def _no_match(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    open_patients(ada)
    ada.find("zzzz")
    assert ada.panel == "no-match"


def _nothing_yet(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    open_patients(ada, "newborn")
    assert ada.panel == "nothing-yet"


def _invalid(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    ada.watch.expect_status(422)
    open_patients(ada)
    ada.find("x" * 300)
    assert ada.panel == "invalid"


def _unreadable(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    ada.watch.expect_status(404)
    open_patients(ada, query="?q=made-up")
    assert ada.panel == "unreadable-filter"


def _old(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    following.age(15 * 60)
    open_patients(ada)
    expect(ada.page.locator(".age.old")).to_be_visible()


def _filling(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    following.begin(60, 400, "riverside")
    open_patients(ada, "riverside")
    expect(ada.page.get_by_role("progressbar", name="Filling of the index")).to_be_visible()


def _not_begun(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    open_patients(ada, "riverside")
    assert ada.panel == "not-begun"


def _patient(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    open_patients(ada, query="?sort=-encounters&open=on")
    ada.leaves(ada.page.locator("tbody .c-patient button").first.click)
    expect(ada.page.locator(".timeline")).to_be_visible()
    expect(ada.page.locator("#open-now")).to_be_visible()


def _long_patient(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    open_patients(ada, "crafted")
    ada.leaves(ada.page.get_by_role("button", name=LONG_NAME).click)
    expect(ada.page.locator(".identifier")).to_contain_text(LONG_IDENTIFIER)


def _namesakes(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    open_patients(ada, "crafted")
    ada.leaves(ada.page.get_by_role("button", name="Mette Holm").first.click)
    expect(ada.page.locator("[data-state=same-name]")).to_be_visible()


def _patient_failed(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    ada.watch.expect_status(502)
    open_patients(ada, "crafted")
    name = ada.page.locator("tbody .c-patient button").first
    following.forget("crafted")
    sandbox.tenant("crafted").faults.set("status", status=500)
    ada.leaves(name.click)
    expect(ada.page.locator("[data-state=failed]")).to_be_visible()


def _unreadable_patient(ada: Visitor, following: Following, sandbox: Sandbox) -> None:
    ada.watch.expect_status(404)
    ada.open("/nordhavn/patients/made-up/")
    assert ada.panel == "unreadable-patient"


STATES = [
    _full, _similar_and_long, _suggesting, _filtered, _no_match, _nothing_yet, _invalid, _unreadable, _old, _filling,
    _not_begun, _patient, _long_patient, _namesakes, _patient_failed, _unreadable_patient,
]  # fmt: skip


@pytest.mark.parametrize("prepare", STATES)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    ada: Visitor,
    indexed: Following,
    sandbox: Sandbox,
    axe_source: str,
    prepare: Callable[[Visitor, Following, Sandbox], None],
) -> None:
    prepare(ada, indexed, sandbox)
    assert violations(ada, axe_source) == []
    ada.page.set_viewport_size(NARROW)
    assert not ada.page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_axe_finds_nothing_where_the_index_is_off(
    ada: Visitor, sandbox: Sandbox, axe_source: str, settings: Any
) -> None:
    settings.TENANTS = tuple(replace(config, index=False) for config in settings.TENANTS)
    for tenant in registry().values():
        tenant.gateway.prove(wait=True)
    open_patients(ada)
    assert ada.panel == "index-off"
    assert violations(ada, axe_source) == []


def test_the_timeline_fits_a_phone_and_says_what_a_mark_is(visit: Visit, indexed: Following) -> None:
    phone = visit("ada", viewport=NARROW)
    open_patients(phone, query="?sort=-encounters")
    phone.leaves(phone.page.locator("tbody .c-patient button").first.click)
    box = phone.page.locator(".timeline").bounding_box()
    assert box is not None
    assert box["width"] <= NARROW["width"]
    assert ": " in (phone.page.locator(".timeline svg svg title").first.text_content() or "")
    assert phone.page.locator(".years table caption").text_content() is not None
