"""Recordings as they arrive, over servers that keep ranges, ignore them, stall, or break off."""

import contextlib
import re
import resource
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from contents_fakes import INTERACTION, RECORDING
from gateway_fakes import RawServer, a_config, a_token, http, serving
from hypothesis import given, settings
from hypothesis import strategies as st

from corti_gateway import errors
from corti_gateway.calllog import Call
from corti_gateway.deadline import Deadline
from corti_gateway.gateway import CortiGateway
from corti_gateway.recordings import PIECE
from corti_gateway.sending import POOL_SIZE

Opening = Callable[..., CortiGateway]
SOUND = bytes(number % 251 for number in range(100_000))


def opened(gateway: CortiGateway, first: int = 0, last: int | None = None, seconds: float = 5.0) -> Any:
    return gateway.open_recording(INTERACTION, RECORDING, first, last, deadline=Deadline.after(seconds))


def heard(gateway: CortiGateway, first: int = 0, last: int | None = None) -> bytes:
    with opened(gateway, first, last) as stream:
        return b"".join(stream.chunks())


def failing(gateway: CortiGateway, first: int = 0, last: int | None = None) -> errors.GatewayError:
    """The error of opening a recording that never opens."""
    with pytest.raises(errors.GatewayError) as caught:
        opened(gateway, first, last)
    assert (caught.value.tenant, caught.value.operation) == ("testville", "open recording")
    return no_library_in(caught.value)


def breaking(stream: Any) -> tuple[bytes, errors.GatewayError]:
    """What came of a recording that breaks off, and its error."""
    came: list[bytes] = []
    with stream, pytest.raises(errors.GatewayError) as caught:
        came.extend(stream.chunks())
    assert (caught.value.tenant, caught.value.operation) == ("testville", "open recording, body")
    return b"".join(came), no_library_in(caught.value)


def no_library_in(error: errors.GatewayError) -> errors.GatewayError:
    assert (error.__cause__, error.__context__) == (None, None)
    return error


def a_part(first: int, last: int, total: object = len(SOUND), body: bytes | None = None, *headers: str) -> bytes:
    content = SOUND[first : last + 1] if body is None else body
    return http(content, "206 Partial Content", "audio/webm", f"Content-Range: bytes {first}-{last}/{total}", *headers)


@pytest.fixture
def ranging() -> Iterator[RawServer]:
    """A server that keeps ranges."""

    def answer(_: socket.socket, __: str) -> bytes:
        asked = re.search(r"Range: bytes=(\d+)-(\d*)", server.requests[-1])
        if asked is None:
            return http(SOUND, "200 OK", "Audio/WebM; codecs=opus")
        first, last = int(asked[1]), min(int(asked[2] or len(SOUND)), len(SOUND) - 1)
        if first > last:
            return http(b"", "416 Range Not Satisfiable", "", f"Content-Range: bytes */{len(SOUND)}")
        return a_part(first, last)

    with serving(answer) as server:
        yield server


def test_a_whole_recording_is_asked_without_a_range(ranging: RawServer, open_gateway: Opening) -> None:
    with opened(open_gateway(ranging.url)) as stream:
        assert (stream.first, stream.length, stream.total) == (0, len(SOUND), len(SOUND))
        assert stream.content_type == "audio/webm"
        assert b"".join(stream.chunks()) == SOUND
    request = ranging.requests[0]
    assert request.startswith(f"GET /v2/interactions/{INTERACTION}/recordings/{RECORDING} HTTP/1.1")
    assert "Accept-Encoding: identity" in request
    assert "Range:" not in request


@pytest.mark.parametrize(
    ("first", "last", "asked"),
    [(0, 0, "0-0"), (0, 99, "0-99"), (99_999, None, "99999-"), (500, 70_000, "500-70000"), (99_000, 10**9, "99000-1")],
)
def test_a_part_is_asked_for_and_told(
    first: int, last: int | None, asked: str, ranging: RawServer, open_gateway: Opening
) -> None:
    end = len(SOUND) if last is None else min(last + 1, len(SOUND))
    with opened(open_gateway(ranging.url), first, last) as stream:
        assert (stream.first, stream.length, stream.total) == (first, end - first, len(SOUND))
        assert b"".join(stream.chunks()) == SOUND[first:end]
    assert f"\r\nRange: bytes={asked}" in ranging.requests[0]


