"""The one door to HTTP, against servers that misbehave byte by byte (security.md, fault matrix)."""

import contextlib
import json
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gateway_fakes import SECRET, TOKEN, a_config, a_row, a_token, drip, http, rows_answer, serving
from hypothesis import given, settings
from hypothesis import strategies as st

from corti_gateway import errors
from corti_gateway.deadline import Deadline
from corti_gateway.gateway import CortiGateway
from corti_gateway.queries import InteractionQuery

Opening = Callable[..., CortiGateway]
QUERY = InteractionQuery(patient="PATIENT-CANARY")


def failing(gateway: CortiGateway, seconds: float = 5.0) -> errors.GatewayError:
    with pytest.raises(errors.GatewayError) as caught:
        gateway.list_interactions(QUERY, deadline=Deadline.after(seconds))
    error = caught.value
    for text in (str(error), repr(error), repr(error.problem)):
        for canary in (SECRET, TOKEN, "PATIENT-CANARY"):
            assert canary not in text
    assert error.__cause__ is None
    assert error.__context__ is None
    assert (error.tenant, bool(error.operation)) == ("testville", True)
    return error


def test_every_call_carries_what_the_api_needs(open_gateway: Opening) -> None:
    with serving(rows_answer()) as server:
        open_gateway(server.url).list_interactions(QUERY)
        request = server.requests[0].lower()
        assert request.startswith("get /v2/interactions/?sort=createdat&direction=desc&pagesize=10&index=1&patient=")
        for line in (
            f"authorization: bearer {TOKEN.lower()}",
            "tenant-name: base",
            "accept: application/json",
            "user-agent: corti-dashboard/",
        ):
            assert f"\r\n{line}" in request
        assert server.bodies == [
            f"grant_type=client_credentials&client_id=client&client_secret={SECRET}&scope=openid".encode()
        ]


DRIPS = {
    "headers drip": lambda c: drip(c, rows_answer(*[a_row()] * 3), 0.1),
    "body drips": lambda c: (c.sendall(http(b"x" * 500)[:-500]), drip(c, b"[" * 500, 0.1)),
    "headers never come": lambda c: time.sleep(4),
    "body stops": lambda c: (c.sendall(rows_answer(a_row())[:-20]), time.sleep(4)),
}


@pytest.mark.parametrize("kind", DRIPS)
def test_a_call_ends_by_its_deadline_however_slowly_the_answer_comes(kind: str, open_gateway: Opening) -> None:
    def answer(connection: socket.socket, _: str) -> None:
        DRIPS[kind](connection)

    with serving(answer) as server:
        gateway = open_gateway(server.url, read_timeout=5.0)
        started = time.monotonic()
        error = failing(gateway, 1.0)
        assert isinstance(error, errors.TimedOut)
        assert 0.8 < time.monotonic() - started < 1.5
        assert 0.8 < error.elapsed < 1.5


def test_a_dripping_token_endpoint_is_held_to_the_deadline_too(open_gateway: Opening) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                drip(connection, a_token(), 0.1)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    started = time.monotonic()
    with listener:
        error = failing(open_gateway(f"http://127.0.0.1:{listener.getsockname()[1]}/"), 1.0)
    assert isinstance(error, errors.TimedOut)
    assert error.operation == "token"
    assert time.monotonic() - started < 1.5


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts nothing: a full backlog drops further SYNs, as a silent firewall does."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    fillers = [socket.socket() for _ in range(4)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
    time.sleep(0.05)
    yield listener.getsockname()[1]
    for opened in (*fillers, listener):
        opened.close()


def test_a_connection_that_is_never_accepted_times_out(open_gateway: Opening, silent_port: int) -> None:
    started = time.monotonic()
    error = failing(open_gateway(f"http://127.0.0.1:{silent_port}/", connect_timeout=3.0), 0.8)
    assert isinstance(error, errors.TimedOut)
    assert time.monotonic() - started < 1.3


