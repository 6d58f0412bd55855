"""The pages for those who keep members and read the access log, and the warning before a session ends."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from dashboard.tenants.models import Membership
from dashboard.tenants.roles import Role
from tests.browser.conftest import Visit
from tests.browser.pages import Visitor
from tests.browser.test_browser_accessibility import violations
from tests.browser.test_browser_layout import SMALL_TARGETS, STICKING_OUT, WIDTHS


@pytest.fixture
def officer(visit: Visit) -> Visitor:
    """Ada with every role in Nordhavn Clinic, who has looked at some encounters."""
    Membership.objects.filter(user__username="ada", tenant="nordhavn").update(**{role.value: True for role in Role})
    visitor = visit("ada")
    visitor.open_list()
    return visitor


def _members(officer: Visitor) -> None:
    officer.open("/nordhavn/members/")
    expect(officer.page.locator("tbody tr")).to_have_count(2)


def _editing(officer: Visitor) -> None:
    officer.open("/nordhavn/members/edit/?username=karen")
    expect(officer.page.locator(".editing input[type=checkbox]")).to_have_count(4)


def _adding(officer: Visitor) -> None:
    officer.open("/nordhavn/members/edit/")
    expect(officer.page.get_by_label("Username")).to_be_focused()


def _log(officer: Visitor) -> None:
    officer.open("/nordhavn/audit/")
    officer.page.locator("tr", has_text="25 encounters").first.locator("summary").click()
    expect(officer.page.locator("details[open] dd").first).to_be_visible()


def _nobody(officer: Visitor) -> None:
    officer.open("/nordhavn/audit/?from=2100-01-01")
    expect(officer.page.locator("[data-state=no-match]")).to_be_visible()


STATES = [_members, _editing, _adding, _log, _nobody]


@pytest.mark.parametrize("prepare", STATES)
def test_axe_finds_nothing_in_any_state(officer: Visitor, axe_source: str, prepare: Callable[[Visitor], None]) -> None:
    prepare(officer)
    assert violations(officer, axe_source) == []


@pytest.mark.parametrize("prepare", STATES)
def test_it_fits_every_screen(officer: Visitor, prepare: Callable[[Visitor], None]) -> None:
    prepare(officer)
    for width in WIDTHS:
        officer.page.set_viewport_size({"width": width, "height": 800})
        assert (width, officer.page.evaluate(STICKING_OUT)) == (width, [])
        assert (width, officer.page.evaluate(SMALL_TARGETS)) == (width, [])


def test_who_looked_at_a_patient_is_found_with_the_keyboard(officer: Visitor) -> None:
    identifier = officer.page.locator("tbody .c-patient .sub").first.inner_text()
    officer.open("/nordhavn/audit/")
    officer.page.get_by_label("Patient identifier").fill(identifier)
    officer.page.keyboard.press("Enter")
    expect(officer.page.locator(".chip", has_text="Who looked at")).to_be_visible()
    assert identifier not in officer.page.url
    expect(officer.page.locator("tbody tr").first).to_contain_text("Encounters")
