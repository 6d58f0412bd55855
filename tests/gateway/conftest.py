import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gateway_fakes import SECRET, TOKEN, a_config

from corti_gateway import parallel
from corti_gateway.gateway import CortiGateway
from corti_gateway.sandbox import HostedTenant, Sandbox, SandboxTenant

SIZE = 700


def settle() -> None:
    """Wait for calls whose view has ended by an error: a connection that one opens now would be left unclosed."""
    for tenant in list(parallel._pools):
        parallel.finish(tenant)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of this test's own: calls that an earlier test left behind must not be counted here."""
    with Sandbox([SandboxTenant("nordhavn", size=SIZE, seed=1)], odd=False) as running:
        yield running
        settle()


@pytest.fixture
def tenant(sandbox: Sandbox) -> HostedTenant:
    return sandbox.tenant("nordhavn")


@pytest.fixture
def open_gateway() -> Iterator[Callable[..., CortiGateway]]:
    """Opens gateways on a base URL, or on a tenant of the sandbox."""
    opened: list[CortiGateway] = []

    def opening(where: str | Sandbox, slug: str = "nordhavn", **changes: Any) -> CortiGateway:
        if isinstance(where, Sandbox):
            hosted = where.tenant(slug).config
            config = a_config(
                where.url,
                slug=slug,
                tenant_name=hosted.tenant_name,
                client_id=hosted.client_id,
                client_secret=hosted.client_secret,
                **changes,
            )
        else:
            config = a_config(where, **changes)
        opened.append(CortiGateway(config))
        return opened[-1]

    yield opening
    settle()
    for gateway in opened:
        gateway.close()


@pytest.fixture
def gateway(open_gateway: Callable[..., CortiGateway], sandbox: Sandbox) -> CortiGateway:
    return open_gateway(sandbox)


@pytest.fixture(autouse=True)
def _no_canary_in_any_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No test of the gateway leaves a secret, a token or a patient's identifier in any log, at any level."""
    for name in ("", "urllib3", "urllib3.connectionpool", "requests", "corti_gateway"):
        caplog.set_level(logging.DEBUG, logger=name)
    yield
    everything = "\n".join(
        f"{record.getMessage()} {record.__dict__.get('extra', '')} {record.exc_text or ''}"
        for record in (*caplog.get_records("setup"), *caplog.get_records("call"))
        if not record.name.startswith("corti_gateway.sandbox")
    )
    for canary in (SECRET, TOKEN, "PATIENT-CANARY", "nordhavn-secret"):
        assert canary not in everything
