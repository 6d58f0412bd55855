"""One HTTP/1.1 connection: parses requests, sends answers, and breaks the rules where a fault asks for it."""

import asyncio
import logging
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, cast

import httptools

from corti_gateway.sandbox.messages import Reply, Request, problem

_log = logging.getLogger(__name__)

Answer = Callable[[Request], Reply]

BODY_LIMIT = 1 << 20
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class Connection(asyncio.Protocol):
    """Answers the requests of one client one after the other, also pipelined ones."""

    def __init__(self, answer: Answer, connections: set["Connection"]) -> None:
        self._answer = answer
        self._connections = connections
        self._waiting: deque[Request] = deque()
        self._busy = False
        self._closing = False
        self._timer: asyncio.TimerHandle | None = None
        self._full = False
        self._rest: tuple[Iterator[bytes], Request] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpRequestParser(self)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._closing = True
        self._connections.discard(self)
        if self._timer:
            self._timer.cancel()

    def close(self) -> None:
        self._closing = True
        self._transport.abort()

    # httptools calls these while it parses.

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._transport.close()
        except httptools.HttpParserCallbackError:
            _log.exception("the sandbox failed to answer")
            self._refuse(problem(500, "the sandbox itself failed; see its log"))
        except httptools.HttpParserError:
            self._refuse(problem(400, "malformed HTTP request"))

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._size = 0

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._headers.get("expect", "").lower() == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        # The rest is read and dropped: closing with unread bytes would reset the connection and lose the answer.
        if self._size <= BODY_LIMIT:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if self._closing:
            return
        if self._size > BODY_LIMIT:
            self._refuse(problem(413, f"a body may have {BODY_LIMIT} bytes"))
            return
        url = self._url.decode("latin-1")
        if not url.startswith("/"):
            # A proxy's absolute form: the path begins after the host.
            url = "/" + url.partition("://")[2].partition("/")[2]
        path, _, query = url.partition("#")[0].partition("?")
        method = self._parser.get_method().decode()
        body, alive = b"".join(self._body), self._parser.should_keep_alive()
        self._waiting.append(Request(method, path, query, self._headers, body, alive))
        if not self._busy:
            self._busy = True
            self._next()

    def _refuse(self, reply: Reply) -> None:
        self._send(reply, Request("GET", "", "", {}, keep_alive=False))

    def _next(self) -> None:
        if self._closing:
            return
        request = self._waiting.popleft()
        reply = self._answer(request)
        if reply.delay > 0:
            self._later(reply.delay, lambda: self._send(reply, request))
        else:
            self._send(reply, request)

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, action)

    def _send(self, reply: Reply, request: Request) -> None:
        body = b"" if request.method == "HEAD" else reply.body
        if reply.stream is not None:
            self._transport.write(head(reply, request.keep_alive, reply.length))
            self._pour(iter(reply.stream if request.method != "HEAD" else ()), request)
            return
        if reply.wire:
            self._send_faulty(reply, request, body, reply.wire)
            return
        self._transport.write(head(reply, request.keep_alive, len(reply.body)) + body)
        self._done(request)

    def _pour(self, chunks: Iterator[bytes], request: Request) -> None:
        """Write a long body a piece at a time, no faster than the client takes it, and between other connections."""
        if self._transport.is_closing():
            return
        chunk = next(chunks, None)
        if chunk is None:
            self._done(request)
            return
        self._transport.write(chunk)
        self._rest = chunks, request
        if not self._full:
            asyncio.get_running_loop().call_soon(self._pour_on)

    def _pour_on(self) -> None:
        if self._rest and not self._full:
            rest, self._rest = self._rest, None
            self._pour(*rest)

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._pour_on()

    def _done(self, request: Request) -> None:
        if not request.keep_alive:
            self._finish()
        elif self._waiting:
            # Not a plain call: thousands of pipelined requests would nest too deep.
            asyncio.get_running_loop().call_soon(self._next)
        else:
            self._busy = False

    def _finish(self) -> None:
        self._closing = True
        self._transport.close()

    def _send_faulty(self, reply: Reply, request: Request, body: bytes, wire: dict[str, Any]) -> None:
        name = wire["name"]
        if name == "drop":
            self._finish()
        elif name == "hang":
            self._later(wire["seconds"], self._finish)
        elif name == "reset":
            self._transport.write((head(reply, True, len(body)) + body)[: wire["bytes"]])
            # A moment, so that the bytes leave before the reset overtakes them.
            self._later(0.02, self._reset)
        elif name == "short":
            length = len(body) if wire["length"] else None
            self._transport.write(head(reply, False, length) + body[: wire["bytes"] or len(body) // 2])
            self._finish()
        elif wire["part"] == "headers":
            self._drip(head(reply, request.keep_alive, len(body)) + body, request, wire)
        else:
            self._transport.write(head(reply, request.keep_alive, len(body)))
            self._drip(body, request, wire)

    def _drip(self, rest: bytes, request: Request, wire: dict[str, Any]) -> None:
        if not rest:
            self._done(request)
            return
        self._transport.write(rest[: wire["bytes"]])
        self._later(wire["ms"] / 1000, lambda: self._drip(rest[wire["bytes"] :], request, wire))

    def _reset(self) -> None:
        raw: socket.socket | None = self._transport.get_extra_info("socket")
        if raw is not None:
            # Closing a socket that lingers for zero seconds sends RST instead of FIN.
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()


_date = (0, "")


def _date_now() -> str:
    global _date
    second = int(time.time())
    if _date[0] != second:
        _date = (second, formatdate(second, usegmt=True))
    return _date[1]


def head(reply: Reply, keep_alive: bool, length: int | None) -> bytes:
    """Status line and headers; without a length the end of the connection ends the body."""
    lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Unknown')}"]
    names = {name.lower() for name, _ in reply.headers}
    if "date" not in names:
        lines.append(f"Date: {_date_now()}")
    if reply.content_type:
        lines.append(f"Content-Type: {reply.content_type}")
    if length is not None and reply.status not in (204, 304):
        lines.append(f"Content-Length: {length}")
    lines.append(f"X-Request-Id: {reply.request_id}")
    lines += [f"{name}: {value}" for name, value in reply.headers]
    if not keep_alive:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1", "replace")
