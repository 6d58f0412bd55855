"""What an ID token must be before anything in it is believed (OpenID Connect Core 3.1.3.7)."""

import hmac
import time
from collections.abc import Mapping
from typing import Any

import jwt

from dashboard.accounts.oidc import OidcConfig

# Signed with the provider's private key. Never HS…, whose key would be the public one, and never "none".
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
CLOCKS_APART = 30  # seconds
LONGEST_SUBJECT = 191  # as long as the column of allauth's table


class TokenRefused(Exception):
    """Why a token is not believed; the words name no value of it."""


class SignInTooOld(TokenRefused):
    """All is well but that the person signed in at the provider too long ago: they may do so again."""


def verified(token: object, keys: object, config: OidcConfig, nonce: str) -> dict[str, Any]:
    """The claims of a token that this provider made for us, in answer to this very sign-in."""
    if not isinstance(token, str):
        raise TokenRefused("there is no ID token")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(token, keys),
            algorithms=ALGORITHMS,
            audience=config.client_id,
            issuer=config.issuer,
            leeway=CLOCKS_APART,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, TypeError, ValueError, AttributeError) as error:
        raise TokenRefused(type(error).__name__) from error
    _require(hmac.compare_digest(str(claims.get("nonce")).encode(), nonce.encode()), "the nonce is another one")
    _require("azp" not in claims or claims["azp"] == config.client_id, "it was made for another client")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    _require(not several or "azp" in claims, "it was made for several clients and does not say for which")
    subject = claims["sub"]
    _require(isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT, "the subject is empty or too long")
    _strong_enough(claims, config)
    return claims


def _strong_enough(claims: Mapping[str, Any], config: OidcConfig) -> None:
    """That the provider's sign-in was as the configuration demands."""
    _require(not config.acr or claims.get("acr") in config.acr, "the authentication context is not one of OIDC_ACR")
    methods = claims.get("amr")
    methods = methods if isinstance(methods, list) else []
    _require(not config.amr or any(method in config.amr for method in methods), "no method is one of OIDC_AMR")
    if config.max_age is not None:
        moment = claims.get("auth_time")
        if not isinstance(moment, int | float):
            raise TokenRefused("it does not say when the sign-in at the provider was (auth_time), see OIDC_MAX_AGE")
        if time.time() - moment > config.max_age + CLOCKS_APART:
            raise SignInTooOld("the sign-in at the provider is older than OIDC_MAX_AGE, also when asked to be new")


def _key(token: str, keys: object) -> Any:
    """The key that the token names; one that names none fits only a provider with a single key."""
    if not isinstance(keys, dict):
        raise TokenRefused("the provider's keys cannot be read")
    known = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.public_key_use in (None, "sig")]
    name = jwt.get_unverified_header(token).get("kid")
    fitting = [key for key in known if name is None or key.key_id == name]
    _require(len(fitting) == 1, "no key of the provider fits")
    return fitting[0].key


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise TokenRefused(reason)
