"""The tenants that this installation may read, from environment variables (docs/configuration.md)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corti_gateway.addresses import base_address
from corti_gateway.errors import ConfigurationError

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,38}")
ENVIRONMENT = re.compile(r"[a-z0-9-]{1,40}")
TENANT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
PRINTABLE = re.compile(r"[\x21-\x7e]{1,1000}")
# First path segments of the dashboard: a tenant of that name could never be reached. A test reads its URLs.
RESERVED = frozenset(("accounts", "admin", "static", "healthz", "readyz", "metrics"))
SWITCH = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class TenantConfig:
    """Where one tenant's data is and how to ask for it; the secret stays out of the repr.

    ``tenant_name`` is Corti's word (realm and ``Tenant-Name`` header), ``slug`` ours (path of the dashboard).
    ``api_url`` and ``auth_url`` are bases ending in a slash. Times in seconds, ``max_body`` in bytes after decoding,
    ``page_size_max`` in rows.
    """

    slug: str
    label: str
    tenant_name: str
    client_id: str
    client_secret: str = field(repr=False)
    api_url: str
    auth_url: str
    index: bool = True
    # Calls a minute that following the tenant for the index may cost.
    index_calls: int = 600
    connect_timeout: float = 3.0
    # Shorter than the deadline, so that a lost answer leaves room for another try.
    read_timeout: float = 5.0
    deadline: float = 8.0
    max_body: int = 10_000_000
    page_size_max: int = 100

    @property
    def token_url(self) -> str:
        """The token endpoint of the tenant's realm."""
        return f"{self.auth_url}{self.tenant_name}/protocol/openid-connect/token"


# What may follow CORTI_ or CORTI_<SLUG>_; each is in .env.example.
CORE_NAMES = ("ENVIRONMENT", "TENANT_NAME", "CLIENT_ID", "CLIENT_SECRET", "CLIENT_SECRET_FILE", "API_URL", "AUTH_URL")
NAMES = (*CORE_NAMES, "LABEL", "INDEX", "INDEX_CALLS")


def tenants_from_env(variables: Mapping[str, str]) -> tuple[TenantConfig, ...]:
    """The configured tenants, in the order of ``CORTI_TENANTS``; an empty tuple if nothing is set.

    Either ``CORTI_TENANTS`` with ``CORTI_<SLUG>_…`` for each, or the single set of names that Corti's own samples
    use. An empty variable counts as not set. :class:`ConfigurationError` names the first variable that is missing,
    odd, or of no tenant: a misspelt name must not start something else than was meant.
    """
    single = _Variables(variables, "CORTI_")
    # "" is not among the names of any tenant, so a prefix of "CORTI_" can only be the single set.
    is_single = any(single.text(name) for name in CORE_NAMES)
    slugs = [slug.strip() for slug in single.text("TENANTS").split(",") if slug.strip()]
    if slugs and is_single:
        raise ConfigurationError("CORTI_TENANTS: set either this or CORTI_TENANT_NAME and its kin, not both")
    if len(set(slugs)) < len(slugs):
        raise ConfigurationError("CORTI_TENANTS: names a tenant twice")
    for slug in slugs:
        _check_slug("CORTI_TENANTS", slug)
    several = [_Variables(variables, f"CORTI_{slug.upper().replace('-', '_')}_") for slug in slugs]
    _check_names(variables, several or ([single] if is_single else []))
    if not slugs:
        return (_single_tenant(single),) if is_single else ()
    return tuple(_tenant(own, slug) for own, slug in zip(several, slugs, strict=True))


def _check_names(variables: Mapping[str, str], tenants: Sequence["_Variables"]) -> None:
    """Every CORTI_ variable that is not empty belongs to a tenant."""
    known = {"CORTI_TENANTS"} | {own.prefix + name for own in tenants for name in NAMES}
    for name, value in variables.items():
        if name.startswith("CORTI_") and value.strip() and name not in known:
            what = "is not known, or of no tenant in CORTI_TENANTS" if tenants else "no tenant is configured"
            raise ConfigurationError(f"{name}: {what}")


class _Variables:
    """The variables of one tenant: the same names after a prefix."""

    def __init__(self, variables: Mapping[str, str], prefix: str) -> None:
        self.variables, self.prefix = variables, prefix

    def text(self, name: str) -> str:
        return self.variables.get(self.prefix + name, "").strip()

    def needed(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self.text(name)
        if not value:
            raise ConfigurationError(f"{self.prefix}{name}: is not set")
        if not pattern.fullmatch(value):
            raise self.odd(name, "has signs that do not belong there")
        return value

    def secret(self, name: str) -> str:
        """The value, or the content of the file that ``<name>_FILE`` points to."""
        value, path = self.text(name), self.text(f"{name}_FILE")
        if value and path:
            raise self.odd(name, f"set either this or {self.prefix}{name}_FILE, not both")
        if path:
            try:
                value = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, ValueError):
                raise self.odd(f"{name}_FILE", "names a file that cannot be read") from None
        if not value:
            raise ConfigurationError(f"{self.prefix}{name}{'_FILE' if path else ''}: is not set or empty")
        if not PRINTABLE.fullmatch(value):
            raise self.odd(f"{name}_FILE" if path else name, "has signs that do not belong there")
        return value

    def address(self, name: str, default: str) -> str:
        try:
            return base_address(self.text(name) or default)
        except ValueError as error:
            raise self.odd(name, str(error)) from None

    def switch(self, name: str, default: bool) -> bool:
        value = self.text(name).lower()
        if value and value not in SWITCH:
            raise self.odd(name, "must be on or off")
        return SWITCH.get(value, default)

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        text = self.text(name)
        if text and not (text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most):
            raise self.odd(name, f"must be a whole number from {least} to {most}")
        return int(text) if text else default

    def odd(self, name: str, what: str) -> ConfigurationError:
        return ConfigurationError(f"{self.prefix}{name}: {what}")


def _single_tenant(variables: _Variables) -> TenantConfig:
    name = variables.needed("TENANT_NAME", TENANT_NAME)
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:39].rstrip("-")
    _check_slug("CORTI_TENANT_NAME", slug)
    return _tenant(variables, slug)


def _tenant(variables: _Variables, slug: str) -> TenantConfig:
    environment = ""
    if not (variables.text("API_URL") and variables.text("AUTH_URL")) or variables.text("ENVIRONMENT"):
        environment = variables.needed("ENVIRONMENT", ENVIRONMENT)
    label = variables.text("LABEL") or slug.replace("-", " ").title()
    if not label.isprintable() or len(label) > 60:
        raise variables.odd("LABEL", "must be at most 60 printable signs")
    return TenantConfig(
        slug=slug,
        label=label,
        tenant_name=variables.needed("TENANT_NAME", TENANT_NAME),
        client_id=variables.needed("CLIENT_ID", PRINTABLE),
        client_secret=variables.secret("CLIENT_SECRET"),
        api_url=variables.address("API_URL", f"https://api.{environment}.corti.app/v2/"),
        auth_url=variables.address("AUTH_URL", f"https://auth.{environment}.corti.app/realms/"),
        index=variables.switch("INDEX", default=True),
        index_calls=variables.whole("INDEX_CALLS", default=600, least=10, most=100_000),
    )


def _check_slug(variable: str, slug: str) -> None:
    if not SLUG.fullmatch(slug):
        raise ConfigurationError(f"{variable}: a slug is up to 39 lower-case letters, digits and hyphens")
    if slug in RESERVED:
        raise ConfigurationError(f"{variable}: {slug} is a page of the dashboard and cannot name a tenant")
