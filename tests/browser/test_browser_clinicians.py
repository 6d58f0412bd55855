"""Admins name clinicians: the page in a real browser, with and without scripts, in every look."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dashboard.accounts.models import User
from dashboard.clinicians import directory
from dashboard.clinicians.models import Clinician
from dashboard.tenants.models import Membership
from dashboard.tenants.registry import Tenant
from tests.browser.conftest import Visit
from tests.browser.pages import Visitor
from tests.browser.test_browser_accessibility import violations
from tests.browser.test_browser_layout import SMALL_TARGETS, STICKING_OUT, WIDTHS

URL = "/nordhavn/clinicians/"
UNNAMED = {"7f3a11d0-6a1e-4a53-9d2f-0d3b5a90c21e": 41, "e4b0a8c2-55f1-4a0e-8a6f-6f0f7c1b2e8c": 12, "W" * 200: 1}
NAMED = {
    "1a2b7c9e-0f4d-4c61-b6a2-8f0a5e7d2931": "Dr. Mette Holm",
    "78e5c0aa-3b1f-4d7e-9c42-1be0f3a6d57b": "Dr. Mette Holm",
    "cd44f2b1-8e6a-4f0c-a1d3-90b7c5e2e52d": "Nurse Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Lang",
}


@pytest.fixture
def admin(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """Ada as an admin of Nordhavn Clinic, where some ids have names and some have none."""
    return _admin(visit, monkeypatch)


def _admin(visit: Visit, monkeypatch: pytest.MonkeyPatch, *, scripts: bool = True) -> Visitor:
    def seen(tenant: Tenant) -> Mapping[str, int]:
        return UNNAMED | dict.fromkeys(NAMED, 1250) if tenant.slug == "nordhavn" else {}

    monkeypatch.setattr("dashboard.clinicians.seen.seen", seen)
    Membership.objects.filter(user__username="ada").update(admin=True)
    karen = User.objects.get(username="karen")
    for identifier, name in NAMED.items():
        Clinician.objects.create(tenant="nordhavn", assigned_user_id=identifier, name=name, user=karen)
    return visit("ada", java_script_enabled=scripts)


def _unknown(visitor: Visitor) -> int:
    return visitor.page.get_by_text("Unknown clinician", exact=True).count()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_an_admin_finds_the_page_in_the_menu_and_names_one_id_after_the_other(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, scripts: bool
) -> None:
    ada = _admin(visit, monkeypatch, scripts=scripts)
    page = ada.page
    ada.open("/nordhavn/encounters/")
    page.get_by_role("button", name="Account and settings").click()
    ada.leaves(page.get_by_role("link", name="Clinicians", exact=True).click)
    assert (ada.url, page.title(), _unknown(ada)) == (URL, "Clinicians · Nordhavn Clinic", 3)

    first, second, _ = UNNAMED
    ada.leaves(page.get_by_role("link", name=f"Name {first}").click)
    if scripts:
        expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.get_by_label("Name", exact=True).fill("Dr. Weiss")
    page.get_by_label("Dashboard user").select_option("Karen Holm (karen)")
    ada.leaves(page.get_by_role("button", name="Save and name the next").click)
    expect(page.locator(".editing code")).to_have_text(second)
    page.get_by_label("Name", exact=True).fill("Dr. Ade")
    ada.leaves(lambda: page.get_by_label("Name", exact=True).press("Enter"))

    assert (ada.url, _unknown(ada)) == (URL, 1)
    expect(page.locator(".notice")).to_have_text("The name is saved.")
    karen = User.objects.get(username="karen")
    assert first in directory.mine("nordhavn", karen)
    assert directory.names("nordhavn")[second] == "Dr. Ade"

    ada.leaves(page.get_by_role("link", name=f"Edit Dr. Weiss, {first}").click)
    ada.leaves(page.get_by_role("button", name="Remove the name").click)
    assert _unknown(ada) == 2


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_file_with_an_error_is_mended_as_text_and_imported(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scripts: bool
) -> None:
    ada = _admin(visit, monkeypatch, scripts=scripts)
    page = ada.page
    first, second, _ = UNNAMED
    file = tmp_path / "clinicians.csv"
    file.write_text(f"assigned_user_id;name;username\n{first};Dr. Weiß;ada\n", encoding="utf-8-sig")
    ada.open(URL)
    ada.leaves(page.get_by_role("link", name="Import CSV").click)
    page.get_by_label("File", exact=True).set_input_files(file)
    ada.leaves(page.get_by_role("button", name="Import the file").click)
    expect(page.locator(".notice")).to_have_text("Imported: 1 added, 0 changed, 0 unchanged.")
    assert directory.mine("nordhavn", User.objects.get(username="ada")) == (first,)

    ada.watch.expect_status(422)
    ada.leaves(page.get_by_role("link", name="Import CSV").click)
    page.get_by_label("paste its text").fill(f"assigned_user_id,name\n{second},\n")
    ada.leaves(page.get_by_role("button", name="Import the text").click)
    expect(page.locator(".problems li")).to_have_text("Line 2: the name is empty.")
    if scripts:
        assert ada.focus == "problems"
    text = page.get_by_label("paste its text")
    text.fill(text.input_value().replace(f"{second},", f"{second},Dr. Ade"))
    ada.leaves(page.get_by_role("button", name="Import the text").click)
    assert directory.names("nordhavn")[second] == "Dr. Ade"


def test_the_download_is_a_file_that_can_be_imported(admin: Visitor) -> None:
    admin.open(URL)
    with admin.page.expect_download() as started:
        admin.page.get_by_role("link", name="Download as CSV").click()
    assert started.value.suggested_filename == "clinicians-nordhavn.csv"
    admin.open(f"{URL}import/")
    admin.page.get_by_label("File", exact=True).set_input_files(started.value.path())
    admin.leaves(admin.page.get_by_role("button", name="Import the file").click)
    expect(admin.page.locator(".notice")).to_have_text("Imported: 0 added, 0 changed, 3 unchanged.")


def test_a_member_who_is_no_admin_finds_neither_link_nor_page(karen: Visitor) -> None:
    karen.open_list()
    karen.page.get_by_role("button", name="Account and settings").click()
    expect(karen.page.get_by_role("link", name="Settings")).to_be_visible()
    assert karen.page.get_by_role("link", name="Clinicians", exact=True).count() == 0
    karen.watch.expect_status(403)
    karen.open(URL)
    expect(karen.page.locator("h1")).to_have_text("Not allowed")


def _table(ada: Visitor) -> None:
    ada.open(URL)
    expect(ada.page.locator("tbody tr")).to_have_count(6)


def _editing(ada: Visitor) -> None:
    ada.open(f"{URL}edit/?id={next(iter(UNNAMED))}")
    expect(ada.page.locator(".editing")).to_have_count(1)


def _refused(ada: Visitor) -> None:
    ada.watch.expect_status(422)
    ada.open(f"{URL}edit/")
    ada.page.get_by_label("Assigned user id").fill(next(iter(NAMED)))
    ada.page.get_by_label("Name", exact=True).fill("Dr. Weiss")
    ada.leaves(ada.page.get_by_role("button", name="Save").click)
    expect(ada.page.locator(".errorlist")).to_have_count(1)


def _importing(ada: Visitor) -> None:
    ada.open(f"{URL}import/")
    expect(ada.page.get_by_role("heading", name="Import a CSV file")).to_be_visible()


def _import_refused(ada: Visitor) -> None:
    ada.watch.expect_status(422)
    ada.open(f"{URL}import/")
    lines = "".join(f"{number},{'x' * number}\n" for number in range(105, 145))
    ada.page.get_by_label("paste its text").fill(f"assigned_user_id,name\n{lines}")
    ada.leaves(ada.page.get_by_role("button", name="Import the text").click)
    expect(ada.page.locator(".problems li")).to_have_count(24)


def _empty(ada: Visitor) -> None:
    ada.open("/newborn/clinicians/")
    expect(ada.page.locator("[data-state=nothing-yet]")).to_be_visible()


def _menu(ada: Visitor) -> None:
    ada.open(URL)
    ada.page.get_by_role("button", name="Account and settings").click()
    expect(ada.page.get_by_role("link", name="Clinicians", exact=True)).to_be_visible()


STATES: list[Callable[[Visitor], None]] = [_table, _editing, _refused, _importing, _import_refused, _empty, _menu]


@pytest.mark.parametrize("prepare", STATES)
def test_axe_finds_nothing_in_any_state_of_the_page(
    admin: Visitor, axe_source: str, prepare: Callable[[Visitor], None]
) -> None:
    prepare(admin)
    assert violations(admin, axe_source) == []


@pytest.mark.parametrize("prepare", STATES)
def test_the_page_fits_every_screen_and_every_target_can_be_hit(
    admin: Visitor, prepare: Callable[[Visitor], None]
) -> None:
    prepare(admin)
    for width in WIDTHS:
        admin.page.set_viewport_size({"width": width, "height": 800})
        assert (width, admin.page.evaluate(STICKING_OUT)) == (width, [])
        assert (width, admin.page.evaluate(SMALL_TARGETS)) == (width, [])
