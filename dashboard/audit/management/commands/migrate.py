"""``manage.py migrate``, for every database that the dashboard has: the access log may have one of its own."""

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from dashboard.audit import routing


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        # Not for one that was named, nor for a single application, which is in one of them;
        # and the tests make each database by itself.
        if options["database"] == DEFAULT_DB_ALIAS != routing.alias() and not (
            options["app_label"] or options["run_syncdb"]
        ):
            super().handle(*args, **options | {"database": routing.alias()})
