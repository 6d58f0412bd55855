"""What ``manage.py check`` finds wrong with a configuration before the start; ``migrate`` and ``follow`` ask it too.

What no process could start with is refused in settings.py already. The demo is left alone: its people are invented.
"""

import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from dashboard.accounts import encryption
from dashboard.audit import routing
from dashboard.environment import LOOPBACK_HOSTS

SQLITE = "django.db.backends.sqlite3"
LOCAL_MEMORY = "django.core.cache.backends.locmem.LocMemCache"


@register()
def hosts(app_configs: object, **options: Any) -> list[CheckMessage]:
    """Which hosts are served, and how."""
    return [] if settings.DEMO else [*_hosts(), *_origins()]


def _hosts() -> Iterator[CheckMessage]:
    for host in settings.ALLOWED_HOSTS:
        if "*" in host or host.startswith("."):
            yield Error(
                f"ALLOWED_HOSTS: {host} lets a whole family of host names in.",
                hint="Write down each host name by itself.",
                id="dashboard.E001",
            )
    public = [host for host in settings.ALLOWED_HOSTS if host not in LOOPBACK_HOSTS]
    if public and not settings.HTTPS:
        yield Error(
            f"HTTPS is off, but ALLOWED_HOSTS names {public[0]}: passwords and patients would travel in clear.",
            hint="HTTPS=off is for a trial on this machine. Behind a proxy that ends TLS: HTTPS=on, BEHIND_PROXY=on.",
            id="dashboard.E002",
        )
    elif settings.BEHIND_PROXY and not settings.HTTPS:
        yield Error("BEHIND_PROXY is on and HTTPS is off.", hint="Set HTTPS=on.", id="dashboard.E003")


def _origins() -> Iterator[CheckMessage]:
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        parts = urlsplit(origin)
        is_bare = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
        if parts.scheme != "https" or not parts.hostname or not is_bare or "*" in origin:
            yield Error(
                f"CSRF_TRUSTED_ORIGINS: {origin} is not the origin of one host.",
                hint="It looks like https://dashboard.example.org, without a path and without *.",
                id="dashboard.E004",
            )


@register()
def files(app_configs: object, **options: Any) -> list[CheckMessage]:
    """What is on disk: patients, keys and passwords."""
    if settings.DEMO:
        return []
    folder: Path = settings.VAR_DIR
    private = [folder, *_database_files()]
    return [*_writable(folder), *_open_to_others(private, 0o077), *_open_to_others([_variables()], 0o007)]


def _writable(folder: Path) -> Iterator[CheckMessage]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield Error(
            f"VAR_DIR: {folder} cannot be written to: {error.strerror}.",
            hint="It must belong to the user that the dashboard runs as.",
            id="dashboard.E005",
        )


def _database_files() -> list[Path]:
    files = [Path(one["NAME"]) for one in settings.DATABASES.values() if one["ENGINE"] == SQLITE]
    return [path for file in files for path in (file.parent, *file.parent.glob(f"{file.name}*"))]


def _variables() -> Path:
    return Path(os.environ.get("ENV_FILE", settings.BASE_DIR / ".env"))


def _open_to_others(paths: Iterable[Path], bits: int) -> Iterator[CheckMessage]:
    for path in dict.fromkeys(paths):
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() and path != Path() else 0
        if mode & bits:
            right = "700" if path.is_dir() else "600"
            yield Error(
                f"{path} is open to other users of this machine (mode {mode:o}).",
                hint=f"chmod {right} {path}",
                id="dashboard.E006",
            )


@register()
def sharing(app_configs: object, **options: Any) -> list[CheckMessage]:
    """What several processes must share."""
    if settings.DEMO or settings.WEB_WORKERS < 2 or settings.CACHES["totals"]["BACKEND"] != LOCAL_MEMORY:
        return []
    return [
        Warning(
            f"CACHE_URL: {settings.WEB_WORKERS} web processes each have a cache of their own, so each allows what the "
            "limits allow.",
            hint="CACHE_URL=redis://127.0.0.1:6379/0 with Redis or Valkey, or WEB_WORKERS=1.",
            id="dashboard.W001",
        )
    ]


@register()
def tenants(app_configs: object, **options: Any) -> list[CheckMessage]:
    """Which Corti is asked."""
    if settings.DEMO:
        return []
    found: list[CheckMessage] = []
    seen: dict[tuple[str, str, str], str] = {}
    for tenant in settings.TENANTS:
        if urlsplit(tenant.api_url).hostname in LOOPBACK_HOSTS:
            found.append(
                Warning(
                    f"The API of tenant {tenant.slug} is on this machine: {tenant.api_url}",
                    hint="Is it a sandbox? Its people are invented.",
                    id="dashboard.W002",
                )
            )
        key = (tenant.api_url, tenant.tenant_name, tenant.client_id)
        if key in seen:
            found.append(
                Warning(
                    f"The tenants {seen[key]} and {tenant.slug} are the same API client at the same address.",
                    hint="Their lists will be the same, and be followed twice.",
                    id="dashboard.W003",
                )
            )
        seen.setdefault(key, tenant.slug)
    return found


@register(Tags.database)
def database(app_configs: object, databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """Asked with ``manage.py check --database default``, and before anything is migrated; the access log's own
    database goes with it, as no page is shown without it."""
    asked = dict.fromkeys(databases or ())
    if DEFAULT_DB_ALIAS in asked:
        asked[routing.alias()] = None
    return [message for alias in asked for message in _of_database(alias)]


def _of_database(alias: str) -> Iterator[CheckMessage]:
    connection = connections[alias]
    which = f"the access log ({connection.settings_dict['NAME']})" if alias == routing.OWN else "DATABASE_URL"
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        # Its text names hosts and users, which is what one needs to know here; the password is never in it.
        yield Error(f"The database of {which} does not answer: {str(error).strip()}", id="dashboard.E007")
        return
    if missing and "migrate" not in sys.argv[1:2]:
        yield Warning(
            f"{len(missing)} migrations are not applied to the database of {which}.",
            hint="manage.py migrate",
            id="dashboard.W004",
        )
    if not missing and alias == DEFAULT_DB_ALIAS:
        yield from _second_factors()


def _second_factors() -> Iterator[CheckMessage]:
    found = encryption.standing()
    if former := found[encryption.FORMER]:
        yield Warning(
            f"SECRET_KEY_FALLBACKS: {former} secrets of second factors need a former key, and are lost without it.",
            hint="manage.py reencrypt",
            id="dashboard.W005",
        )
    if lost := found[encryption.LOST]:
        yield Warning(
            f"SECRET_KEY_FALLBACKS: {lost} secrets of second factors are opened by no key.",
            hint="Add the key that was removed, then manage.py reencrypt. If it is gone, take these factors away under "
            "“Accounts and memberships”, so that their users can set up new ones.",
            id="dashboard.W006",
        )
