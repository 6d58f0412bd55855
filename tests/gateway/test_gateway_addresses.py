"""Where a configured name may lead (SR-37): refused before a socket is opened."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from corti_gateway import errors
from corti_gateway.addresses import may_be_at
from corti_gateway.gateway import CortiGateway
from corti_gateway.queries import InteractionQuery

NOWHERE = [
    "127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "169.254.169.254", "::ffff:169.254.169.254", "fe80::1",
    "fe80::1%eth0", "0.0.0.0", "::", "224.0.0.1", "ff02::1", "240.0.0.1", "255.255.255.255",
]  # fmt: skip


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that somebody tried to connect to."""
    tried: list[Any] = []

    def connect(self: Any, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("corti_gateway.sockets.DeadlineSocket.connect", connect)
    return tried


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [
        (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses
    ]
    monkeypatch.setattr("corti_gateway.sockets.socket.getaddrinfo", lambda *_: found)


@pytest.mark.parametrize("address", NOWHERE)
def test_a_name_that_leads_nowhere_good_opens_no_socket(
    open_gateway: Callable[..., CortiGateway], monkeypatch: pytest.MonkeyPatch, opened: list[Any], address: str
) -> None:
    resolving(monkeypatch, address)
    gateway = open_gateway("https://api.example/")
    with pytest.raises(errors.Unreachable):
        gateway.list_interactions(InteractionQuery())
    assert opened == []


@pytest.mark.parametrize("address", ["203.0.113.7", "10.0.0.5", "192.168.7.7", "2001:db8::7"])
def test_of_several_addresses_only_the_good_ones_are_tried(
    open_gateway: Callable[..., CortiGateway], monkeypatch: pytest.MonkeyPatch, opened: list[Any], address: str
) -> None:
    resolving(monkeypatch, "127.0.0.1", address, "169.254.169.254")
    with pytest.raises(errors.Unreachable):
        open_gateway("https://api.example/").list_interactions(InteractionQuery())
    assert {one[0] for one in opened} == {address}


@pytest.mark.parametrize(
    ("host", "address", "may"),
    [
        ("localhost", "127.0.0.1", True),
        ("localhost", "::1", True),
        ("localhost", "10.0.0.5", False),
        ("localhost", "169.254.169.254", False),
        ("api.example", "127.0.0.1", False),
        ("api.example", "203.0.113.7", True),
    ],
)
def test_only_localhost_is_this_machine(host: str, address: str, may: bool) -> None:
    assert may_be_at(host, address) is may
