"""Sockets that know the deadline of the call that reads from them.

A read time-out bounds one silence, not a call: a server that sends a byte now and then holds a thread for minutes
(measured: 11.7 s with a time-out of 1 s). Here each read of the socket gets the time that its thread's call has left,
whether it reads headers or body, plain or TLS, and nothing above the socket needs to know.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from corti_gateway.addresses import may_be_at
from corti_gateway.deadline import Deadline


class _Call(threading.local):
    """What the present call of this thread may still cost."""

    deadline: Deadline | None = None
    silence: float = 0.0


_call = _Call()


@contextmanager
def limited(deadline: Deadline, silence: float) -> Iterator[None]:
    """Everything that this thread reads within ends by the deadline, and no silence is longer than ``silence`` s."""
    before = _call.deadline, _call.silence
    _call.deadline, _call.silence = deadline, silence
    try:
        yield
    finally:
        _call.deadline, _call.silence = before


def _patience() -> float | None:
    """Seconds that the next step on a socket may take; :class:`TimeoutError` if none are left."""
    deadline = _call.deadline
    if deadline is None:
        return None
    left = deadline.at - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline of the call has passed")
    return min(left, _call.silence)


class DeadlineSocket(socket.socket):
    """A plain socket whose reads end by the deadline."""

    def recv_into(self, *args: Any) -> int:
        self.settimeout(_patience())
        return super().recv_into(*args)


class DeadlineTLSSocket(ssl.SSLSocket):
    """A TLS socket whose reads end by the deadline."""

    def recv_into(self, *args: Any) -> int:
        self.settimeout(_patience())
        return super().recv_into(*args)


def tls_context() -> ssl.SSLContext:
    """TLS 1.2 or newer with certificate and host name checked, on sockets that know the deadline."""
    context = create_urllib3_context(ssl_minimum_version=ssl.TLSVersion.TLSv1_2)
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = True
    context.sslsocket_class = DeadlineTLSSocket
    return context


def _addresses(host: str, port: int) -> list[Any]:
    """Where the host is. Asked on a thread of its own, because the system's resolver cannot be given a time limit."""
    if host.replace(".", "").isdigit() or ":" in host:
        return socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)
    found: list[Any] = []
    failed: list[OSError] = []

    def ask() -> None:
        try:
            found.extend(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error if isinstance(error, OSError) else socket.gaierror("no host name"))

    asking = threading.Thread(target=ask, name="corti-dns", daemon=True)
    asking.start()
    asking.join(_patience())
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError("no address came in time")
    allowed = [one for one in found if may_be_at(host, one[4][0])]
    if not allowed:
        # Somebody who answers for the name service would have us talk to this machine, or to a cloud's own.
        raise socket.gaierror("the name leads to an address that it may not have")
    return allowed


class _Connecting(HTTPConnection):
    """Opens the socket within the deadline, however many addresses the host has."""

    def _new_conn(self) -> socket.socket:
        patience = self.timeout if isinstance(self.timeout, int | float) else None
        try:
            addresses = _addresses(self._dns_host, self.port or 0)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no address came in time") from error
        problem: OSError = OSError("no address")
        for family, kind, protocol, _, address in addresses:
            door = DeadlineSocket(family, kind, protocol)
            try:
                left = _patience()
                door.settimeout(patience if left is None else min(left, patience or left))
                for option in self.socket_options or ():
                    door.setsockopt(*option)
                door.connect(address)
            except OSError as error:
                door.close()
                problem = error
            else:
                return door
        if isinstance(problem, TimeoutError):
            raise ConnectTimeoutError(self, "no connection came in time") from problem
        raise NewConnectionError(self, "no connection") from problem


class _TLSConnecting(_Connecting, HTTPSConnection):
    """The same for TLS."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Connecting


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnecting


class DeadlineAdapter(HTTPAdapter):
    """requests' adapter over connections that know the deadline; at most ``size`` of them are kept open."""

    def __init__(self, size: int) -> None:
        self._tls = tls_context()
        super().__init__(pool_connections=4, pool_maxsize=size, max_retries=0, pool_block=False)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        self.poolmanager = PoolManager(
            num_pools=connections, maxsize=maxsize, block=block, ssl_context=self._tls, **options
        )
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TLSPool}
