"""Several tenants in one browser never mix."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.pages import Visitor


def _encounters(tab: Visitor, label: str) -> set[str]:
    """What is shown, on a page that says whose it is."""
    expect(tab.page.locator(".band .tenant")).to_contain_text(label)
    assert tab.page.title().endswith(f" · {label}")
    return set(
        tab.rows.locator(".c-encounter, .c-created time").evaluate_all(
            "cells => cells.map(cell => cell.dateTime ?? cell.innerText)"
        )
    )


def test_two_tabs_on_two_tenants_stay_apart_step_by_step(ada: Visitor) -> None:
    north, river = ada, ada.another_tab()
    north.open_list("nordhavn", rows=25)
    river.open_list("riverside", rows=25)
    steps: list[Callable[[Visitor], Any]] = [
        lambda tab: tab.toggle("Completed"),
        lambda tab: tab.click("#next"),
        lambda tab: tab.choose("sort", "updated"),
        lambda tab: tab.swap(tab.names.first.click),
        lambda tab: tab.page.reload(),
        lambda tab: tab.click("#clear"),
        lambda tab: tab.back(),
    ]
    for step in steps:
        for tab, slug in (north, "nordhavn"), (river, "riverside"):
            step(tab)
            assert tab.url.startswith(f"/{slug}/encounters/")
        ours, theirs = _encounters(north, "Nordhavn Clinic"), _encounters(river, "Riverside Hospital")
        assert ours
        assert theirs
        assert not {text for text in ours if "T" in text and ":" in text} & theirs
    asked = {request.url.split("/")[3] for request in ada.watch.requests}
    assert asked == {"static", "nordhavn", "riverside"}


def test_a_patient_filter_of_one_tenant_opens_nothing_in_another(ada: Visitor) -> None:
    ada.watch.expect_status(404)
    ada.open_list("nordhavn", rows=25)
    ada.swap(ada.names.first.click)
    identifier = ada.page.locator("#patient").input_value()
    ada.open(ada.url.replace("/nordhavn/", "/riverside/"))
    assert (ada.panel, ada.rows.count()) == ("unreadable-filter", 0)
    assert identifier not in ada.page.content()
    ada.swap(ada.page.get_by_role("link", name="show all patients").click)
    assert ada.rows.count() == 25


def test_changing_the_tenant_takes_no_filter_along(ada: Visitor) -> None:
    ada.open_list("nordhavn", "?status=completed&sort=updated", rows=25)
    ada.swap(ada.names.first.click)
    ada.page.get_by_role("button", name="Tenant: Nordhavn Clinic").click()
    expect(ada.page.get_by_role("link", name="Nordhavn Clinic")).to_have_attribute("aria-current", "true")
    ada.leaves(ada.page.get_by_role("link", name="Riverside Hospital").click)
    assert (ada.url, ada.chips, ada.page.locator("#patient").input_value()) == ("/riverside/encounters/", [], "")


def test_a_tenant_one_is_not_a_member_of_does_not_exist(visit: Visit) -> None:
    karen = visit("karen")
    karen.watch.expect_status(404)
    for path in ("/riverside/encounters/", "/no-such-tenant/encounters/"):
        karen.open(path)
        expect(karen.page.locator("h1")).to_have_text("Not found")
        assert "Riverside" not in karen.page.content()
    karen.open("/")
    assert karen.url == "/nordhavn/encounters/"
    assert karen.page.locator("button.tenant").count() == 0, "one tenant needs no switcher"
