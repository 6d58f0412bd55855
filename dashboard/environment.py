"""Where settings come from: the environment, a file of variables, and one file a secret."""

import os
import secrets
import warnings
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from corti_gateway.config import SWITCH, TenantConfig, tenants_from_env
from corti_gateway.errors import ConfigurationError

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]", "::1")


def load(base: Path) -> environ.Env:
    """The process's environment on top of the file named in ENV_FILE (``.env`` beside manage.py unless told)."""
    file = os.environ.get("ENV_FILE", str(base / ".env"))
    require("ENV_FILE" not in os.environ or not file or Path(file).is_file(), f"ENV_FILE names no file: {file}")
    if file and Path(file).is_file():
        environ.Env.read_env(file)
    for name in ("SECRET_KEY", "DATABASE_URL", "CACHE_URL"):
        if path := os.environ.get(f"{name}_FILE"):
            os.environ[name] = _content(f"{name}_FILE", path)
    return environ.Env()


def tenants(variables: Mapping[str, str], sandbox_url: str) -> tuple[TenantConfig, ...]:
    """The configured tenants; without any, the two of the sandbox."""
    try:
        configured = tenants_from_env(variables)
    except ConfigurationError as error:
        raise ImproperlyConfigured(str(error)) from error
    if configured:
        return configured
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


def whole(env: environ.Env, name: str, *, default: int, least: int, most: int) -> int:
    """A variable that is a whole number between two others."""
    text = env.str(name, default="") or str(default)
    require(
        text.isascii() and text.isdigit() and least <= int(text) <= most,
        f"{name} must be a whole number from {least} to {most}, not {text!r}.",
    )
    return int(text)


def require(condition: bool, message: str) -> None:
    """Stop the start with a message that names the variable."""
    if not condition:
        raise ImproperlyConfigured(message)


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{name} names a file that cannot be read as text: {path}") from error
