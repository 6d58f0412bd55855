import datetime
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from corti_gateway.sandbox import HostedTenant, Sandbox, SandboxTenant

NOW = datetime.datetime(2026, 11, 20, 13, 0, tzinfo=datetime.UTC)


class Caller:
    """An independent client: plain requests with a token and a tenant name."""

    def __init__(self, sandbox: Sandbox, slug: str) -> None:
        self.sandbox = sandbox
        self.tenant: HostedTenant = sandbox.tenant(slug)
        self.config = self.tenant.config
        self.session = requests.Session()
        self.session.trust_env = False
        self.token = ""

    @property
    def token_url(self) -> str:
        return f"{self.sandbox.auth_url}{self.config.tenant_name}/protocol/openid-connect/token"

    def ask_token(self, **fields: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.config.client_id,
            "client_secret": self.config.client_secret,
            "scope": "openid",
        }
        return self.session.post(self.token_url, data={**form, **fields}, timeout=5)

    def sign_in(self) -> "Caller":
        self.token = self.ask_token().json()["access_token"]
        return self

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Tenant-Name": self.config.tenant_name}
        headers.update(options.pop("headers", {}))
        options.setdefault("timeout", 5)
        return self.session.request(
            method, self.sandbox.api_url + path, headers=headers, allow_redirects=False, **options
        )

    def ask(self, **query: Any) -> requests.Response:
        return self.call("GET", "interactions/", params=query)

    def rows(self, **query: Any) -> list[dict[str, Any]]:
        response = self.ask(**query)
        assert response.status_code == 200, response.text
        rows: list[dict[str, Any]] = response.json()["interactions"]
        return rows


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    tenants = [
        SandboxTenant("north", size=300, seed=7),
        SandboxTenant("south", size=60, seed=8),
        SandboxTenant("first", tenant_name="base", size=30, seed=9),
        SandboxTenant("second", tenant_name="base", size=40, seed=10),
    ]
    with Sandbox(tenants, now=NOW) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox of this module without faults and counts of an earlier test."""
    yield shared_sandbox
    shared_sandbox.faults.clear()
    shared_sandbox.stats.reset()
    for tenant in shared_sandbox.api.tenants.values():
        tenant.faults.clear()
        tenant.stats.reset()


@pytest.fixture
def north(sandbox: Sandbox) -> Iterator[Caller]:
    caller = Caller(sandbox, "north").sign_in()
    caller.tenant.stats.reset()
    yield caller
    caller.session.close()


@pytest.fixture
def callers(sandbox: Sandbox) -> Iterator[dict[str, Caller]]:
    made = {slug: Caller(sandbox, slug).sign_in() for slug in sandbox.api.tenants}
    yield made
    for caller in made.values():
        caller.session.close()


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
