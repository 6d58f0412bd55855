"""Where the provider is, by its own document (OpenID Connect Discovery 1.0): checked, and kept for a while."""

import hashlib
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core.exceptions import PermissionDenied

from dashboard import remembering
from dashboard.accounts.oidc import private_address

PATH = "/.well-known/openid-configuration"
KEPT = 300  # seconds: everybody may ask for it, by asking for the way to the provider
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OPTIONAL = ("userinfo_endpoint", "end_session_endpoint")

# What a provider that answers oddly, late or not at all makes of the libraries; those of requests are OSErrors.
FAILURES = (OAuth2Error, PermissionDenied, OSError, ValueError, KeyError, TypeError, AttributeError)


def document(issuer: str) -> dict[str, Any]:
    """The document of this issuer. What was kept is checked like what was read: others may write to the cache."""
    key = "provider:" + hashlib.sha256(issuer.encode()).hexdigest()
    kept = remembering.recall(key)
    if kept is not None:
        return checked(kept, issuer)
    found = asked(issuer)
    remembering.keep(key, found, KEPT)
    return found


def asked(issuer: str) -> dict[str, Any]:
    """The document as it is now."""
    return checked(read(issuer.rstrip("/") + PATH), issuer)


def tells_when_it_signed_in(found: dict[str, Any]) -> bool:
    """Whether the document says so; a list of claims is recommended there, and not required."""
    claims = found.get("claims_supported")
    return isinstance(claims, list) and "auth_time" in claims


def checked(found: dict[str, Any], issuer: str) -> dict[str, Any]:
    """The same, if every address in it may be asked."""
    if found.get("issuer") != issuer:
        raise OAuth2Error("the discovery document is of another issuer")
    for name in NEEDED + OPTIONAL:
        if not private_address(found.get(name)) and (name in NEEDED or name in found):
            raise OAuth2Error(f"{name} is no https address")
    return found


def read(url: str) -> dict[str, Any]:
    """A document of the provider, by no redirect."""
    with get_adapter().get_requests_session() as session:
        answer = session.get(url)
        answer.raise_for_status()
        found = answer.json()
    if not isinstance(found, dict):
        raise OAuth2Error("a document of the provider is no object")
    return found
