"""gunicorn's own lines: the dashboard's format, and nothing that a client sent."""

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
def server(tmp_path):
    """gunicorn as it is run for real, on a free port; answers its port, and its lines at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "HTTPS": "off", "LOG_LEVEL": "DEBUG"}
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
