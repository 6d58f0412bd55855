"""Where the access log is: beside SQLite in a file of its own, which is written through to the disk at every entry;
in PostgreSQL, which does that anyway, with everything else."""

from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

OWN = "audit"


def alias() -> str:
    return OWN if OWN in settings.DATABASES else "default"


def connection() -> BaseDatabaseWrapper:
    return connections[alias()]


class Router:
    """Keeps the log's tables out of the other database, and everything else out of the log's."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return alias() if model._meta.app_label == OWN else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return (db == alias()) if app_label == OWN or db == OWN else None
