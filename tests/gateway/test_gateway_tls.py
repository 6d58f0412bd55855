"""Nothing is sent to a server that cannot prove who it is (F04 of docs/sandbox.md, SR-38 of docs/security.md)."""

import datetime
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from gateway_fakes import a_token, drip

from corti_gateway import errors
from corti_gateway.deadline import Deadline
from corti_gateway.gateway import CortiGateway
from corti_gateway.queries import InteractionQuery
from corti_gateway.sandbox import HostedTenant, Sandbox, SandboxTenant

Opening = Callable[..., CortiGateway]


def certificate(folder: Path, name: str = "127.0.0.1", days: int = 10) -> Path:
    """A self-signed certificate with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway test")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - datetime.timedelta(days=20))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}-{days}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(built.public_bytes(serialization.Encoding.PEM) + private)
    return path


def server_context(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def trust(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(path))


def tried(context: ssl.SSLContext, open_gateway: Opening) -> tuple[HostedTenant, object]:
    with Sandbox([SandboxTenant("nordhavn", size=5)], odd=False, ssl_context=context) as sandbox:
        gateway = open_gateway(sandbox)
        try:
            outcome: object = gateway.list_interactions(InteractionQuery())
        except errors.GatewayError as error:
            outcome = error
        return sandbox.tenant("nordhavn"), outcome


def test_a_trusted_server_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_gateway: Opening) -> None:
    path = certificate(tmp_path)
    trust(path, monkeypatch)
    hosted, outcome = tried(server_context(path), open_gateway)
    assert not isinstance(outcome, errors.GatewayError), outcome
    assert hosted.stats.calls("list") == 1


@pytest.mark.parametrize("kind", ["self-signed", "expired", "wrong name"])
def test_an_untrusted_server_gets_nothing(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_gateway: Opening
) -> None:
    path = certificate(tmp_path, "127.0.0.2" if kind == "wrong name" else "127.0.0.1", -1 if kind == "expired" else 10)
    if kind != "self-signed":
        trust(path, monkeypatch)
    hosted, outcome = tried(server_context(path), open_gateway)
    assert isinstance(outcome, errors.Untrusted), outcome
    assert not outcome.retryable
    assert hosted.stats.calls() == 0


def test_tls_before_1_2_is_refused_by_our_context() -> None:
    from corti_gateway.sockets import tls_context

    context = tls_context()
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("part", ["handshake", "headers"])
def test_the_deadline_holds_under_tls(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_gateway: Opening
) -> None:
    path = certificate(tmp_path)
    trust(path, monkeypatch)
    context = server_context(path)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            plain, _ = listener.accept()
            if part == "handshake":
                time.sleep(3)
                plain.close()
                return
            with context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(65536)
                drip(connection, a_token(), 0.1)
        except OSError:
            return

    serving = threading.Thread(target=serve)
    serving.start()
    started = time.monotonic()
    with listener, pytest.raises(errors.TimedOut):
        open_gateway(f"https://127.0.0.1:{listener.getsockname()[1]}/").list_interactions(
            InteractionQuery(), deadline=Deadline.after(0.8)
        )
    assert time.monotonic() - started < 1.3
    serving.join()