def test_bytes_that_a_recording_does_not_have_are_out_of_range(ranging: RawServer, open_gateway: Opening) -> None:
    error = failing(open_gateway(ranging.url), len(SOUND))
    assert isinstance(error, errors.OutOfRange)
    assert (error.status, error.total, error.retryable, ranging.api_calls) == (416, len(SOUND), False, 1)


@pytest.mark.parametrize("header", ["", "bytes */many", "bytes 0-1/2", "*/5"])
def test_out_of_range_may_not_tell_the_size(header: str, open_gateway: Opening) -> None:
    with serving(http(b"", "416 No", "", *([f"Content-Range: {header}"] if header else []))) as server:
        error = failing(open_gateway(server.url), 7)
    assert isinstance(error, errors.OutOfRange)
    assert error.total is None


@pytest.mark.parametrize(("first", "last"), [(-1, None), (5, 4), (0, -1)])
def test_bytes_that_nothing_has_cost_no_call(
    first: int, last: int | None, ranging: RawServer, open_gateway: Opening
) -> None:
    with pytest.raises(ValueError, match="forward"):
        opened(open_gateway(ranging.url), first, last)
    assert (ranging.api_calls, ranging.token_calls) == (0, 0)


@pytest.mark.parametrize("odd", ["", "x", "../x", f"{RECORDING}/..", None])
def test_an_id_that_is_none_costs_no_call(odd: Any, ranging: RawServer, open_gateway: Opening) -> None:
    gateway = open_gateway(ranging.url)
    for ids in ((INTERACTION, odd), (odd, RECORDING)):
        with pytest.raises(errors.NotFound):
            gateway.open_recording(*ids)
    assert (ranging.api_calls, ranging.token_calls) == (0, 0)


def test_an_api_that_ignores_ranges_gives_the_whole_and_says_so(open_gateway: Opening) -> None:
    with serving(http(SOUND, kind="audio/mpeg")) as server, opened(open_gateway(server.url), 500, 600) as stream:
        assert (stream.first, stream.length, stream.total) == (0, len(SOUND), len(SOUND))
        assert b"".join(stream.chunks()) == SOUND


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n", status: str = "200 OK", header: str = "X: y") -> bytes:
    head = f"HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n{header}\r\n\r\n".encode()
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def test_a_recording_may_not_tell_its_length(open_gateway: Opening) -> None:
    with serving(chunked(SOUND[:70_000], SOUND[70_000:])) as server, opened(open_gateway(server.url)) as stream:
        assert (stream.first, stream.length, stream.total, stream.content_type) == (0, None, None, "")
        assert b"".join(stream.chunks()) == SOUND


def test_a_part_may_not_tell_the_size_of_the_whole(open_gateway: Opening) -> None:
    with serving(a_part(10, 19, "*")) as server, opened(open_gateway(server.url), 10, 19) as stream:
        assert (stream.first, stream.length, stream.total) == (10, 10, None)
        assert b"".join(stream.chunks()) == SOUND[10:20]


def test_a_part_may_be_shorter_than_asked(open_gateway: Opening) -> None:
    with serving(a_part(10, 14)) as server, opened(open_gateway(server.url), 10, 19) as stream:
        assert (stream.length, b"".join(stream.chunks())) == (5, SOUND[10:15])


def test_an_empty_recording_is_empty(open_gateway: Opening) -> None:
    with serving(http(b"", kind="audio/wav")) as server, opened(open_gateway(server.url)) as stream:
        assert (stream.length, stream.total, list(stream.chunks())) == (0, 0, [])


@pytest.mark.parametrize(
    ("header", "read"),
    [
        ("Audio/WebM; codecs=opus", "audio/webm"),
        (" application/octet-stream ", "application/octet-stream"),
        ("", ""),
        ("audio", ""),
        ("audio/webm\x0bX", ""),
        ("audio/<b>", ""),
        ("audio/" + "x" * 100, ""),
        ("audio/webm, audio/wav", ""),
    ],
)
def test_a_type_is_the_bare_type_or_nothing(header: str, read: str, open_gateway: Opening) -> None:
    with serving(http(SOUND, kind=header)) as server, opened(open_gateway(server.url)) as stream:
        assert stream.content_type == read


