"""How many encounters match, by status and type: from the kept counts where they tell, else counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from corti_gateway.vocabulary import EncounterStatus
from dashboard.index import axes
from dashboard.index.reading.buckets import buckets, cells
from dashboard.index.reading.narrowing import Narrowing, one_of
from dashboard.index.reading.weeks import Weeks, weeks
from dashboard.listing.questions import ALWAYS

Counts = Counter[tuple[str, str]]
DELETED = EncounterStatus.DELETED.value


def by_status_and_type(narrowing: Narrowing) -> Counts:
    """Rows for each (status, type)."""
    if narrowing.is_tallied:
        return _tallied(narrowing, axes.ALL, "")
    if narrowing.but(clinicians=()).is_tallied:
        return _tallied(
            narrowing, axes.ASSIGNED, f" AND {one_of('bucket', narrowing.clinicians)}", narrowing.clinicians
        )
    for axis, span in ((axes.CREATED, narrowing.created), (axes.STARTED, narrowing.started)):
        if span and narrowing.but(**{axis: ALWAYS}).is_tallied and (whole := weeks(span)) is not None:
            return _over_weeks(narrowing, axis, whole)
    return _counted(narrowing)


def without_deleted(counts: Counts) -> Counts:
    return Counter({pair: rows for pair, rows in counts.items() if pair[0] != DELETED})


def summed(counts: Mapping[tuple[str, str], int], part: int) -> Counter[str]:
    """Rows for each status (part 0) or for each type (part 1)."""
    groups: Counter[str] = Counter()
    for pair, rows in counts.items():
        groups[pair[part]] += rows
    return groups


def by_clinician(narrowing: Narrowing) -> Counter[str]:
    """Rows for each assigned user."""
    if narrowing.is_tallied:
        return Counter(buckets(narrowing.tenant, axes.ASSIGNED, narrowing.statuses, narrowing.types).rows())
    return Counter(dict(_count("i.assigned", narrowing)))


def _tallied(narrowing: Narrowing, axis: str, condition: str, values: Iterable[Any] = ()) -> Counts:
    where, given = cells(narrowing.tenant, axis, narrowing.statuses, narrowing.types)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT status, type, SUM(rows) FROM index_tally WHERE {where}{condition} GROUP BY status, type",
            [*given, *values],
        )
        return Counter({(status, kind): int(rows) for status, kind, rows in cursor.fetchall()})


def _over_weeks(narrowing: Narrowing, axis: str, whole: Weeks) -> Counts:
    """Whole weeks from the kept counts, the rest of the span counted."""
    counts = _tallied(narrowing, axis, " AND bucket >= %s AND bucket < %s", [whole.first, whole.after])
    for edge in whole.edges:
        counts += _counted(narrowing.but(**{axis: edge}))
    return counts


def _counted(narrowing: Narrowing) -> Counts:
    return Counter({(status, kind): rows for status, kind, rows in _count("i.status, i.type", narrowing)})


def _count(columns: str, narrowing: Narrowing) -> list[tuple[Any, ...]]:
    where, values = narrowing.conditions(gather=True)
    # Few have no patient, and this index has them together.
    few = (
        connection.vendor == "sqlite" and narrowing.but(has_patient=None).is_tallied and narrowing.has_patient is False
    )
    hint = " INDEXED BY index_by_patient" if few else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, COUNT(*) FROM index_indexedinteraction i{hint} WHERE {where} GROUP BY {columns}",
            values,
        )
        return list(cursor.fetchall())
