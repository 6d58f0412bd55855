"""An OpenID provider on loopback that answers as a test wants: truthfully, or with one thing bent."""

import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """``bend`` changes the claims of the ID token, ``sign`` makes a token of them, ``document`` changes discovery."""

    def __init__(self) -> None:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider._answer(self, urlsplit(self.path), {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider._answer(self, urlsplit(self.path), {k: v[0] for k, v in parse_qs(body).items()})

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self.reset()

    def reset(self) -> None:
        self.person: dict[str, Any] = {"sub": "k-1", "preferred_username": "karen.holm", "groups": ["ward-7"]}
        self.bend: Callable[[dict[str, Any]], None] = lambda claims: None
        self.sign: Callable[[dict[str, Any]], object] = signed
        self.document: dict[str, Any] = {}
        self.user_info: dict[str, Any] | None = None
        self.token_answer: tuple[int, object] | None = None
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.codes: dict[str, dict[str, str]] = {}

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def authorize(self, address: str) -> dict[str, str]:
        """What a person does there who agrees: the parameters that come back to the dashboard."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def _answer(self, handler: BaseHTTPRequestHandler, target: Any, form: dict[str, str]) -> None:
        self.asked.append((target.path, form))
        status, body = 200, self._body(target.path, form)
        if isinstance(body, tuple):
            status, body = body
        text = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        handler.send_response(status)
        if status == 302:
            handler.send_header("Location", f"{self.issuer}/elsewhere")
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def _body(self, path: str, form: dict[str, str]) -> Any:
        if path == "/.well-known/openid-configuration":
            endpoints = {
                "authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys",
                "userinfo_endpoint": "me", "end_session_endpoint": "end",
            }  # fmt: skip
            found = {"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in endpoints.items()}
            return found | self.document
        if path == "/keys":
            return {"keys": [public(KEY, "first")]}
        if path == "/me":
            return self.user_info if self.user_info is not None else (404, {})
        if path == "/token":
            return self.token_answer or self._token(form)
        return 404, {}

    def _token(self, form: dict[str, str]) -> Any:
        asked = self.codes.pop(form["code"], None)
        if asked is None:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "reading-room", "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.person
        self.bend(claims)
        return {"access_token": "an access token", "token_type": "Bearer", "id_token": self.sign(claims)}


def signed(claims: dict[str, Any], key: Any = KEY, algorithm: str = "RS256", **headers: Any) -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "first"} | headers)


def public(key: rsa.RSAPrivateKey, name: str) -> dict[str, Any]:
    found = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return dict(found) | {"kid": name, "use": "sig", "alg": "RS256"}


def query(parameters: dict[str, str]) -> str:
    return urlencode(parameters)