# Answers to bytes 10-19 that are none, each asked for once.
NONE_OF_IT = {
    "a page": http(b"<html>sign in</html>", kind="text/html; charset=utf-8"),
    "an object": http(b'{"status":"processing"}'),
    "packed": http(SOUND, "200 OK", "audio/wav", "Content-Encoding: gzip"),
    "204": http(b"", "204 No Content", ""),
    "202": http(SOUND, "202 Accepted", "audio/wav"),
    "a part without a place": http(SOUND[:10], "206 Partial Content", "audio/wav"),
    "several parts": http(SOUND[:10], "206 Partial Content", "multipart/byteranges; boundary=x"),
    "an odd place": a_part(10, 19, "many"),
    "a place in negative": http(SOUND[:10], "206 Partial Content", "audio/wav", "Content-Range: bytes -10-19/50"),
    "backwards": http(SOUND[:10], "206 Partial Content", "audio/wav", "Content-Range: bytes 19-10/50"),
    "nothing": http(b"", "206 Partial Content", "audio/wav", "Content-Range: bytes 10-9/50"),
    "past its own end": a_part(10, 19, 19),
    "longer than its place": a_part(10, 19, body=SOUND[:11]),
    "shorter than its place": a_part(10, 19, body=SOUND[:9]),
    "another start": a_part(9, 18),
    "a later end": a_part(10, 20),
    "too many pieces": chunked(SOUND[:11], status="206 Partial Content", header="Content-Range: bytes 10-19/50"),
    "two places": a_part(10, 19, 50, None, "Content-Range: bytes 20-29/50"),
}


@pytest.mark.parametrize("kind", NONE_OF_IT)
def test_what_is_not_the_part_asked_for_is_unreadable(kind: str, open_gateway: Opening) -> None:
    with serving(NONE_OF_IT[kind]) as server:
        error = failing(open_gateway(server.url), 10, 19)
        assert type(error) is errors.UnreadableAnswer
        assert server.api_calls == 1


def test_a_part_that_nobody_asked_for_is_unreadable(open_gateway: Opening) -> None:
    with serving(a_part(0, 19)) as server:
        assert type(failing(open_gateway(server.url))) is errors.UnreadableAnswer


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("307 Go", errors.Redirected),
        ("302 Go", errors.Redirected),
        ("400 No", errors.BadRequest),
        ("403 No", errors.Forbidden),
        ("404 No", errors.NotFound),
        ("429 Wait", errors.TooBusy),
    ],
)
def test_a_refusal_keeps_its_kind_and_is_not_asked_again(
    status: str, expected: type[errors.GatewayError], open_gateway: Opening
) -> None:
    with serving(http(b"{}", status, "application/json", "Location: http://127.0.0.1:1/steal")) as server:
        assert type(failing(open_gateway(server.url))) is expected
        assert server.api_calls == 1


def reset(connection: socket.socket, sent: bytes) -> None:
    connection.sendall(sent)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


FIRST_BREAKS = {
    "503": lambda c: c.sendall(http(b"", "503 Service Unavailable", "")),
    "503 with a hint": lambda c: c.sendall(http(b"", "503 Service Unavailable", "", "Retry-After: 0")),
    "500": lambda c: c.sendall(http(b"{}", "500 Internal Server Error")),
    "429 with a hint": lambda c: c.sendall(http(b"", "429 Too Many Requests", "", "Retry-After: 0")),
    "401": lambda c: c.sendall(http(b"", "401 Unauthorized", "")),
    "closed without a word": lambda c: None,
    "reset before the first byte": lambda c: reset(c, http(SOUND, kind="audio/wav")[: -len(SOUND)]),
    "closed before the first byte": lambda c: c.sendall(http(SOUND, kind="audio/wav")[: -len(SOUND)]),
}


@pytest.mark.parametrize("kind", FIRST_BREAKS)
def test_a_passing_failure_before_the_first_byte_costs_one_more_request(kind: str, open_gateway: Opening) -> None:
    def answer(connection: socket.socket, _: str) -> bytes | None:
        if server.api_calls > 1:
            return http(SOUND, kind="audio/wav")
        FIRST_BREAKS[kind](connection)
        connection.close()
        return None

    with serving(answer) as server:
        assert heard(open_gateway(server.url)) == SOUND
        assert (server.api_calls, server.token_calls) == (2, 2 if kind == "401" else 1)


def test_a_token_that_is_never_accepted_is_replaced_once(open_gateway: Opening) -> None:
    with serving(http(b"", "401 Unauthorized", "")) as server:
        assert isinstance(failing(open_gateway(server.url)), errors.CredentialsRefused)
        assert (server.api_calls, server.token_calls) == (2, 2)


