"""The token endpoint of a realm, and the tokens it has given out. Field names as in Corti's documentation."""

import base64
import binascii
import json
import secrets
from dataclasses import dataclass

from corti_gateway.sandbox.messages import Reply, Request, decode_pairs, json_reply
from corti_gateway.sandbox.tenants import HostedTenant

_NO_STORE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))
# Tokens made for browsers that stream audio cannot read data.
_STREAMING_SCOPES = {"transcribe", "streams"}
_REFUSED = "Invalid client or Invalid client credentials"


@dataclass
class Token:
    """A token given out; it belongs to one API client, hence to one realm."""

    tenant: HostedTenant
    expires_at: float
    scope: str
    revoked: bool = False

    @property
    def can_read(self) -> bool:
        return not _STREAMING_SCOPES & set(self.scope.split())


class Tokens:
    """Every token given out, by its text."""

    def __init__(self) -> None:
        self._known: dict[str, Token] = {}

    def get(self, text: str) -> Token | None:
        return self._known.get(text)

    def revoke(self, tenant: HostedTenant) -> int:
        """Make every token of an API client worthless at once; answers how many."""
        tokens = [token for token in list(self._known.values()) if token.tenant is tenant and not token.revoked]
        for token in tokens:
            token.revoked = True
        return len(tokens)

    def issue(self, tenant: HostedTenant, scope: str, issuer: str, now: float, life: float) -> str:
        # An hour past its end a token is as unknown as an invented one; the table stays small.
        self._known = {text: token for text, token in self._known.items() if token.expires_at > now - 3600}
        text = _jwt(
            {"iss": issuer, "azp": tenant.config.client_id, "typ": "Bearer", "iat": int(now), "exp": int(now + life)}
        )
        self._known[text] = Token(tenant, now + life, scope)
        return text

    def answer(
        self, request: Request, tenants: list[HostedTenant], issuer: str, now: float, life: float | None = None
    ) -> Reply:
        """Answer a token request in a realm whose API clients are ``tenants``."""
        if request.method != "POST":
            return _error(405, "invalid_request", "HTTP 405 Method Not Allowed", ("Allow", "POST, OPTIONS"))
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            return _error(400, "invalid_request", "Missing form parameter: grant_type")
        form = dict(decode_pairs(request.body.decode("utf-8", "replace")))
        if not form.get("grant_type"):
            return _error(400, "invalid_request", "Missing form parameter: grant_type")
        if form["grant_type"] != "client_credentials":
            return _error(400, "unsupported_grant_type", "Unsupported grant_type")
        client_id, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        tenant = next((each for each in tenants if each.config.client_id == client_id), None)
        if tenant is None:
            return _error(401, "invalid_client", _REFUSED)
        if not secrets.compare_digest(secret.encode(), tenant.config.client_secret.encode()):
            return _error(401, "unauthorized_client", _REFUSED)
        life = tenant.token_life if life is None else life
        return self._granted(tenant, form.get("scope", "").split(), issuer, now, life)

    def _granted(self, tenant: HostedTenant, asked: list[str], issuer: str, now: float, life: float) -> Reply:
        scope = " ".join(dict.fromkeys([*asked, "email", "profile"]))
        text = self.issue(tenant, scope, issuer, now, life)
        content = {
            "access_token": text,
            "expires_in": life,
            "refresh_expires_in": 0,
            "token_type": "Bearer",
            "not-before-policy": 0,
            "scope": scope,
        }
        if "openid" in asked:
            content["id_token"] = _jwt({"iss": issuer, "aud": tenant.config.client_id, "typ": "ID", "iat": int(now)})
        return json_reply(200, content, *_NO_STORE)


def client_id_of(request: Request) -> str:
    """The client id a token request names, in its form or its Basic header."""
    form = dict(decode_pairs(request.body.decode("utf-8", "replace")))
    return (_basic(request) or (form.get("client_id", ""), ""))[0]


def _basic(request: Request) -> tuple[str, str] | None:
    """Client id and secret of an HTTP Basic header, each form-encoded as RFC 6749 2.3.1 asks."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return decode_pairs(f"={user}")[0][1], decode_pairs(f"={password}")[0][1]


def _error(status: int, error: str, description: str, *headers: tuple[str, str]) -> Reply:
    return json_reply(status, {"error": error, "error_description": description}, *_NO_STORE, *headers)


def _jwt(claims: dict[str, object]) -> str:
    """Looks like a signed JWT; the signature is noise, as nobody but the sandbox checks it."""
    head = {"alg": "RS256", "typ": "JWT", "kid": "sandbox"}
    parts = [json.dumps(part).encode() for part in (head, {**claims, "jti": secrets.token_hex(16)})]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, secrets.token_bytes(96)))
