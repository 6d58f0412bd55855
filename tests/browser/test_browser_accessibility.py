"""axe-core finds nothing on any page in any state: light, dark, and narrow as a phone (WCAG 2.0 to 2.2, A and AA)."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from corti_gateway.sandbox import Sandbox
from tests.browser.conftest import PASSWORD, Visit
from tests.browser.pages import Visitor

AXE_RUN = """() => axe.run({
    runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], rules: {"target-size": {enabled: true}},
    preload: false,  // it would copy the stylesheets into inline ones, which our policy blocks
})"""
NARROW = {"width": 390, "height": 844}

Prepare = Callable[[Visitor, Sandbox], None]


def violations(visitor: Visitor, axe_source: str) -> list[str]:
    """What axe finds in each of the three looks, a line each."""
    found = []
    page = visitor.page
    for look in ("light", "dark", "narrow"):
        page.emulate_media(color_scheme="dark" if look == "dark" else "light")
        if look == "narrow":
            page.set_viewport_size(NARROW)
        # A row that is half under the band at the top is no finding.
        page.evaluate("scrollTo(0, 0)")
        if not page.evaluate("() => Boolean(window.axe)"):
            page.evaluate(axe_source)
        result = page.evaluate(AXE_RUN)
        assert result["passes"], "axe looked at nothing"
        found += [
            f"{look}: {violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]
    return found


def _heading(text: str) -> Callable[[Visitor], None]:
    return lambda visitor: expect(visitor.page.locator("h1")).to_have_text(text)


def _sign_in_error(visitor: Visitor, _: Sandbox) -> None:
    visitor.open("/accounts/sign-in/")
    visitor.sign_in("ada", "not the password")
    expect(visitor.page.locator(".errorlist")).to_be_visible()


def _session_over(visitor: Visitor, _: Sandbox) -> None:
    visitor.open("/nordhavn/encounters/")
    visitor.sign_in("ada", PASSWORD)
    Session.objects.all().delete()
    visitor.page.reload()
    expect(visitor.page.locator("[data-state=session-over]")).to_be_visible()


def _sign_in(visitor: Visitor, _: Sandbox) -> None:
    visitor.open("/")
    expect(visitor.page.get_by_label("Password")).to_be_visible()


def _signed_out(visitor: Visitor, _: Sandbox) -> None:
    visitor.open("/accounts/signed-out/")
    expect(visitor.page.locator("h1")).to_have_text("You are signed out")


@pytest.mark.parametrize("prepare", [_sign_in, _sign_in_error, _session_over, _signed_out])
def test_axe_finds_nothing_on_the_pages_of_a_stranger(
    visit: Visit, sandbox: Sandbox, axe_source: str, prepare: Prepare
) -> None:
    visitor = visit("")
    prepare(visitor, sandbox)
    assert violations(visitor, axe_source) == []


@pytest.mark.parametrize(
    ("username", "path", "heading"),
    [
        ("ada", "/", "Choose a tenant"),
        ("newcomer", "/", "No tenant yet"),
        ("ada", "/accounts/settings/", "Settings"),
        ("ada", "/accounts/password/", "Change password"),
        ("ada", "/accounts/password/changed/", "Your password is changed"),
        ("ada", "/accounts/security/", "Sign-in and security"),
        ("ada", "/accounts/security/confirm/", "Confirm that it is you"),
        ("ada", "/accounts/sign-in/refused/", "You are not signed in"),
        ("ada", "/no/such/page/", "Not found"),
    ],
)
def test_axe_finds_nothing_on_the_pages_around_the_list(
    visit: Visit, axe_source: str, username: str, path: str, heading: str
) -> None:
    visitor = visit(username)
    visitor.watch.expect_status(403, 404)
    visitor.open(path)
    expect(visitor.page.locator("h1")).to_have_text(heading)
    assert violations(visitor, axe_source) == []


def _full(ada: Visitor, _: Sandbox) -> None:
    ada.open_list(rows=25)


def _filtered(ada: Visitor, _: Sandbox) -> None:
    ada.open_list(rows=25)
    ada.toggle("Completed")
    ada.swap(ada.names.first.click)
    assert len(ada.chips) == 2
    assert ada.rows.count() > 0


def _last_page_with_notices(ada: Visitor, _: Sandbox) -> None:
    ada.open_list("riverside", "?page=900&status=nonsense", rows=15)
    expect(ada.page.locator(".notice")).to_have_count(2)


def _counted_and_sorted(ada: Visitor, _: Sandbox) -> None:
    ada.open_list("riverside", "?count=1&sort=id&size=10", rows=10)
    assert ada.summary == "1–10 of 90"
    expect(ada.page.locator("th.c-id")).to_have_count(1)


def _similar_names(ada: Visitor, _: Sandbox) -> None:
    ada.open_list("crafted", rows=8)
    expect(ada.page.locator(".mark")).to_have_count(4)


def _damaged_rows(ada: Visitor, sandbox: Sandbox) -> None:
    sandbox.tenant("nordhavn").faults.set("damage", kind="types", rows="all")
    ada.open_list(rows=25)
    expect(ada.page.locator("tbody .mark")).to_have_count(25)


def _warned_of_hidden_rows(ada: Visitor, sandbox: Sandbox) -> None:
    sandbox.tenant("nordhavn").faults.set("ignore_filter", filter="status")
    ada.open_list(query="?status=completed")
    assert ada.statuses == {"Completed"}
    expect(ada.page.locator(".notice-warning")).to_be_visible()


def _no_match(ada: Visitor, _: Sandbox) -> None:
    ada.open_list(query="?status=completed", rows=25)
    ada.find("nobody")
    assert ada.panel == "no-match"


def _nothing_yet(ada: Visitor, _: Sandbox) -> None:
    ada.open_list("newborn", rows=0)
    assert ada.panel == "nothing-yet"


def _failed(ada: Visitor, sandbox: Sandbox) -> None:
    ada.watch.expect_status(502)
    sandbox.tenant("nordhavn").faults.set("status", status=500)
    ada.open_list(query="?status=completed", rows=0)
    assert ada.panel == "failed"
    expect(ada.page.get_by_role("button", name="Copy")).to_be_visible()


def _no_answer(ada: Visitor, _: Sandbox) -> None:
    ada.watch.expect_no_answer()
    ada.open_list(rows=25)
    ada.page.route("**/encounters/?page=2", lambda route: route.abort())
    ada.page.locator("#next").click()
    expect(ada.page.locator("[data-state=no-answer]")).to_be_visible()


def _unreadable_filter(ada: Visitor, _: Sandbox) -> None:
    ada.watch.expect_status(404)
    ada.open_list(query="?patient=made-up", rows=0)
    assert ada.panel == "unreadable-filter"


def _invalid_filter(ada: Visitor, _: Sandbox) -> None:
    ada.watch.expect_status(422)
    ada.open_list(rows=25)
    ada.find("x" * 300)
    assert ada.panel == "invalid"


def _account_menu(ada: Visitor, _: Sandbox) -> None:
    ada.open_list(rows=25)
    ada.page.get_by_role("button", name="Account and settings").click()
    expect(ada.page.locator("#account")).to_be_visible()


def _tenant_menu(ada: Visitor, _: Sandbox) -> None:
    ada.open_list(rows=25)
    ada.page.get_by_role("button", name="Tenant: Nordhavn Clinic").click()
    expect(ada.page.locator("#tenants")).to_be_visible()


def _settings_saved(ada: Visitor, _: Sandbox) -> None:
    ada.open("/accounts/settings/")
    ada.leaves(ada.page.get_by_role("button", name="Save").click)
    expect(ada.page.locator(".notice")).to_be_visible()


def _password_refused(ada: Visitor, _: Sandbox) -> None:
    ada.open("/accounts/password/")
    for label in ("Old password", "New password", "New password confirmation"):
        ada.page.get_by_label(label, exact=True).fill("short")
    ada.leaves(ada.page.get_by_role("button", name="Change password").click)
    expect(ada.page.locator(".errorlist").first).to_be_visible()


STATES: list[Prepare] = [
    _full, _filtered, _last_page_with_notices, _counted_and_sorted, _similar_names, _damaged_rows,
    _warned_of_hidden_rows, _no_match, _nothing_yet, _failed, _no_answer, _unreadable_filter, _invalid_filter,
    _account_menu, _tenant_menu, _settings_saved, _password_refused,
]  # fmt: skip


@pytest.mark.parametrize("prepare", STATES)
def test_axe_finds_nothing_in_any_state_of_a_member_s_pages(
    ada: Visitor, sandbox: Sandbox, axe_source: str, prepare: Prepare
) -> None:
    prepare(ada, sandbox)
    assert violations(ada, axe_source) == []


def test_axe_finds_nothing_on_the_page_about_a_form_that_is_too_old(ada: Visitor, axe_source: str) -> None:
    ada.watch.expect_status(403)
    ada.open_list(rows=25)
    ada.page.context.clear_cookies(name="csrf")
    ada.page.get_by_role("button", name="Account and settings").click()
    ada.leaves(ada.page.get_by_role("button", name="Dark").click)
    expect(ada.page.locator("h1")).to_have_text("This form is no longer valid")
    assert violations(ada, axe_source) == []


@pytest.mark.parametrize(
    ("error", "heading"),
    [
        ("django.core.exceptions.SuspiciousOperation", "This request could not be read"),
        ("django.core.exceptions.PermissionDenied", "Not allowed"),
        ("RuntimeError", "Something went wrong here"),
    ],
)
def test_axe_finds_nothing_on_the_error_pages(
    ada: Visitor, axe_source: str, monkeypatch: pytest.MonkeyPatch, error: str, heading: str
) -> None:
    from django.utils.module_loading import import_string

    kind = RuntimeError if error == "RuntimeError" else import_string(error)

    def broken(*_: object, **__: object) -> None:
        raise kind("on purpose")

    ada.watch.expect_status(400, 403, 500)
    monkeypatch.setattr("dashboard.sources.plan.answer", broken)
    ada.open("/nordhavn/encounters/")
    expect(ada.page.locator("h1")).to_have_text(heading)
    assert violations(ada, axe_source) == []


def test_axe_would_find_a_button_without_a_name_and_poor_contrast(ada: Visitor, axe_source: str) -> None:
    ada.open_list(rows=25)
    ada.page.evaluate(
        "() => { const button = document.createElement('button'); button.style.color = '#ddd';"
        "document.querySelector('main').append(button, 'x');"
        "document.querySelector('h1').style.color = '#ddd'; }"
    )
    found = " ".join(violations(ada, axe_source))
    assert "button-name" in found
    assert "color-contrast" in found
