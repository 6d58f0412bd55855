"""How the OpenID provider is reached, and what its groups give: read once, from the environment."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

ANY = "any"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class OidcConfigurationError(ValueError):
    """A variable is missing or odd; the message names it and no secret."""


@dataclass(frozen=True)
class Grant:
    """What the members of a group are in one tenant."""

    group: str
    tenant: str
    roles: frozenset[str]


@dataclass(frozen=True)
class OidcConfig:
    """One provider. ``acr``, ``amr`` and ``max_age`` say how its sign-in must have been; empty: in any way."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str
    scopes: tuple[str, ...]
    groups_claim: str
    grants: tuple[Grant, ...]
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()
    max_age: int | None = None

    def grants_for(self, claims: Mapping[str, Any]) -> dict[str, frozenset[str]]:
        """Tenants and roles of somebody with these claims; several groups of one tenant add up."""
        groups = _groups(claims, self.groups_claim)
        found: dict[str, frozenset[str]] = {}
        for grant in self.grants:
            if grant.group in groups:
                found[grant.tenant] = found.get(grant.tenant, frozenset()) | grant.roles
        return found


def read(
    variables: Mapping[str, str], tenants: Collection[str], roles: Collection[str], *, max_age: int
) -> OidcConfig | None:
    """The provider of the ``OIDC_…`` variables; none without ``OIDC_ISSUER``. ``max_age`` holds unless
    OIDC_MAX_AGE says another, or any."""

    def text(name: str, default: str = "") -> str:
        return variables.get(name, "").strip() or default

    issuer = text("OIDC_ISSUER")
    if not issuer:
        return None
    if not private_address(issuer) or urlsplit(issuer).query or issuer.endswith("/.well-known/openid-configuration"):
        raise OidcConfigurationError(
            "OIDC_ISSUER must be the provider's issuer: an https address, as its discovery document says it, "
            "without /.well-known/openid-configuration."
        )
    if not text("OIDC_CLIENT_ID") or not text("OIDC_CLIENT_SECRET"):
        raise OidcConfigurationError("OIDC_ISSUER is set, so OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be set too.")
    age = text("OIDC_MAX_AGE", str(max_age))
    if age != ANY and not (age.isascii() and age.isdigit()):
        raise OidcConfigurationError(f"OIDC_MAX_AGE must be a whole number of seconds, or {ANY}.")
    return OidcConfig(
        issuer=issuer,
        client_id=text("OIDC_CLIENT_ID"),
        client_secret=text("OIDC_CLIENT_SECRET"),
        label=text("OIDC_LABEL", urlsplit(issuer).hostname or ""),
        scopes=tuple(dict.fromkeys(("openid", *text("OIDC_SCOPES", "profile email").split()))),
        groups_claim=text("OIDC_GROUPS_CLAIM", "groups"),
        grants=tuple(_grant(entry, tenants, roles) for entry in text("OIDC_GROUPS").split(";") if entry.strip()),
        acr=_words(text("OIDC_ACR")),
        amr=_words(text("OIDC_AMR")),
        max_age=None if age == ANY else int(age),
    )


def private_address(url: object) -> bool:
    """Whether nobody on the way can read along: https, or this very machine; and no password within."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


def _grant(entry: str, tenants: Collection[str], roles: Collection[str]) -> Grant:
    # A group may be a distinguished name, with commas and equals signs of its own: the last one counts.
    group, _, given = entry.rpartition("=")
    tenant, _, names = given.partition(":")
    grant = Grant(group.strip(), tenant.strip(), frozenset(name.strip() for name in names.split("+")))
    if not grant.group or grant.tenant not in tenants or not grant.roles <= set(roles):
        raise OidcConfigurationError(
            f"OIDC_GROUPS has an entry that is no group=tenant:role+role, or of an unknown tenant or role: {entry!r}"
        )
    return grant


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _groups(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """The words of a claim, which may lie within another: ``realm_access.roles``."""
    value: Any = claims.get(name)
    if value is None:
        value = claims
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, str):
        return frozenset({value})
    return frozenset(word for word in value if isinstance(word, str)) if isinstance(value, list) else frozenset()
