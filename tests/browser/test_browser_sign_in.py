"""Sign-in in a real browser: through an independent OpenID provider, with an authenticator app, with a passkey."""

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from dashboard.accounts import tokens
from dashboard.accounts.models import User
from dashboard.accounts.oidc import Grant, OidcConfig
from dashboard.tenants.models import Membership
from tests.accounts.codes import code
from tests.accounts.conftest import PASSWORD, tenants  # noqa: F401  # a fixture for every test
from tests.browser.conftest import needed
from tests.browser.watching import Watch
from tests.dashboard.support import make_user

NODE = Path(__file__).parents[1] / "accounts" / "node"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    """The dashboard's address; by name, as browsers make passkeys for no bare number."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    make_user("karen", ["nordhavn"])
    address: str = live_server.url.replace("127.0.0.1", "localhost")
    return address


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """A browser of its own, watched until the test ends but for what is expected."""
    opened = []

    def visit(*expected: str) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(10_000)
        watch = Watch(context, site.removeprefix("http://"))
        watch.expect(*expected)
        opened.append((context, watch))
        return context.new_page()

    yield visit
    for context, _ in opened:
        context.close()
    for _, watch in opened:
        watch.verify()


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/settings/")
    page.get_by_label("Username").fill("karen")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Account and settings").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()


def test_an_app_is_set_up_used_and_replaced_by_a_recovery_code(visit, site, settings):
    settings.MFA_REQUIRED = ("clinician",)
    page = visit()
    sign_in(page, site)
    expect(page.get_by_text("Your role needs a second step")).to_be_visible()
    page.get_by_role("link", name="Set up an authenticator app").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page.get_by_text("Type a key instead").click()
    secret = page.locator(".secret code").inner_text()
    # The app may be in its last second: what it shows then no longer counts.
    page.get_by_label("Authenticator code").fill(code(secret))
    page.get_by_role("button", name="Set up").click()
    recovery = page.locator(".codes code").all_inner_texts()
    assert len(recovery) == 10
    page.goto(f"{site}/accounts/settings/")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    sign_out(page)
    sign_in(page, site)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_label("recovery code").fill(recovery[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    sign_out(page)
    sign_in(page, site)
    page.get_by_label("recovery code").fill(recovery[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("This code is not right")).to_be_visible()
    cache.clear()
    page.get_by_label("recovery code").fill(code(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_a_passkey_is_added_and_signs_in(visit, site, settings):
    settings.MFA_REQUIRED = ("clinician",)
    page = visit()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": options | {"isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    sign_in(page, site)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Ward laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.locator(".codes code")).to_have_count(10)
    sign_out(page)
    sign_in(page, site)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.goto(f"{site}/accounts/security/")
    expect(page.get_by_text("Ward laptop")).to_be_visible()


def test_a_passkey_that_is_not_there_is_said_in_words(visit, site):
    page = visit()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    sign_in(page, site)
    page.goto(f"{site}/accounts/security/passkeys/add/")
    refusing = "() => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    page.evaluate(f"() => {{ navigator.credentials.create = {refusing} }}")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_text("Nothing was added")).to_be_visible()


# --- An independent provider ------------------------------------------------------------------------------------------


class Independent:
    """oidc-provider in a process of its own."""

    def __init__(self, site: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{port}"
        # Its pages are watched too: they are elsewhere, and would like a font from further away, which they do not get.
        self.noises = (re.escape(self.issuer), r"fonts\.googleapis\.com", r"status of 403 .*/accounts/sign-in/refused/")
        callback, after = f"{site}/accounts/sign-in/provider/callback/", f"{site}/accounts/signed-out/"
        self._process = subprocess.Popen(
            ["node", "provider.mjs", str(port), callback, after],
            cwd=NODE,
            env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._until("listening")

    def know(self, sub: str, **claims: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"sub": sub} | claims) + "\n")
        self._process.stdin.flush()
        self._until("changed")

    def _until(self, word: str) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip() == word:
                return
        raise AssertionError(f"the provider ended before it said {word!r}")

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def independent(site: str, settings: Any) -> Iterator[Independent]:
    needed(Path(shutil.which("node") or "/usr/bin/node"), "apt-get install nodejs npm")
    needed(NODE / "node_modules" / "oidc-provider", "(cd tests/accounts/node && npm ci)")
    running = Independent(site)
    settings.OIDC = OidcConfig(
        issuer=running.issuer,
        client_id="reading-room",
        client_secret="a-secret-of-the-tests-of-no-use-anywhere",
        label="Hospital account",
        scopes=("openid", "profile", "email"),
        groups_claim="groups",
        grants=(
            Grant("ward-7", "nordhavn", frozenset({"clinician"})),
            Grant("research", "riverside", frozenset({"exporter"})),
        ),
    )
    yield running
    running.stop()


def visitor(visit, independent) -> Page:
    """Whose browser reaches nothing but this machine, whatever the provider's pages ask for."""
    page: Page = visit(*independent.noises)
    page.context.route("https://**", lambda route: route.abort())
    return page


