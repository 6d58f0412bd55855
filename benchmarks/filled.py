"""Waits until a tenant's index is filled, and prints how many rows it has: ``python -m benchmarks.filled SLUG``."""

import os
import sys
import time

import django


def main(slug: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    from django.db import connection  # needs django.setup()

    from dashboard.index.state import state_of

    while (state := state_of(slug)) is None or not state.is_complete:
        time.sleep(0.5)
    if connection.vendor == "postgresql":
        # As its autovacuum does by itself within minutes of a fill.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    print(state.rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
