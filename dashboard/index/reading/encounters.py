"""Pages of encounters from the index, at the same cost on page one and on page ten thousand.

Where a page begins is found from the kept counts: running sums over the buckets of the sort say in which bucket its
first row is, and only that bucket is counted into. Orders by a word (status, type, clinician) are one group after the
other, each newest first.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from corti_gateway.models import Interaction
from corti_gateway.vocabulary import Direction, EncounterStatus, EncounterType
from dashboard.index import axes
from dashboard.index.moments import NEVER, WEEK
from dashboard.index.reading import counting
from dashboard.index.reading.buckets import buckets
from dashboard.index.reading.counting import DELETED
from dashboard.index.reading.narrowing import Narrowing
from dashboard.index.rows import SHOWN, interaction_of
from dashboard.listing.questions import Order, Question

# Beyond so many rows a page is looked up in the buckets; up to there the database passes over them faster.
DEEP = 2_000
# So few matches are rather gathered and sorted than looked for along the order of a list.
FEW = 2_000

STATUS_ORDER = tuple(status.value for status in (
    EncounterStatus.IN_PROGRESS, EncounterStatus.PLANNED, EncounterStatus.ON_HOLD, EncounterStatus.COMPLETED,
    EncounterStatus.CANCELLED, EncounterStatus.DELETED,
))  # fmt: skip
TYPE_ORDER = tuple(kind.value for kind in (
    EncounterType.CONSULTATION, EncounterType.EMERGENCY, EncounterType.FIRST_CONSULTATION, EncounterType.INPATIENT,
    EncounterType.OUTPATIENT,
))  # fmt: skip

_FROM = "FROM index_indexedinteraction i"


@dataclass(frozen=True)
class Found:
    """One page of rows, how many match in all, and how many of each status match if no status were chosen."""

    rows: tuple[Interaction, ...]
    total: int
    by_status: Counter[str]


@dataclass(frozen=True)
class _Line:
    """An order whose rows stand along one column; ``axis`` counts them in buckets that sort like it."""

    column: str
    axis: str
    index: str


_LINES = {
    Order.CREATED: _Line("created", axes.CREATED, "index_by_created"),
    Order.UPDATED: _Line("updated", axes.UPDATED, "index_by_updated"),
    Order.STARTED: _Line("started", axes.STARTED, "index_by_started"),
    Order.ENDED: _Line("closed", axes.CLOSED, "index_by_closed"),
    Order.DURATION: _Line("duration", axes.DURATION, "index_by_duration"),
    Order.ID: _Line("key", axes.KEY, "sqlite_autoindex_index_indexedinteraction_1"),
}


def find(tenant: int, question: Question, clinicians: Sequence[str] = ()) -> Found:
    """The page that a question asks for; ``clinicians`` are the ids that have names, in the order of these."""
    narrowing = Narrowing.of(tenant, question)
    counts = counting.by_status_and_type(narrowing.but(statuses=()))
    if question.hide_deleted and any(status == DELETED for status, _ in counts):
        counts = counting.without_deleted(counts)
        # The others, whatever words they are: what the kept counts are cut by too.
        left = {status for status, _ in counts if not narrowing.statuses or status in narrowing.statuses}
        if not left:
            return Found((), 0, counting.summed(counts, 0))
        narrowing = narrowing.but(statuses=tuple(sorted(left)))
    matching = {pair: rows for pair, rows in counts.items() if not narrowing.statuses or pair[0] in narrowing.statuses}
    total = sum(matching.values())
    reader = _Reader(question.sort.direction is Direction.DESC, clinicians)
    rows = reader.rows(narrowing, question.sort.order, question.offset, question.size, total, matching)
    return Found(tuple(map(interaction_of, rows)), total, counting.summed(counts, 0))


def one(tenant: int, key: str) -> Interaction | None:
    """One encounter by Corti's id."""
    rows = _read(f"{_FROM} WHERE i.tenant_id = %s AND i.key = %s", [tenant, key], "i.key", 0, 1)
    return interaction_of(rows[0]) if rows else None


