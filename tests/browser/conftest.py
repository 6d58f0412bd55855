import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache, caches
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from corti_gateway.config import TenantConfig
from corti_gateway.sandbox import HostedTenant, Sandbox
from dashboard.accounts.models import User
from dashboard.tenants.models import Membership
from dashboard.tenants.registry import registry
from tests.browser import tenants
from tests.browser.opened import furnish
from tests.browser.pages import Visitor
from tests.browser.watching import Watch

HERE = Path(__file__).parent
# The same browser without its windows takes half the time, where it is installed.
CHROMIUMS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
CHROMIUM = Path(os.environ.get("CHROMIUM") or next(filter(Path.exists, CHROMIUMS), CHROMIUMS[-1]))
AXE = HERE / "node" / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "a long enough password"
# Playwright's own loop runs in the thread of the tests; the ORM must not mind.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

Visit = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


def needed(path: Path, how: str) -> None:
    """Skip without this file, with the way to get it; on CI a missing tool is a failure."""
    if not path.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{path} is missing: {how}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process."""
    needed(CHROMIUM, "apt-get install chromium, or name another in CHROMIUM")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            chromium_sandbox=False,
            args=[
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield running
        running.close()


@pytest.fixture(scope="session")
def axe_source() -> str:
    needed(AXE, "(cd tests/browser/node && npm ci)")
    return AXE.read_text()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A database file: threads that share one connection in memory could meet in each other's transactions."""
    folder = tmp_path_factory.mktemp("database")
    for alias, settings in connections.databases.items():
        settings["TEST"]["NAME"] = str(folder / f"{alias}.sqlite3")


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox(tenants.TENANTS, now=tenants.NOW) as running:
        tenants.fill(running)
        yield running


@pytest.fixture(scope="session")
def tenant_configs(running_sandbox: Sandbox) -> tuple[TenantConfig, ...]:
    return tenants.configs(running_sandbox)


@pytest.fixture
def sandbox(running_sandbox: Sandbox, tenant_configs: tuple[TenantConfig, ...], settings: Any) -> Iterator[Sandbox]:
    """The sandbox without a fault, and the dashboard's tenants in it, already probed: a fault meets only the test."""
    settings.TENANTS = tenant_configs
    # Rows are counted with the deleted ones, whose hiding has tests of its own.
    settings.DELETED_FOR_EVERYBODY = True
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    for tenant in registry().values():
        tenant.gateway.prove(wait=True)
        tenant.gateway.transport.budget.left = tenant.gateway.transport.budget.burst
    yield running_sandbox
    running_sandbox.faults.clear()
    for hosted in running_sandbox.api.tenants.values():
        hosted.faults.clear()
    cache.clear()
    caches["totals"].clear()


@pytest.fixture
def site(live_server: LiveServer, sandbox: Sandbox) -> str:
    """The dashboard's address. Accounts: karen (one tenant), ada (all), newcomer (none)."""
    account("karen", "Karen", "Holm", ["nordhavn"])
    account("ada", "Ada", "Weiss", [tenant.slug for tenant in tenants.TENANTS])
    account("newcomer", "", "", [])
    return live_server.url


def account(username: str, first_name: str, last_name: str, slugs: list[str]) -> User:
    user = User.objects.create_user(username, f"{username}@example.org", PASSWORD)
    user.first_name, user.last_name = first_name, last_name
    user.save()
    Membership.objects.bulk_create(Membership(user=user, tenant=slug) for slug in slugs)
    return user


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """Opens a browser of its own for someone, signed in unless ``username`` is empty; watched until the test ends."""
    opened: list[tuple[Any, Watch]] = []

    def open_browser(username: str = "ada", **options: Any) -> Visitor:
        defaults = {"timezone_id": "Europe/Copenhagen", "locale": "en-GB", "reduced_motion": "reduce"}
        context = browser.new_context(**(defaults | {"viewport": {"width": 1440, "height": 900}} | options))
        context.set_default_timeout(10_000)
        watch = Watch(context, urlsplit(site).netloc)
        opened.append((context, watch))
        if username:
            client = Client()
            client.force_login(User.objects.get(username=username))
            name = django_settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
        return Visitor(context.new_page(), watch, site)

    yield open_browser
    for context, _ in opened:
        context.close()
    for _, watch in opened:
        watch.verify()


@pytest.fixture
def ada(visit: Visit) -> Visitor:
    """A member of every tenant."""
    return visit("ada")


@pytest.fixture
def karen(visit: Visit) -> Visitor:
    """A member of Nordhavn Clinic only."""
    return visit("karen")


@pytest.fixture
def clinic(sandbox: Sandbox) -> Iterator[HostedTenant]:
    """Thirty encounters, one page and a bit, each of which holds a bit of everything."""
    hosted = sandbox.tenant("opened")
    furnish(hosted)
    yield hosted
    hosted.faults.clear()