CUT = 60_000
BREAKS = {
    "closed": (http(SOUND, kind="audio/wav")[: CUT - len(SOUND)], errors.Unreachable),
    "chunk cut short": (chunked(SOUND)[:CUT], errors.Unreachable),
    "last chunk missing": (chunked(SOUND[:CUT], end=b""), errors.Unreachable),
    "chunks of rubbish": (chunked(SOUND[:CUT], end=b"zz\r\n"), errors.Unreachable),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_a_recording_that_breaks_off_is_an_error_and_is_not_asked_again(kind: str, open_gateway: Opening) -> None:
    sent, expected = BREAKS[kind]

    def answer(connection: socket.socket, _: str) -> None:
        connection.sendall(sent)

    with serving(answer) as server:
        came, error = breaking(opened(open_gateway(server.url)))
        assert isinstance(error, expected)
        assert SOUND.startswith(came)
        assert len(came) >= PIECE
        assert server.api_calls == 1


def test_a_part_in_chunks_that_ends_early_is_an_error(open_gateway: Opening) -> None:
    head = f"Content-Range: bytes 10-{len(SOUND) - 1}/{len(SOUND)}"
    with serving(chunked(SOUND[10:CUT], status="206 Partial Content", header=head)) as server:
        came, error = breaking(opened(open_gateway(server.url), 10))
    assert (came, type(error)) == (SOUND[10:CUT], errors.Unreachable)


def test_a_part_in_chunks_that_is_too_long_is_an_error(open_gateway: Opening) -> None:
    head = f"Content-Range: bytes 10-{CUT}/{len(SOUND)}"
    with serving(chunked(SOUND[10:], status="206 Partial Content", header=head)) as server:
        came, error = breaking(opened(open_gateway(server.url), 10))
    assert type(error) is errors.UnreadableAnswer
    assert SOUND[10:CUT].startswith(came)


class Stalling:
    """Sends the beginning, and nothing more until it is released."""

    def __init__(self, sent: int) -> None:
        self.sent = sent
        self.released = threading.Event()

    def __call__(self, connection: socket.socket, _: str) -> None:
        whole = http(SOUND, kind="audio/wav")
        head = len(whole) - len(SOUND)
        connection.sendall(whole[: head + self.sent])
        self.released.wait(20)
        connection.sendall(whole[head + self.sent :])


def test_a_stall_within_a_recording_ends_in_a_time_out(open_gateway: Opening) -> None:
    stalling = Stalling(CUT)
    with serving(stalling) as server:
        came, error = breaking(opened(open_gateway(server.url, read_timeout=0.3)))
        stalling.released.set()
        assert isinstance(error, errors.TimedOut)
        assert came == SOUND[: CUT - CUT % PIECE]
        assert server.api_calls == 1


def test_a_stall_before_the_first_byte_ends_by_the_deadline(open_gateway: Opening) -> None:
    stalling = Stalling(0)
    with serving(stalling) as server, pytest.raises(errors.TimedOut):
        opened(open_gateway(server.url, read_timeout=20.0), seconds=0.3)
    stalling.released.set()


def test_a_recording_that_drips_is_no_recording(open_gateway: Opening) -> None:
    """Each byte comes in time, but no piece: somebody would hold a thread for hours."""
    stop = threading.Event()

    def answer(connection: socket.socket, _: str) -> None:
        connection.sendall(http(SOUND, kind="audio/wav")[: PIECE - len(SOUND)])
        for number in range(PIECE, PIECE + 250):
            connection.sendall(SOUND[number : number + 1])
            if stop.wait(0.02):
                return

    with serving(answer) as server:
        came, error = breaking(opened(open_gateway(server.url, read_timeout=0.3)))
        stop.set()
    assert (came, type(error)) == (SOUND[:PIECE], errors.TimedOut)


def test_the_deadline_of_the_call_is_not_that_of_the_recording(open_gateway: Opening) -> None:
    stalling = Stalling(PIECE)
    with serving(stalling) as server:
        deadline = Deadline.after(5)
        gateway = open_gateway(server.url)
        with gateway.open_recording(INTERACTION, RECORDING, deadline=deadline) as stream:
            pieces = stream.chunks()
            came = next(pieces)
            object.__setattr__(deadline, "at", 0.0)
            assert deadline.passed
            stalling.released.set()
            assert came + b"".join(pieces) == SOUND


def test_a_recording_closed_early_closes_its_connection(open_gateway: Opening) -> None:
    gone = threading.Event()

    def answer(connection: socket.socket, _: str) -> None:
        connection.sendall(http(SOUND * 10, kind="audio/wav")[:-1])
        with contextlib.suppress(OSError):
            connection.recv(1)
        gone.set()

    with serving(answer) as server:
        stream = opened(open_gateway(server.url))
        assert len(next(stream.chunks())) == PIECE
        stream.close()
        assert gone.wait(5)
        stream.close()
        with pytest.raises(ValueError, match="closed"):
            next(stream.chunks())


def test_whoever_stops_listening_closes_the_recording(open_gateway: Opening) -> None:
    with serving(http(SOUND, kind="audio/wav")) as server:
        stream = opened(open_gateway(server.url))
        pieces = stream.chunks()
        next(pieces)
        pieces.close()
        with pytest.raises(ValueError, match="closed"):
            next(stream.chunks())


def test_a_recording_heard_to_its_end_gives_its_connection_back(ranging: RawServer, open_gateway: Opening) -> None:
    gateway = open_gateway(ranging.url)
    for _ in range(5):
        assert heard(gateway) == SOUND
        assert heard(gateway, 99_990) == SOUND[99_990:]
    assert len(ranging.open) == 1


def test_many_recordings_closed_early_use_up_no_connections(open_gateway: Opening) -> None:
    with serving(http(SOUND * 10, kind="audio/wav")) as server:
        gateway = open_gateway(server.url)
        for number in range(100):
            stream = opened(gateway)
            if number % 2:
                next(stream.chunks())
            stream.close()
        assert heard(gateway) == SOUND * 10
        pools = gateway.transport._sender._adapter.poolmanager.pools
        (key,) = pools.keys()
        places = pools.get(key).pool.queue
        assert len(places) == POOL_SIZE
        assert sum(place is not None and place.sock is not None for place in places) == 1


def test_a_large_recording_goes_through_without_being_held(open_gateway: Opening) -> None:
    size, block = 100_000_000, bytes(1_000_000)

    def answer(connection: socket.socket, _: str) -> None:
        connection.sendall(http(b"", kind="audio/wav").replace(b"Length: 0", b"Length: %d" % size))
        for _ in range(size // len(block)):
            connection.sendall(block)

    with serving(answer) as server, opened(open_gateway(server.url)) as stream:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert sum(len(piece) for piece in stream.chunks()) == size
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_no_piece_is_larger_than_told(open_gateway: Opening) -> None:
    with serving(chunked(SOUND * 3)) as server, opened(open_gateway(server.url)) as stream:
        assert {len(piece) for piece in stream.chunks()} == {PIECE, len(SOUND) * 3 % PIECE}


def test_each_recording_is_told_of_when_it_opens_and_when_it_breaks(caplog: pytest.LogCaptureFixture) -> None:
    calls: list[Call] = []

    def answer(connection: socket.socket, _: str) -> bytes | None:
        if server.api_calls == 1:
            return http(SOUND, kind="audio/wav")
        connection.sendall(http(SOUND, kind="audio/wav")[:-1])
        return None

    with serving(answer, token=a_token) as server:
        gateway = CortiGateway(a_config(server.url), lambda: "trace-7", calls.append)
        assert heard(gateway) == SOUND
        breaking(opened(gateway))
        gateway.close()
        assert all("X-Request-ID: trace-7" in request for request in server.requests)
    told = [(call.operation, call.outcome, call.status, call.attempts) for call in calls]
    assert told == [
        ("token", "ok", 200, 1),
        ("open recording", "ok", 200, 1),
        ("open recording", "ok", 200, 1),
        ("open recording, body", "Unreachable", None, 1),
    ]
    assert RECORDING not in "".join(record.getMessage() for record in caplog.records if record.name == "corti_gateway")


GOOD_PART = a_part(10, 19, 50)


@settings(max_examples=80, deadline=None)
@given(
    start=st.integers(0, len(GOOD_PART)),
    removed=st.integers(0, 40),
    added=st.binary(max_size=20) | st.sampled_from([b"\r\n", b"Transfer-Encoding: chunked\r\n", b"0", b"-", b"206"]),
)
def test_no_spoilt_byte_lets_another_part_or_an_exception_of_a_library_out(
    start: int, removed: int, added: bytes
) -> None:
    spoilt = GOOD_PART[:start] + added + GOOD_PART[start + removed :]

    def answer(connection: socket.socket, _: str) -> None:
        connection.sendall(spoilt)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(0.2)
        connection.recv(65536)

    with serving(answer) as server:
        gateway = CortiGateway(a_config(server.url))
        try:
            with contextlib.suppress(errors.GatewayError), opened(gateway, 10, 19, seconds=0.4) as stream:
                came = b"".join(stream.chunks())
                assert stream.first in (0, 10)
                assert stream.length in (None, len(came))
        finally:
            gateway.close()