class _Reader:
    def __init__(self, descending: bool, clinicians: Sequence[str]) -> None:
        self._descending, self._clinicians = descending, clinicians

    def rows(
        self,
        narrowing: Narrowing,
        order: Order,
        offset: int,
        size: int,
        total: int,
        counts: dict[tuple[str, str], int],
    ) -> list[Sequence[Any]]:
        """So many stored rows of an order, from an offset on."""
        if offset >= total:
            return []
        if order is Order.STATUS:
            return self._grouped(narrowing, "statuses", STATUS_ORDER, counting.summed(counts, 0), offset, size)
        if order is Order.TYPE:
            return self._grouped(narrowing, "types", TYPE_ORDER, counting.summed(counts, 1), offset, size)
        if order is Order.ASSIGNED and self._clinicians:
            groups = counting.by_clinician(narrowing)
            return self._grouped(narrowing, "clinicians", self._clinicians, groups, offset, size)
        if order is Order.ASSIGNED:
            return self._line(narrowing, _Line("assigned", axes.ASSIGNED, "index_by_assigned"), offset, size, total)
        if order is Order.PATIENT:
            return self._by_patient(narrowing, offset, size, total)
        return self._line(narrowing, _LINES[order], offset, size, total)

    def _grouped(
        self, narrowing: Narrowing, name: str, order: Sequence[str], groups: Counter[str], offset: int, size: int
    ) -> list[Sequence[Any]]:
        """One group after the other: known words in their order, then unknown ones, then none at all."""
        place = {word: number for number, word in enumerate(order)}
        words = sorted(groups, key=lambda word: (word == "", place.get(word, len(place)), word))
        rows: list[Sequence[Any]] = []
        newest = _Reader(True, ())
        for word in reversed(words) if self._descending else words:
            here = groups[word]
            if offset < here and len(rows) < size:
                one = narrowing.but(**{name: (word,)})
                rows += newest._line(one, _LINES[Order.CREATED], offset, size - len(rows), here)
            offset = max(0, offset - here)
        return rows

    def _line(self, narrowing: Narrowing, line: _Line, offset: int, size: int, total: int) -> list[Sequence[Any]]:
        extra = ""
        values: list[Any] = []
        if narrowing.is_tallied and (offset >= DEEP or _is_thin(narrowing, line)):
            found = buckets(narrowing.tenant, line.axis, narrowing.statuses, narrowing.types)
            if offset < found.total:
                covering, offset = found.covering(offset, size, descending=self._descending)
                extra, values = _between(line, *covering)
        hint, plus = self._hint(narrowing, line, total)
        where, given = narrowing.conditions(gather=bool(plus) and not hint)
        direction = "DESC" if self._descending else "ASC"
        ties = "" if line.column == "key" else f", i.key {direction}"
        return _read(
            f"{_FROM}{hint} WHERE {where}{extra} ORDER BY {plus}i.{line.column} {direction}{ties}",
            [*given, *values],
            f"i.{line.column} {direction}{ties}",
            offset,
            size,
        )

    def _hint(self, narrowing: Narrowing, line: _Line, total: int) -> tuple[str, str]:
        """Which index SQLite is to follow, and a sign that keeps it from following the order: it knows no numbers.

        PostgreSQL has statistics of its own.
        """
        if connection.vendor != "sqlite":
            return "", ""
        if narrowing.patient is not None:
            return " INDEXED BY index_by_patient", ""
        if total <= FEW and narrowing.has_patient is False:
            return " INDEXED BY index_by_patient", "+"
        if total <= FEW and not narrowing.is_tallied:
            return "", "+"
        if len(narrowing.statuses) == 1 and line.axis == axes.CREATED:
            return " INDEXED BY index_by_status", ""
        if len(narrowing.clinicians) == 1 and line.axis in (axes.CREATED, axes.ASSIGNED):
            return " INDEXED BY index_by_assigned", ""
        if len(narrowing.statuses) == 1 and total <= FEW:
            return " INDEXED BY index_by_status", "+"
        return f" INDEXED BY {line.index}", ""

    def _by_patient(self, narrowing: Narrowing, offset: int, size: int, total: int) -> list[Sequence[Any]]:
        """By name, then newest first; encounters without a patient at the far end."""
        if self._descending:
            nameless = _nameless(narrowing)
            rows = self._without_patient(narrowing, offset, size, nameless)
            return rows + self._named(narrowing, max(0, offset - nameless), size - len(rows), total)
        rows = self._named(narrowing, offset, size, total)
        if len(rows) == size:
            # Far from the end, where it is known anyway how many have a patient.
            return rows
        nameless = _nameless(narrowing)
        offset = max(0, offset - (total - nameless))
        return rows + self._without_patient(narrowing, offset, size - len(rows), nameless)

    def _without_patient(self, narrowing: Narrowing, offset: int, size: int, here: int) -> list[Sequence[Any]]:
        if offset >= here:
            return []
        return _Reader(True, ())._line(narrowing.but(has_patient=False), _LINES[Order.CREATED], offset, size, here)

    def _named(self, narrowing: Narrowing, offset: int, size: int, total: int) -> list[Sequence[Any]]:
        extra = ""
        values: list[Any] = []
        if not size:
            return []
        narrowing = narrowing.but(has_patient=True)
        if offset >= DEEP and narrowing.but(has_patient=None).is_tallied and not narrowing.types:
            found = buckets(narrowing.tenant, axes.PATIENT, narrowing.statuses).without_last()
            if offset >= found.total:
                return []
            (low, high), offset = found.covering(offset, size, descending=self._descending)
            extra = (
                " AND p.sort_name >= %s AND p.sort_name < %s "
                "AND SUBSTR(p.sort_name, 1, 2) >= %s AND SUBSTR(p.sort_name, 1, 2) <= %s"
            )
            values = [low, high + axes.LAST, low, high]
        few = total <= FEW and not extra
        where, given = narrowing.conditions(gather=few)
        direction = "DESC" if self._descending else "ASC"
        order = f"p.sort_name {direction}, p.digest {direction}, i.created DESC, i.key DESC"
        source = "FROM index_indexedpatient p JOIN index_indexedinteraction i ON i.patient_id = p.id"
        if connection.vendor == "sqlite" and few:
            source = f"{_FROM} CROSS JOIN index_indexedpatient p ON p.id = i.patient_id"
        elif connection.vendor == "sqlite":
            # The patients in their order, and each one's encounters: SQLite keeps to the order of a CROSS JOIN.
            source = (
                "FROM index_indexedpatient p INDEXED BY index_patient_name "
                "CROSS JOIN index_indexedinteraction i INDEXED BY index_by_patient ON i.patient_id = p.id"
            )
        return _read(
            f"{source} WHERE p.tenant_id = %s AND {where}{extra} ORDER BY {order}",
            [narrowing.tenant, *given, *values],
            order,
            offset,
            size,
        )


