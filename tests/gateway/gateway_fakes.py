"""What the gateway's tests share: a source without HTTP, rows, and servers that answer oddly byte by byte."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from corti_gateway.config import TenantConfig
from corti_gateway.memory import Memory
from corti_gateway.models import InteractionPage
from corti_gateway.parsing import parse_interactions
from corti_gateway.sizes import PageSizes

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
SECRET = "s3cret-canary-GATEWAY"
TOKEN = "t0ken-canary-GATEWAY"


def a_config(base: str = "http://127.0.0.1:9/", **changes: Any) -> TenantConfig:
    values: dict[str, Any] = {
        "slug": "testville",
        "label": "Testville",
        "tenant_name": "base",
        "client_id": "client",
        "client_secret": SECRET,
        "api_url": f"{base}v2/",
        "auth_url": f"{base}realms/",
    }
    return TenantConfig(**{**values, **changes})


def a_row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """One wire row; the higher the number, the newer."""
    moment = (NOON + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
    row: dict[str, Any] = {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "assignedUserId": "0d9d5c3a-51a4-4f1f-8b7a-1c2d3e4f5a6b",
        "encounter": {
            "identifier": f"ENC-{number}",
            "status": "completed",
            "type": "consultation",
            "period": {"startedAt": moment, "endedAt": moment},
            "title": "Knee pain",
        },
        "patient": {
            "identifier": f"PT-{number % 7}",
            "name": "Testa Example",
            "gender": "female",
            "birthDate": "1980-02-29T00:00:00Z",
            "pronouns": None,
        },
        "endedAt": None,
        "createdAt": moment,
        "updatedAt": moment,
        "lastUpdated": moment,
        "websocketUrl": "wss://example.invalid/streams?token=Bearer%20canary",
    }
    return {**row, **changes}


def with_status(row: dict[str, Any], status: str) -> dict[str, Any]:
    return {**row, "encounter": {**row["encounter"], "status": str(status)}}


class FakeSource:
    """A list in memory that pages as the API does; ``cap`` and ``offsets`` as in the sandbox's fault page_cap."""

    def __init__(
        self,
        rows: list[Any],
        *,
        cap: int | None = None,
        offsets: str = "asked",
        honours: bool = True,
        page_size_max: int = 100,
    ) -> None:
        self.rows = rows
        self.cap, self.offsets, self.honours = cap, offsets, honours
        self.config = a_config(page_size_max=page_size_max)
        self.sizes = PageSizes()
        self.memory = Memory()
        self.calls = 0
        self._lock = threading.Lock()

    def matching(self, query: Any) -> list[Any]:
        rows = self.rows
        statuses = query.statuses if self.honours else query.statuses[:1]
        if statuses:
            rows = [row for row in rows if row["encounter"]["status"] in statuses]
        if query.patient:
            rows = [row for row in rows if row["patient"]["identifier"] == query.patient]
        field = {"createdAt": "createdAt", "id": "id"}.get(query.sort.value, "createdAt")
        return sorted(rows, key=lambda row: (row[field], row["id"]), reverse=query.direction.value == "desc")

    def list_interactions(self, query: Any, *, deadline: Any = None) -> InteractionPage:
        with self._lock:
            self.calls += 1
        rows = self.matching(query)
        size = min(query.page_size, self.cap or query.page_size)
        start = (query.page - 1) * (size if self.offsets == "served" else query.page_size)
        interactions, gaps = parse_interactions(rows[start : start + size])
        return InteractionPage(interactions, len(gaps), NOON, gaps)


class NumberSource(FakeSource):
    """A list of so many rows of which nobody looks at the content: for counting."""

    def __init__(self, total: int, **options: Any) -> None:
        super().__init__([], **options)
        self.total = total

    def list_interactions(self, query: Any, *, deadline: Any = None) -> InteractionPage:
        with self._lock:
            self.calls += 1
        size = min(query.page_size, self.cap or query.page_size)
        start = (query.page - 1) * (size if self.offsets == "served" else query.page_size)
        served = max(0, min(size, self.total - start))
        return InteractionPage((), served, NOON, tuple(range(served)))


def http(body: bytes, status: str = "200 OK", kind: str = "application/json", *headers: str) -> bytes:
    kinds = [f"Content-Type: {kind}"] if kind else []
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *kinds, *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def a_token(**changes: Any) -> bytes:
    return http(json.dumps({"access_token": TOKEN, "expires_in": 300, **changes}).encode())


def rows_answer(*rows: Any) -> bytes:
    return http(json.dumps({"interactions": list(rows)}).encode())


Answering = Callable[[socket.socket, str], bytes | None]


class RawServer:
    """Answers whole requests with whatever bytes it is told, so that answers can be wrong in every way.

    ``answer(connection, request_line)`` gives the bytes to send, or None after it has dealt with the socket itself.
    Token requests get a good token unless ``token`` says otherwise.
    """

    def __init__(self, answer: Answering, token: Callable[[], bytes] | None = None) -> None:
        self.answer, self.token = answer, token or a_token
        self.requests: list[str] = []
        self.token_calls = 0
        self.bodies: list[bytes] = []
        self.open: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def api_calls(self) -> int:
        return len(self.requests)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        waiting = b""
        try:
            while True:
                while b"\r\n\r\n" not in waiting:
                    part = connection.recv(65536)
                    if not part:
                        return
                    waiting += part
                head, _, waiting = waiting.partition(b"\r\n\r\n")
                text = head.decode("latin-1")
                line = text.partition("\r\n")[0]
                if line.startswith("POST"):
                    length = int(text.lower().partition("content-length:")[2].split()[0])
                    while len(waiting) < length:
                        waiting += connection.recv(65536)
                    self.bodies.append(waiting[:length])
                    waiting = waiting[length:]
                    self.token_calls += 1
                    connection.sendall(self.token())
                    continue
                self.requests.append(text)
                answer = self.answer(connection, line)
                if answer is None:
                    return
                connection.sendall(answer)
        except OSError:
            return
        finally:
            connection.close()

    def close(self) -> None:
        self.listener.close()
        for connection in self.open:
            connection.close()


@contextmanager
def serving(answer: Answering | bytes, token: Callable[[], bytes] | None = None) -> Iterator[RawServer]:
    server = RawServer((lambda _, __: answer) if isinstance(answer, bytes) else answer, token)
    try:
        yield server
    finally:
        server.close()


def drip(connection: socket.socket, text: bytes, pause: float, seconds: float = 5.0) -> None:
    """Send byte by byte until it is all sent, the time is over, or nobody listens."""
    end = time.monotonic() + seconds
    for number in range(len(text)):
        if time.monotonic() > end:
            return
        connection.sendall(text[number : number + 1])
        time.sleep(pause)
