"""gunicorn as it is run for real: its lines are in the dashboard's format and hold nothing that a client sent, and it
believes nobody who plays a proxy."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.dashboard.support import CANARY

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def more():
    """Variables besides."""
    return {}


@pytest.fixture
def server(tmp_path, more):
    """gunicorn as it is run for real, on a free port; answers its port, and its lines at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "HTTPS": "off", "LOG_LEVEL": "DEBUG"} | more
    file = tmp_path / "variables"
    file.write_text(f"BIND=127.0.0.1:{port}\nLOG_FORMAT=json\nWEB_WORKERS=1\n")
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "dashboard.wsgi"],
        env=environment | {"ENV_FILE": str(file)},
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield port, process
        process.kill()


def say(port, text):
    end = time.monotonic() + 30
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(text.encode())
                return connection.recv(65_536).decode()
        except ConnectionRefusedError:
            assert time.monotonic() < end, "gunicorn does not listen"
            time.sleep(0.1)


@pytest.mark.slow
def test_gunicorn_reads_the_file_of_variables_and_writes_no_address(server):
    port, process = server
    assert "400" in say(port, f"GET /?patient={CANARY} HTTP/1.1 x\r\nHost: a\r\n\r\n")
    assert "400" in say(port, f"GET / HTTP/1.1\r\n{CANARY}: \0\r\n\r\n")
    rest = "HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert "302" in say(port, f"GET /?q={CANARY} {rest}")
    # Without collected static files even the error page fails, and gunicorn has the last word.
    assert "500" in say(port, f"GET /{CANARY}/x/?q={CANARY} {rest}")
    process.terminate()
    lines = process.communicate(timeout=20)[1].splitlines()
    said = [json.loads(line) for line in lines]
    assert [line["message"] for line in said].count("A request that could not be read was refused") == 2
    assert any(line["logger"] == "dashboard.requests" and line["status"] == 302 for line in said)
    assert any(line["message"] == "Error handling request" and line["error"] for line in said)
    assert CANARY.lower() not in "\n".join(lines).lower()


OVER_HTTPS = {"HTTPS": "on", "SECRET_KEY": "a secret of the tests, of no use anywhere"}
# Answered with the way to the sign-in, once it came over https.
ASKED = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
PLAYED = ["X-Forwarded-Proto: https", "X-Forwarded-Protocol: ssl", "X-Forwarded-Ssl: on"]


@pytest.mark.slow
@pytest.mark.parametrize("more", [OVER_HTTPS], ids=["without a proxy"])
def test_somebody_on_this_machine_who_plays_a_proxy_is_not_believed(server):
    port, _ = server
    # The last one would say where the dashboard stands.
    for header in (*PLAYED, "SCRIPT_NAME: /elsewhere"):
        answer = say(port, f"{ASKED}{header}\r\n\r\n")
        assert answer.startswith("HTTP/1.1 301"), header
        assert "location: https://localhost/\r\n" in answer.lower(), header


@pytest.mark.slow
@pytest.mark.parametrize("more", [OVER_HTTPS | {"BEHIND_PROXY": "on"}], ids=["behind a proxy"])
def test_the_proxy_is_believed_by_the_one_header_that_it_sets(server):
    port, _ = server
    assert say(port, f"{ASKED}{PLAYED[0]}\r\n\r\n").startswith("HTTP/1.1 302")
    for header in (*PLAYED[1:], "X-Forwarded-Proto: http"):
        assert say(port, f"{ASKED}{header}\r\n\r\n").startswith("HTTP/1.1 301"), header
    # What a client has sent besides is no reason to refuse.
    assert say(port, f"{ASKED}{PLAYED[0]}\r\nX-Forwarded-Ssl: off\r\n\r\n").startswith("HTTP/1.1 302")
