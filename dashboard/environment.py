"""Where settings come from: the environment, a file of variables, and one file a secret."""

import os
import secrets
import warnings
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from corti_gateway.config import SWITCH, TenantConfig, tenants_from_env
from corti_gateway.errors import ConfigurationError
from dashboard.accounts import oidc
from dashboard.accounts.oidc import OidcConfig

LOG_FORMATS = {"line": "dashboard.logs.OneLine", "json": "dashboard.logs.JsonLine"}
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]", "::1")


def load(base: Path) -> environ.Env:
    """The process's environment on top of the file named in ENV_FILE (``.env`` beside manage.py unless told)."""
    file = os.environ.get("ENV_FILE", str(base / ".env"))
    require("ENV_FILE" not in os.environ or not file or Path(file).is_file(), f"ENV_FILE names no file: {file}")
    if file and Path(file).is_file():
        environ.Env.read_env(file)
    secret = ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "DATABASE_URL", "CACHE_URL", "METRICS_TOKEN", "OIDC_CLIENT_SECRET")
    for name in secret:
        if path := os.environ.get(f"{name}_FILE"):
            os.environ[name] = _content(f"{name}_FILE", path)
    return environ.Env()


def var_dir(env: environ.Env, base: Path) -> Path:
    """Where files of the dashboard's own live."""
    return Path(env.str("VAR_DIR", default=str(base / "var")))


def log_format(env: environ.Env, *, demo: bool) -> str:
    """How log lines look: for people in the demo, for programs elsewhere."""
    return one_of(env, "LOG_FORMAT", LOG_FORMATS, default="line" if demo else "json")


def web_workers(env: environ.Env) -> int:
    """How many processes answer browsers."""
    return whole(env, "WEB_WORKERS", default=2, most=1_000)


def configured_tenants(variables: Mapping[str, str]) -> tuple[TenantConfig, ...]:
    """The hospital's own tenants; none of them makes it a demo."""
    try:
        return tenants_from_env(variables)
    except ConfigurationError as error:
        raise ImproperlyConfigured(str(error)) from error


def sandbox_tenants(sandbox_url: str) -> tuple[TenantConfig, ...]:
    """The two of the sandbox."""
    try:
        return tenants_from_env(sandbox_variables(sandbox_url))
    except ConfigurationError as error:
        raise ImproperlyConfigured(f"SANDBOX_URL is not the address of a sandbox: {sandbox_url}") from error


def sandbox_variables(url: str) -> dict[str, str]:
    """What ``.env`` would say for the sandbox's tenants."""
    from corti_gateway.sandbox import DEMO_TENANTS  # only where it is used: real tenants never load it

    variables = {"CORTI_TENANTS": ",".join(tenant.slug for tenant in DEMO_TENANTS)}
    for tenant in DEMO_TENANTS:
        prefix = f"CORTI_{tenant.slug.upper()}"
        variables |= {
            f"{prefix}_LABEL": tenant.label,
            f"{prefix}_TENANT_NAME": tenant.tenant_name,
            f"{prefix}_CLIENT_ID": tenant.client_id,
            f"{prefix}_CLIENT_SECRET": tenant.client_secret,
            f"{prefix}_API_URL": f"{url.rstrip('/')}/v2/",
            f"{prefix}_AUTH_URL": f"{url.rstrip('/')}/realms/",
        }
    return variables


def demo_secret(folder: Path) -> str:
    """A secret key for the demo, made once on each machine and kept readable by its owner only."""
    path = folder / "demo-secret-key"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f".demo-secret-key-{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        draft.replace(path)
    return path.read_text()


def private_file(path: Path) -> None:
    """A file, and its folder, for its owner only where they are made here; what SQLite puts beside its file, it makes
    like the file. One that cannot be made is told by ``manage.py check``."""
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)


def flag(env: environ.Env, name: str, *, default: bool) -> bool:
    """A variable that says on or off; any other word stops the start."""
    text = env.str(name, default="").strip().lower()
    require(text in {"", *SWITCH}, f"{name} must be on or off, not {text!r}.")
    return SWITCH.get(text, default)


def service(parse: Callable[..., dict[str, Any]], name: str, *, default: str, needs: str) -> dict[str, Any]:
    """A variable that is the URL of a service; ``needs`` is the key that only a known kind of service brings."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of an odd URL, which is refused below by its name
            found = parse(name, default=default)
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{name} is not the URL of a known kind of service.") from error
    # A kind that is not known comes back as the word that it was.
    require("." in found.get(needs, ""), f"{name} is not the URL of a known kind of service.")
    return found


def one_of(env: environ.Env, name: str, allowed: Collection[str], *, default: str) -> str:
    """A variable that holds one of some known words."""
    text: str = env.str(name, default="") or default
    require(text in allowed, f"{name} is {text!r}, which is not one of the values it may have.")
    return text


def whole(env: environ.Env, name: str, *, default: int, least: int = 1, most: int = 1_000_000) -> int:
    """A variable that is a whole number between two others."""
    text = env.str(name, default="") or str(default)
    require(
        text.isascii() and text.isdigit() and least <= int(text) <= most,
        f"{name} must be a whole number from {least} to {most}, not {text!r}.",
    )
    return int(text)


def words(env: environ.Env, name: str, allowed: Collection[str], *, default: Collection[str]) -> tuple[str, ...]:
    """A variable that lists some of the known words; ``none`` is none of them."""
    text: str = env.str(name, default="").strip()
    if not text:
        return tuple(str(word) for word in default)
    chosen = [] if text == "none" else [word.strip() for word in text.split(",")]
    require(set(chosen) <= set(allowed), f"{name} lists {text!r}; it may have {', '.join(allowed)}, or none.")
    return tuple(chosen)


def provider(
    variables: Mapping[str, str], tenants: Collection[str], roles: Collection[str], *, max_age: int
) -> OidcConfig | None:
    """The OpenID provider, if one is configured."""
    try:
        return oidc.read(variables, tenants, roles, max_age=max_age)
    except oidc.OidcConfigurationError as error:
        raise ImproperlyConfigured(str(error)) from error


def require(condition: bool, message: str) -> None:
    """Stop the start with a message that names the variable."""
    if not condition:
        raise ImproperlyConfigured(message)


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{name} names a file that cannot be read as text: {path}") from error
