"""The sandbox as a running server: in a thread of this process, or alone in its own."""

import asyncio
import datetime
import gc
import ssl
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from corti_gateway.sandbox.api import Api
from corti_gateway.sandbox.clock import Clock
from corti_gateway.sandbox.connection import Connection
from corti_gateway.sandbox.faults import Faults
from corti_gateway.sandbox.live import Live
from corti_gateway.sandbox.tenants import DEMO_TENANTS, HostedTenant, SandboxTenant, Stats

_LAST_TURNS = 8
_LIVE_STEP = 0.25


class Sandbox:
    """A stand-in of the Corti API on a local port; a context manager that runs in a thread of its own.

    With ``now`` the clock stands there until :meth:`advance`, and the data are the same to the byte at every start.
    With ``odd`` off, every row obeys the published schema; with it on, a few do not, as on the real service.
    """

    def __init__(
        self,
        tenants: Iterable[SandboxTenant] = DEMO_TENANTS,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        now: datetime.datetime | None = None,
        odd: bool = True,
        latency_ms: float = 0,
        live: bool = False,
        events_per_minute: float = 12,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._host = host
        self.port = port
        self._ssl = ssl_context
        self._ticks = live and now is None
        self.clock = Clock(now)
        hosted = [HostedTenant(tenant, self.clock, odd) for tenant in tenants]
        self.api = Api(hosted, self.clock, latency_ms)
        self._lives = [Live(tenant, self.clock, events_per_minute) for tenant in hosted] if live else []
        self._connections: set[Connection] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None

    @property
    def url(self) -> str:
        return f"http{'s' if self._ssl else ''}://{self._host}:{self.port}/"

    @property
    def api_url(self) -> str:
        return f"{self.url}v2/"

    @property
    def auth_url(self) -> str:
        return f"{self.url}realms/"

    @property
    def faults(self) -> Faults:
        """Faults for every tenant, and for calls that belong to none."""
        return self.api.faults

    @property
    def stats(self) -> Stats:
        """Calls that belong to no tenant."""
        return self.api.stats

    def tenant(self, slug: str) -> HostedTenant:
        return self.api.tenants[slug]

    def revoke_tokens(self, slug: str) -> int:
        return self.api.tokens.revoke(self.tenant(slug))

    def advance(self, seconds: float) -> None:
        """Move the clock and let happen what live mode has due."""
        self.clock.advance(seconds)
        self.step()

    def step(self) -> None:
        for live in self._lives:
            live.step()

    def drop_connections(self) -> None:
        """Close every open connection, so that pooled ones turn out dead."""
        if self._loop:
            for connection in list(self._connections):
                self._loop.call_soon_threadsafe(connection.close)

    def start(self) -> Self:
        self._ready.clear()
        self._thread = threading.Thread(target=self._run, name="corti-sandbox", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure:
            self._thread.join()
            raise self._failure
        return self

    def stop(self) -> None:
        """Close the port and every connection; start opens the same port again."""
        if self._loop and self._stopping and self._thread:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def run(self) -> None:
        """Serve in this thread until interrupted."""
        for tenant in self.api.tenants.values():
            tenant.store.warm()
        # Millions of long-lived objects: without this each full collection would stop the answers for a second.
        gc.collect()
        gc.freeze()
        self._run()
        if self._failure:
            raise self._failure

    def _run(self) -> None:
        self._failure = None
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(
            lambda: Connection(self.api.answer, self._connections),
            self._host,
            self.port,
            ssl=self._ssl,
            backlog=512,
        )
        self.port = server.sockets[0].getsockname()[1]
        ticking = asyncio.create_task(self._tick()) if self._ticks else None
        self._ready.set()
        try:
            await self._stopping.wait()
        finally:
            if ticking:
                ticking.cancel()
            # Nothing new is accepted from here. What was accepted in this very turn of the loop comes to us some turns
            # later, but only while the server is not closed; a connection's socket is closed a turn after it is told.
            for door in server.sockets:
                self._loop.remove_reader(door.fileno())
            for _ in range(_LAST_TURNS):
                for connection in list(self._connections):
                    connection.close()
                await asyncio.sleep(0)
            server.close()
            await server.wait_closed()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_LIVE_STEP)
            self.step()


def serve(
    tenants: Iterable[SandboxTenant] = DEMO_TENANTS,
    *,
    host: str = "127.0.0.1",
    port: int = 9100,
    live: bool = False,
    latency_ms: float = 0,
    odd: bool = True,
    now: datetime.datetime | None = None,
    events_per_minute: float = 12,
) -> None:
    """Run a sandbox in this thread until interrupted."""
    was_collecting = gc.isenabled()
    gc.disable()
    try:
        sandbox = Sandbox(
            tenants,
            host=host,
            port=port,
            live=live,
            latency_ms=latency_ms,
            odd=odd,
            now=now,
            events_per_minute=events_per_minute,
        )
    finally:
        if was_collecting:
            gc.enable()
    sandbox.run()
