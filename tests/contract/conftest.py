import datetime
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from corti_gateway.gateway import CortiGateway
from corti_gateway.sandbox import Sandbox, SandboxTenant
from tests.contract.prism import Prism, what_is_missing
from tests.tenants import config_of

NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
CLINIC = SandboxTenant("clinic", size=1200, seed=7)
# Faults are only ever switched on for this one.
FAULTY = SandboxTenant("faulty", size=30, seed=8)


@pytest.fixture(scope="session")
def node_tools() -> None:
    reason = what_is_missing()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Strict: every row is one that the published document allows."""
    with Sandbox([CLINIC, FAULTY], odd=False, now=NOON) as running:
        yield running


@pytest.fixture(scope="session")
def prism(node_tools: None, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prism]:
    with Prism(sandbox.api_url, tmp_path_factory.mktemp("prism") / "log") as running:
        yield running


@pytest.fixture
def gateway_at(sandbox: Sandbox) -> Iterator[Callable[..., CortiGateway]]:
    """Makes real gateways to an API address, and closes them."""
    made: list[CortiGateway] = []

    def make(api_url: str, tenant: SandboxTenant = CLINIC, host: Sandbox = sandbox) -> CortiGateway:
        made.append(CortiGateway(config_of(tenant, host, api_url=api_url)))
        return made[-1]

    yield make
    for gateway in made:
        gateway.close()


@pytest.fixture
def judged(gateway_at: Callable[..., CortiGateway], prism: Prism) -> CortiGateway:
    """The gateway of the clinic with Prism between it and the sandbox."""
    return gateway_at(prism.url)


@pytest.fixture
def direct(gateway_at: Callable[..., CortiGateway], sandbox: Sandbox) -> CortiGateway:
    """The gateway of the clinic with nobody in between."""
    return gateway_at(sandbox.api_url)


@pytest.fixture
def violations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Prism remarks on, warnings too, in the answers that the gateway gets during the test."""
    remarks: list[str] = []
    send = HTTPAdapter.send

    def noting(self: HTTPAdapter, request: PreparedRequest, **options: Any) -> Response:
        response = send(self, request, **options)
        if remark := response.headers.get("sl-violations"):
            remarks.append(remark)
        return response

    monkeypatch.setattr(HTTPAdapter, "send", noting)
    return remarks