def at_the_provider(page: Page, login: str) -> None:
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill("any")
    page.get_by_role("button", name="Sign-in").click()


def by_provider(page: Page, site: str, login: str) -> None:
    """The way of a person: the button, the provider's own pages, and back."""
    page.goto(f"{site}/accounts/settings/")
    page.get_by_role("link", name="Sign in with Hospital account").click()
    if page.locator("input[name=login]").count():
        at_the_provider(page, login)
    if page.get_by_role("button", name="Continue").count():
        page.get_by_role("button", name="Continue").click()


def given(username: str) -> set[tuple[str, bool, bool]]:
    user = User.objects.get(username=username)
    return {(found.tenant, found.clinician, found.exporter) for found in Membership.objects.filter(user=user)}


def test_a_person_signs_in_by_an_independent_provider_and_groups_follow(visit, site, independent):
    page = visitor(visit, independent)
    independent.know("k-1", preferred_username="mette.holm", given_name="Mette", family_name="Holm", groups=["ward-7"])
    by_provider(page, site, "k-1")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    assert given("mette.holm") == {("nordhavn", True, False)}
    independent.know(
        "k-1", preferred_username="mette.holm", given_name="Mette", family_name="Holm", groups=["research"]
    )
    page.context.clear_cookies(domain="localhost")
    by_provider(page, site, "k-1")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    assert given("mette.holm") == {("riverside", False, True)}
    independent.know("k-1", preferred_username="mette.holm", groups=[])
    page.context.clear_cookies(domain="localhost")
    page.goto(f"{site}/accounts/sign-in/provider/")
    expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    assert given("mette.holm") == set()


def test_a_sign_out_ends_the_session_at_the_independent_provider_too(visit, site, independent):
    page = visitor(visit, independent)
    independent.know("k-2", preferred_username="ida", groups=["ward-7"])
    by_provider(page, site, "k-2")
    sign_out(page)
    page.get_by_role("button", name="Yes, sign me out").click()
    page.wait_for_url(f"{site}/accounts/signed-out/*")
    page.goto(f"{site}/accounts/sign-in/provider/")
    expect(page.locator("input[name=login]")).to_be_visible()


def test_the_independent_provider_asks_again_who_is_there_once_its_sign_in_is_too_old(
    visit, site, independent, settings
):
    page = visitor(visit, independent)
    independent.know("k-3", preferred_username="ane", groups=["ward-7"])
    by_provider(page, site, "k-3")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.context.clear_cookies(domain="localhost")
    by_provider(page, site, "k-3")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    # Any sign-in of before is too old now, as after an idle session; the token says when the new one was.
    settings.OIDC = replace(settings.OIDC, max_age=0)
    page.context.clear_cookies(domain="localhost")
    page.goto(f"{site}/accounts/sign-in/provider/?next=/accounts/settings/")
    at_the_provider(page, "k-3")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_the_independent_provider_heeds_the_demand_for_a_new_sign_in(visit, site, independent, monkeypatch):
    page = visitor(visit, independent)
    independent.know("k-4", preferred_username="bo", groups=["ward-7"])
    by_provider(page, site, "k-4")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.context.clear_cookies(domain="localhost")
    found = iter([tokens.SignInTooOld("of an hour ago")])

    def too_old_at_first(*args: object) -> None:
        if (error := next(found, None)) is not None:
            raise error

    monkeypatch.setattr(tokens, "_strong_enough", too_old_at_first)
    # Signed in there, and asked all the same; then back to the page that was wanted.
    page.goto(f"{site}/accounts/sign-in/provider/?next=/accounts/settings/")
    at_the_provider(page, "k-4")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
