"""The probe of the image: asks /readyz as the container's health check does."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from dashboard.monitoring import probe


@pytest.fixture
def server(monkeypatch):
    """A web server beside the probe that answers with a status and remembers what it was asked."""
    asked = []

    class Answering(BaseHTTPRequestHandler):
        status = 200

        def do_GET(self):
            asked.append((self.path, self.headers["Host"]))
            self.send_response(self.status)
            self.end_headers()

        def log_message(self, *words):
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("BIND", f"0.0.0.0:{server.server_port}")
        monkeypatch.setenv("ALLOWED_HOSTS", "dashboard.example.org,other.example.org")
        yield Answering, asked
        server.shutdown()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (400, 1)])
def test_it_tells_whether_the_web_server_is_ready(server, status, code):
    answering, asked = server
    answering.status = status
    assert probe.main() == code
    assert asked == [("/readyz", "dashboard.example.org")]


def test_nobody_there_is_not_ready(monkeypatch):
    monkeypatch.setenv("BIND", "127.0.0.1:1")
    assert probe.main() == 1
