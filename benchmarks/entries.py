"""Fills an access log in bulk, unchained: ``python -m benchmarks.entries SLUG PATIENT ENTRIES``.

Each entry is about a patient of many, every twenty-thousandth about this one.
"""

import os
import sys

import django

_SQLITE = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
_POSTGRES = "WITH n(i) AS (SELECT generate_series(CAST(1 AS bigint), CAST(%s AS bigint))) "
# From a million on: what the dashboard itself has written keeps its numbers. Long ago: it stays the newest.
_ENTRIES = """INSERT INTO audit_entry (tenant, number, at, "user", username, roles, kind, action, route, status,
    outcome, filters, interactions, patients, request_id, address, session, hash)
SELECT %s, 1000000 + i, 1600000000000000 + i * 1000000, i %% 200, 'user', 'clinician', 'encounters', 'R',
    'encounters:list', 200, 'shown', '', '', '', '', '10.0.0.1', '', '' FROM n"""
_SUBJECTS = """INSERT INTO audit_subject (tenant, digest, number)
SELECT %s, CASE WHEN i %% 20000 = 0 THEN %s ELSE 'patient ' || (i * 7919 %% 250000) END, 1000000 + i FROM n"""


def main(slug: str, patient: str, entries: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    from dashboard.audit import routing  # models need django.setup()
    from dashboard.audit.writing import digest

    connection = routing.connection()
    numbers = _POSTGRES if connection.vendor == "postgresql" else _SQLITE
    with connection.cursor() as cursor:
        cursor.execute(numbers + _ENTRIES, [int(entries), slug])
        cursor.execute(numbers + _SUBJECTS, [int(entries), slug, digest(patient)])


if __name__ == "__main__":
    main(*sys.argv[1:])