def _read(source: str, values: Sequence[Any], order: str, offset: int, size: int) -> list[Sequence[Any]]:
    """The shown columns of one page: found by their numbers first, so that rows passed over cost next to nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {SHOWN} FROM (SELECT i.id {source} LIMIT %s OFFSET %s) page "
            "JOIN index_indexedinteraction i ON i.id = page.id "
            "LEFT JOIN index_title t ON t.id = i.title_id LEFT JOIN index_indexedpatient p ON p.id = i.patient_id "
            f"ORDER BY {order}",
            [*values, size, offset],
        )
        return list(cursor.fetchall())


def _is_thin(narrowing: Narrowing, line: _Line) -> bool:
    """Whether a filter may leave out so much along an order that its first rows are far away."""
    return bool(narrowing.types or len(narrowing.statuses) > 1 or (narrowing.statuses and line.axis != axes.CREATED))


def _nameless(narrowing: Narrowing) -> int:
    """How many encounters have no patient, or one without an identifier."""
    if narrowing.is_tallied and not narrowing.types:
        return buckets(narrowing.tenant, axes.PATIENT, narrowing.statuses).rows().get(axes.LAST, 0)
    return sum(counting.by_status_and_type(narrowing.but(has_patient=False)).values())


def _between(line: _Line, low: str, high: str) -> tuple[str, list[Any]]:
    """The condition that a row lies in one of the buckets from one to another."""
    column = f"i.{line.column}"
    if line.axis in (axes.ASSIGNED,):
        return f" AND {column} >= %s AND {column} <= %s", [low, high]
    if line.axis == axes.KEY:
        return f" AND {column} >= %s AND {column} < %s", [low, high + axes.LAST]
    begins = axes.duration_begins if line.axis == axes.DURATION else axes.week_begins
    width = axes.STEP if line.axis == axes.DURATION else WEEK
    parts = ""
    values: list[Any] = []
    if low == axes.LAST:
        return f" AND {column} = %s", [NEVER]
    if low != "00000":
        parts, values = f" AND {column} >= %s", [begins(low)]
    if high == axes.LAST:
        return parts, values
    return f"{parts} AND {column} < %s", [*values, begins(high) + width]
