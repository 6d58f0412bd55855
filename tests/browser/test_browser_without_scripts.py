"""The core journeys with scripts switched off."""

import pytest
from django.contrib.auth import authenticate
from playwright.sync_api import expect

from corti_gateway.sandbox import Sandbox
from tests.browser.conftest import PASSWORD, Visit
from tests.browser.pages import Visitor

NEW_PASSWORD = "another rather long password"


@pytest.fixture
def plain(visit: Visit) -> Visitor:
    """A browser without scripts; nobody has signed in."""
    return visit("", java_script_enabled=False)


def _at_the_list(plain: Visitor) -> Visitor:
    plain.open("/nordhavn/encounters/")
    plain.sign_in("ada", PASSWORD)
    assert (plain.url, plain.rows.count()) == ("/nordhavn/encounters/", 25)
    return plain


def test_without_scripts_a_list_is_filtered_paged_sorted_and_sized(plain: Visitor) -> None:
    page = _at_the_list(plain).page
    for status in ("Completed", "Planned"):
        page.get_by_label(status, exact=True).check()
    plain.leaves(page.get_by_role("button", name="Find").click)
    assert plain.query == [("status", "planned"), ("status", "completed")]
    assert plain.chips == ["Planned", "Completed"]
    assert plain.statuses == {"Planned", "Completed"}

    plain.leaves(page.locator("#next").click)
    assert plain.query[-1] == ("page", "2")
    assert plain.summary == "26–50"

    plain.leaves(page.locator("#by-updated").click)
    assert plain.query == [("status", "planned"), ("status", "completed"), ("sort", "-updated")]
    assert "Latest change first" in page.locator("caption").inner_text()

    page.locator("#size").select_option("10")
    plain.leaves(page.get_by_role("button", name="Apply").click)
    assert plain.query == [("status", "planned"), ("status", "completed"), ("sort", "-updated"), ("size", "10")]
    assert plain.rows.count() == 10

    page.locator("#sort").select_option("created")
    plain.leaves(page.get_by_role("button", name="Find").click)
    assert plain.query[-2:] == [("sort", "created"), ("size", "10")]

    plain.leaves(page.get_by_role("link", name="Remove the filter Planned").click)
    assert plain.statuses == {"Completed"}
    plain.leaves(page.locator("#clear").click)
    assert plain.query == [("size", "10")]


def test_without_scripts_a_patient_is_found_by_name_and_by_identifier(plain: Visitor) -> None:
    page = _at_the_list(plain).page
    page.get_by_label("Completed", exact=True).check()
    plain.leaves(page.get_by_role("button", name="Find").click)
    identifier = plain.names.first.get_attribute("value")
    plain.leaves(plain.names.first.click)
    assert plain.query == [("status", "completed"), ("patient", "sealed")]
    assert plain.identifiers == {identifier}

    plain.leaves(page.locator("#clear").click)
    page.get_by_label("Patient identifier").fill(f"  {identifier} ")
    plain.leaves(lambda: page.get_by_label("Patient identifier").press("Enter"))
    assert plain.query == [("patient", "sealed")]
    assert plain.identifiers == {identifier}
    page.reload()
    assert plain.identifiers == {identifier}
    page.go_back()
    assert plain.rows.count() == 25


def test_without_scripts_an_invalid_filter_is_told_and_nothing_typed_is_lost(plain: Visitor) -> None:
    page = _at_the_list(plain).page
    plain.watch.expect_status(422)
    page.get_by_label("Patient identifier").fill("x" * 300)
    plain.leaves(page.get_by_role("button", name="Find").click)
    assert plain.panel == "invalid"
    assert page.locator("#patient").input_value() == "x" * 300
    expect(page.locator("#patient")).to_have_attribute("aria-invalid", "true")


def test_without_scripts_the_count_the_tenants_and_the_theme_work(plain: Visitor) -> None:
    page = _at_the_list(plain).page
    page.get_by_role("button", name="Tenant: Nordhavn Clinic").click()
    plain.leaves(page.get_by_role("link", name="Riverside Hospital").click)
    assert plain.url == "/riverside/encounters/"
    plain.leaves(page.locator("#count").click)
    assert plain.summary == "1–25 of 90"
    page.get_by_role("button", name="Account and settings").click()
    plain.leaves(page.get_by_role("button", name="Dark").click)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert plain.url.startswith("/riverside/encounters/")


def test_without_scripts_settings_and_the_password_are_changed(plain: Visitor) -> None:
    page = _at_the_list(plain).page
    page.get_by_role("button", name="Account and settings").click()
    plain.leaves(page.get_by_role("link", name="Settings").click)
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    plain.leaves(page.get_by_role("button", name="Save").click)
    assert "Your settings are saved." in page.locator(".notice").inner_text()
    plain.leaves(page.get_by_role("link", name="Back to the encounters").click)
    plain.open_list(rows=25)
    assert "Asia/Tokyo (JST)" in page.locator("caption").inner_text()

    plain.open("/accounts/password/")
    page.get_by_label("Old password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("New password confirmation").fill(NEW_PASSWORD)
    plain.leaves(page.get_by_role("button", name="Change password").click)
    expect(page.locator("h1")).to_have_text("Your password is changed")
    assert authenticate(username="ada", password=NEW_PASSWORD)


def test_without_scripts_signing_out_ends_the_session(plain: Visitor) -> None:
    page = _at_the_list(plain).page
    page.get_by_role("button", name="Account and settings").click()
    plain.leaves(page.get_by_role("button", name="Sign out").click)
    expect(page.locator("h1")).to_have_text("You are signed out")
    plain.open("/nordhavn/encounters/")
    assert plain.url.startswith("/accounts/sign-in/?next=/nordhavn/encounters/")


def test_without_scripts_a_failure_is_told_and_try_again_works(plain: Visitor, sandbox: Sandbox) -> None:
    page = _at_the_list(plain).page
    plain.watch.expect_status(502)
    sandbox.tenant("nordhavn").faults.set("status", status=500)
    page.reload()
    assert (plain.panel, plain.rows.count()) == ("failed", 0)
    sandbox.tenant("nordhavn").faults.clear()
    plain.leaves(page.get_by_role("link", name="Try again").click)
    assert plain.rows.count() == 25