def test_all_addresses_of_a_host_share_one_deadline(
    open_gateway: Opening, silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", silent_port))
    monkeypatch.setattr("corti_gateway.sockets._addresses", lambda *_: [address] * 3)
    started = time.monotonic()
    error = failing(open_gateway(f"http://127.0.0.1:{silent_port}/", connect_timeout=1.0), 1.2)
    assert isinstance(error, errors.TimedOut)
    assert time.monotonic() - started < 1.7


def test_a_slow_name_server_is_held_to_the_deadline(open_gateway: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corti_gateway.sockets.socket.getaddrinfo", lambda *_: time.sleep(3) or [])
    started = time.monotonic()
    assert isinstance(failing(open_gateway("https://api.example.test/"), 0.5), errors.TimedOut)
    assert time.monotonic() - started < 1.0


def test_a_host_without_address_is_unreachable(open_gateway: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("corti_gateway.sockets.socket.getaddrinfo", unknown)
    assert isinstance(failing(open_gateway("https://api.example.test/")), errors.Unreachable)


def test_a_refused_connection_is_unreachable(open_gateway: Opening) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    error = failing(open_gateway(f"http://127.0.0.1:{port}/"))
    assert isinstance(error, errors.Unreachable)
    assert error.retryable


def reset(connection: socket.socket, sent: bytes) -> None:
    connection.sendall(sent)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


FIRST_BREAKS = {
    "reset in the body": lambda c: reset(c, rows_answer(a_row())[:-30]),
    "closed without a word": lambda c: c.close(),
    "body shorter than promised": lambda c: (c.sendall(rows_answer(a_row())[:-30]), c.close()),
    "502": lambda c: c.sendall(http(b"<html>bad gateway</html>", "502 Bad Gateway", "text/html")),
    "503": lambda c: c.sendall(http(b"", "503 Service Unavailable", "")),
    "504": lambda c: c.sendall(http(b"{}", "504 Gateway Timeout")),
    "500": lambda c: c.sendall(http(b"{}", "500 Internal Server Error")),
    "408": lambda c: c.sendall(http(b"", "408 Request Timeout", "")),
    "429 with a second": lambda c: c.sendall(http(b"", "429 Too Many Requests", "", "Retry-After: 0")),
    "503 with a hint": lambda c: c.sendall(http(b"", "503 Service Unavailable", "", "Retry-After: 0")),
}


@pytest.mark.parametrize("kind", FIRST_BREAKS)
def test_a_passing_failure_costs_one_more_request(kind: str, open_gateway: Opening) -> None:
    def answer(connection: socket.socket, _: str) -> bytes | None:
        if server.api_calls > 1:
            return rows_answer(a_row(), a_row(2))
        FIRST_BREAKS[kind](connection)
        connection.close()
        return None

    with serving(answer) as server:
        page = open_gateway(server.url).list_interactions(QUERY, deadline=Deadline.after(5))
        assert (len(page.interactions), server.api_calls) == (2, 2)


PROBLEM = json.dumps({"requestid": "req-77", "status": 400, "type": "bad", "detail": "no PATIENT-CANARY here"}).encode()
OLD = json.dumps({"requestId": "req-78", "title": "t", "details": "old words"}).encode()
MONEY = json.dumps({"requestid": "r", "status": 429, "type": "x", "detail": "Insufficient balance"}).encode()
FINAL = {
    "400": (http(PROBLEM, "400 Bad Request", "application/problem+json"), errors.BadRequest, 1),
    "404": (http(OLD, "404 Not Found"), errors.NotFound, 1),
    "409": (http(b"x", "409 Conflict", "text/plain"), errors.ServerFailed, 1),
    "429 without a hint": (http(b"", "429 Too Many Requests", ""), errors.TooBusy, 1),
    "429 for an hour": (http(b"", "429 Too Many Requests", "", "Retry-After: 3600"), errors.TooBusy, 1),
    "429 with rubbish": (http(b"", "429 Too Many Requests", "", "Retry-After: soon\x7f"), errors.TooBusy, 1),
    "429 about money": (
        http(MONEY, "429 Too Many Requests", "application/json", "Retry-After: 0"),
        errors.OutOfCredit,
        1,
    ),
    "500 for ever": (http(b"<b>" * 2_000_00, "500 Oops", "text/html"), errors.ServerFailed, 2),
    "503 for ever": (http(b"", "503 Down", ""), errors.ServerFailed, 3),
    "501": (http(b"", "501 No", ""), errors.ServerFailed, 1),
    **{
        str(status): (http(b"", f"{status} Go", "", "Location: http://127.0.0.1:1/steal"), errors.Redirected, 1)
        for status in (301, 302, 303, 307, 308)
    },
    "302 nowhere": (http(b"", "302 Go", "", "Location: http://[::"), errors.Redirected, 1),
    "204": (http(b"", "204 None", ""), errors.UnreadableAnswer, 1),
    "html": (http(b"<html>login</html>", kind="text/html"), errors.UnreadableAnswer, 1),
    "no type": (http(b"{}", kind=""), errors.UnreadableAnswer, 1),
    "empty": (http(b""), errors.UnreadableAnswer, 1),
    "null": (http(b"null"), errors.UnreadableAnswer, 1),
    "list": (http(b"[]"), errors.UnreadableAnswer, 1),
    "object": (http(b"{}"), errors.UnreadableAnswer, 1),
    "rows as text": (http(b'{"interactions": "none"}'), errors.UnreadableAnswer, 1),
    "NaN": (http(b'{"interactions": [NaN]}'), errors.UnreadableAnswer, 1),
    "deep": (http(b"[" * 100_000), errors.UnreadableAnswer, 1),
    "huge number": (http(b'{"interactions": [' + b"1" * 5000 + b"]}"), errors.UnreadableAnswer, 1),
    "not UTF-8": (http(b'{"interactions": ["\xff"]}'), errors.UnreadableAnswer, 1),
    "cut without length": (
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"interactions": [',
        errors.UnreadableAnswer,
        1,
    ),
    "bad gzip": (
        http(b"no gzip at all", "200 OK", "application/json", "Content-Encoding: gzip"),
        errors.UnreadableAnswer,
        1,
    ),
    "no HTTP": (b"hello there\r\n\r\n", errors.NoAnswer, 3),
    "endless header": (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000, errors.NoAnswer, 3),
    "many headers": (b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 300 + b"\r\n", errors.NoAnswer, 3),
    "odd length": (
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\nContent-Type: application/json\r\n\r\n{",
        errors.UnreadableAnswer,
        1,
    ),
    "odd chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n{}",
        errors.NoAnswer,
        3,
    ),
}


@pytest.mark.parametrize("kind", FINAL)
def test_every_odd_answer_becomes_an_error_of_ours(kind: str, open_gateway: Opening) -> None:
    text, expected, requests = FINAL[kind]

    def answer(connection: socket.socket, _: str) -> None:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        # Read to the end, or closing with unread bytes would reset what was just sent.
        connection.settimeout(1)
        while connection.recv(65536):
            pass

    with serving(answer) as server:
        error = failing(open_gateway(server.url))
        assert isinstance(error, expected), error
        assert (server.api_calls, error.attempts) == (requests, requests)


GOOD = http(json.dumps({"interactions": [a_row(1)]}).encode(), "200 OK", "application/json", "X: y")


@settings(max_examples=80, deadline=None)
@given(
    start=st.integers(0, len(GOOD)),
    removed=st.integers(0, 40),
    added=st.binary(max_size=20) | st.sampled_from([b"\r\n", b"Transfer-Encoding: chunked\r\n", b"\x00", b"[["]),
)
def test_no_spoilt_byte_lets_an_exception_of_a_library_out(start: int, removed: int, added: bytes) -> None:
    spoilt = GOOD[:start] + added + GOOD[start + removed :]

    def answer(connection: socket.socket, _: str) -> None:
        connection.sendall(spoilt)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(0.2)
        connection.recv(65536)

    with serving(answer) as server:
        gateway = CortiGateway(a_config(server.url))
        try:
            # Anything but a page or an error of ours fails the test by itself.
            with contextlib.suppress(errors.GatewayError):
                assert gateway.list_interactions(QUERY, deadline=Deadline.after(0.4)).served <= 1
        finally:
            gateway.close()


def test_a_problem_is_told_without_the_patient(open_gateway: Opening) -> None:
    with serving(http(PROBLEM, "400 Bad Request", "application/problem+json")) as server:
        error = failing(open_gateway(server.url))
    assert error.problem is not None
    assert (error.status, error.request_id, error.problem.detail) == (400, "req-77", "no ••• here")


def test_the_older_shape_of_a_problem_is_read(open_gateway: Opening) -> None:
    with serving(http(OLD, "404 Not Found")) as server:
        error = failing(open_gateway(server.url))
    assert error.problem is not None
    assert (error.request_id, error.problem.detail) == ("req-78", "old words")


def test_a_small_answer_that_unpacks_to_a_huge_one_is_refused(open_gateway: Opening) -> None:
    import gzip
    import resource

    bomb = gzip.compress(b" " * 300_000_000, 9)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with serving(http(bomb, "200 OK", "application/json", "Content-Encoding: gzip")) as server:
        error = failing(open_gateway(server.url))
    assert isinstance(error, errors.UnreadableAnswer)
    assert "larger" in str(error)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_refused_token_is_replaced_once_and_never_in_a_loop(open_gateway: Opening) -> None:
    with serving(http(b"", "401 Unauthorized", "", "WWW-Authenticate: Bearer")) as server:
        gateway = open_gateway(server.url)
        error = failing(gateway)
        assert isinstance(error, errors.CredentialsRefused)
        assert (server.api_calls, server.token_calls) == (2, 2)


def test_a_token_refused_once_costs_nobody_anything(open_gateway: Opening) -> None:
    def answer(_: socket.socket, __: str) -> bytes:
        return http(b"", "401 Unauthorized", "") if server.api_calls == 2 else rows_answer(a_row())

    with serving(answer) as server:
        gateway = open_gateway(server.url)
        for _ in range(2):
            assert len(gateway.list_interactions(QUERY).interactions) == 1
        assert (server.api_calls, server.token_calls) == (3, 2)


def test_403_on_a_token_just_made_is_not_asked_again(open_gateway: Opening) -> None:
    with serving(http(b"{}", "403 Forbidden")) as server:
        gateway = open_gateway(server.url)
        assert isinstance(failing(gateway), errors.Forbidden)
        assert (server.api_calls, server.token_calls) == (1, 1)
        # The token is an older one now, and may be the reason.
        assert isinstance(failing(gateway), errors.Forbidden)
        assert (server.api_calls, server.token_calls) == (3, 2)


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized"])
def test_refused_credentials_are_told_apart_and_not_tried_again(status: str, open_gateway: Opening) -> None:
    body = json.dumps({"error": "unauthorized_client", "error_description": f"bad secret {SECRET}"}).encode()
    with serving(rows_answer(), token=lambda: http(body, status)) as server:
        gateway = open_gateway(server.url)
        for _ in range(3):
            error = failing(gateway)
            assert isinstance(error, errors.CredentialsRefused)
            assert not error.retryable
        assert (server.api_calls, server.token_calls) == (0, 1)


@pytest.mark.parametrize("answer", [b"{}", b'{"access_token": 5}', b'{"access_token": "a\\r\\nX: y"}', b"[]", b"null"])
def test_an_odd_token_is_never_used(answer: bytes, open_gateway: Opening) -> None:
    with serving(rows_answer(), token=lambda: http(answer)) as server:
        assert isinstance(failing(open_gateway(server.url)), errors.UnreadableAnswer)
        assert server.api_calls == 0


def test_a_dead_token_endpoint_is_not_hammered(open_gateway: Opening) -> None:
    connections = 0
    listener = socket.create_server(("127.0.0.1", 0), backlog=50)

    def serve() -> None:
        nonlocal connections
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections += 1
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    gateway = open_gateway(f"http://127.0.0.1:{listener.getsockname()[1]}/")
    for _ in range(30):
        assert isinstance(failing(gateway), errors.Unreachable)
    listener.close()
    assert connections == 2


def test_an_outage_costs_a_tenth_more_requests_and_no_more(open_gateway: Opening) -> None:
    with serving(http(b"", "503 Down", "")) as server:
        gateway = open_gateway(server.url)
        for _ in range(400):
            with pytest.raises(errors.ServerFailed):
                gateway.list_interactions(QUERY)
        assert server.api_calls <= 400 * 1.12
        assert server.token_calls == 1


def test_connections_are_reused_and_a_dead_one_is_replaced(open_gateway: Opening) -> None:
    with serving(rows_answer(a_row())) as server:
        gateway = open_gateway(server.url)
        for _ in range(5):
            gateway.list_interactions(QUERY)
        assert len(server.open) == 1
        server.open[0].shutdown(socket.SHUT_RDWR)
        time.sleep(0.05)
        assert len(gateway.list_interactions(QUERY).interactions) == 1


def test_one_line_a_call_says_what_happened_without_values(
    open_gateway: Opening, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(http(PROBLEM, "400 Bad Request", "application/json", "Sunset: today", "Deprecation: @1")) as server:
        gateway = open_gateway(server.url)
        failing(gateway)
        failing(gateway)
    ours = [record for record in caplog.records if record.name == "corti_gateway"]
    lines = [record for record in ours if getattr(record, "operation", "") == "list interactions"]
    assert [record.__dict__["outcome"] for record in lines] == ["BadRequest"] * 2
    assert lines[0].__dict__["reference"] == "req-77"
    assert lines[0].levelno == logging.WARNING
    assert sum("Sunset" in record.getMessage() for record in ours) <= 1


def test_the_libraries_log_no_query(open_gateway: Opening, caplog: pytest.LogCaptureFixture) -> None:
    with serving(rows_answer()) as server:
        open_gateway(server.url).list_interactions(QUERY)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("urllib3")]
    assert any("/v2/interactions/" in line for line in lines)
    assert not any("patient" in line.lower() for line in lines)


def test_proxies_and_netrc_of_the_environment_are_ignored(
    open_gateway: Opening, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    with serving(rows_answer()) as server:
        open_gateway(server.url).list_interactions(QUERY)
        assert f"Bearer {TOKEN}" in server.requests[0]


def test_one_tenant_that_hangs_does_not_slow_another(open_gateway: Opening) -> None:
    with serving(lambda *_: time.sleep(3)) as stuck, serving(rows_answer()) as well:
        hanging = open_gateway(stuck.url)
        threads = [threading.Thread(target=failing, args=(hanging, 2.0)) for _ in range(16)]
        for thread in threads:
            thread.start()
        open_gateway(well.url).list_interactions(QUERY)
        assert all(thread.is_alive() for thread in threads), "it answered while they all still waited"
        for thread in threads:
            thread.join()
