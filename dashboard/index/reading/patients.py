"""Patients from the index: pages with totals, search by any part of names in any order, suggestions, one patient."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection

from corti_gateway.parsing import GENDERS
from corti_gateway.vocabulary import Direction, EncounterStatus, Gender
from dashboard.index import axes
from dashboard.index.moments import NEVER, WEEK, instant, stored
from dashboard.index.people import COUNTS
from dashboard.index.reading.buckets import buckets, cells
from dashboard.index.reading.narrowing import begins, found_by, one_of
from dashboard.index.reading.weeks import weeks
from dashboard.index.rows import digest
from dashboard.listing.names import query_words
from dashboard.listing.questions import ALWAYS, Span

DEEP = 2_000
FEW = 2_000
# Of several words the rarest is looked up first; beyond so many it hardly matters which.
BROAD = 50_000
# Reading a word's entries in their order is so much quicker than looking each up.
NEAR = 4
# What a search box offers.
SUGGESTED = 8
# Encounters on one patient's timeline.
REMEMBERED = 2_000


class PatientOrder(StrEnum):
    """What patients can be sorted by; the value is its word in an address."""

    NAME = "name"
    SEEN = "seen"
    BORN = "born"
    ENCOUNTERS = "encounters"


@dataclass(frozen=True)
class PatientQuestion:
    """One page of a list of patients. ``text`` is personal data; ``seen`` is about the last encounter that took place;
    ``genders`` are the API's words, "" for patients without one; ``hide_deleted`` leaves out who has no encounter but
    deleted ones, and these encounters of the others."""

    order: PatientOrder = PatientOrder.SEEN
    direction: Direction = Direction.DESC
    page: int = 1
    size: int = 25
    text: str = field(default="", repr=False)
    genders: tuple[str, ...] = ()
    only_open: bool = False
    seen: Span = ALWAYS
    hide_deleted: bool = False

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size


@dataclass(frozen=True)
class PatientRecord:
    """A patient as the newest encounter says, with counts over all encounters.

    ``counts`` by status, words that are not known under ""; ``encounters`` leaves the deleted ones out. ``open`` are in
    progress or on hold. ``first_seen`` and
    ``last_seen`` are starts of encounters that took place (neither planned, cancelled nor deleted).
    """

    identifier: str
    name: str | None
    gender: Gender | str | None
    birth_date: date | None
    pronouns: str | None
    counts: Counter[str]
    encounters: int
    open: int
    first_seen: datetime | None
    last_seen: datetime | None

    def without_deleted(self) -> "PatientRecord | None":
        """The same for somebody who must not see deleted encounters; None where there are no others."""
        if not self.encounters:
            return None
        return replace(self, counts=self.counts - Counter(deleted=self.counts["deleted"]))


@dataclass(frozen=True)
class FoundPatients:
    """One page of patients, and how many match in all."""

    rows: tuple[PatientRecord, ...]
    total: int


@dataclass(frozen=True)
class Moment:
    """One encounter on a patient's timeline: its start, or its creation where it has none; the API's words and id.

    ``place`` is how many of the patient's encounters were created later.
    """

    when: datetime
    status: str
    type: str
    key: str
    place: int


_STATUSES = (*(status.value for status in EncounterStatus), "")
_SHOWN = ", ".join(
    f"p.{name}"
    for name in (
        "identifier", "name", "gender", "birth", "pronouns", *COUNTS, "encounters", "open", "first_seen", "last_seen",
    )
)  # fmt: skip
_LINES = {
    PatientOrder.NAME: ("sort_name", axes.P_NAME, "index_patient_name"),
    PatientOrder.SEEN: ("last_seen", axes.P_SEEN, "index_patient_seen"),
    PatientOrder.BORN: ("birth", axes.P_BIRTH, "index_patient_birth"),
    PatientOrder.ENCOUNTERS: ("encounters", axes.P_ENCOUNTERS, "index_patient_encounters"),
}


class _Word(NamedTuple):
    """One word of a search: its beginnings, and about how many words of patients begin like one of them."""

    beginnings: Sequence[str]
    rows: int


@dataclass(frozen=True)
class _Search:
    """The words of a search, the rarest first, and the numbers of all patients that have them if these are few."""

    words: Sequence[_Word]
    few: Sequence[int] | None

    @classmethod
    def of(cls, tenant: int, words: Sequence[Sequence[str]]) -> "_Search":
        # One word is the rarest in any case.
        counted = [_Word(word, _breadth(tenant, word) if len(words) > 1 else 0) for word in words]
        ordered = sorted(counted, key=lambda word: word.rows)
        return cls(ordered, _few(tenant, ordered) if ordered else None)


def find(tenant: int, question: PatientQuestion) -> FoundPatients:
    """The page that a question asks for."""
    words: Sequence[Sequence[str]] = query_words(question.text) if question.text else ()
    if question.text and not words:
        return FoundPatients((), 0)
    search = _Search.of(tenant, words)
    if question.hide_deleted and not _only_deleted(tenant, question):
        # Nobody to leave out: what was counted tells everything.
        found = find(tenant, replace(question, hide_deleted=False))
        return FoundPatients(tuple(shown for row in found.rows if (shown := row.without_deleted())), found.total)
    total = _total(tenant, question, search)
    if question.offset >= total:
        return FoundPatients((), total)
    rows = _rows(tenant, question, search)
    if question.hide_deleted:
        rows = [shown for row in rows if (shown := row.without_deleted())]
    return FoundPatients(tuple(rows), total)


def _only_deleted(tenant: int, question: PatientQuestion) -> int:
    """How many patients of these sexes have no encounter but deleted ones; an open one, say, would be another."""
    if question.only_open:
        return 0
    return _tallied(tenant, question, axes.P_ENCOUNTERS, " AND bucket = %s", ["00000"])


def one(tenant: int, identifier: str) -> PatientRecord | None:
    """The patient with exactly this identifier."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_SHOWN} FROM index_indexedpatient p WHERE p.tenant_id = %s AND p.digest = %s",
            [tenant, digest(identifier)],
        )
        found = cursor.fetchone()
    return _record(found) if found else None


def suggest(tenant: int, text: str, most: int = SUGGESTED, *, hide_deleted: bool = False) -> FoundPatients:
    """The patients that a search box offers: those seen last first, and how many there are in all."""
    if not text.strip():
        return FoundPatients((), 0)
    return find(tenant, PatientQuestion(text=text, size=most, hide_deleted=hide_deleted))


def timeline(tenant: int, identifier: str, most: int = REMEMBERED, *, hide_deleted: bool = False) -> list[Moment]:
    """When a patient's encounters were, newest created first."""
    hidden = " AND i.status <> 'deleted'" if hide_deleted else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.started, i.created, i.status, i.type, i.key FROM index_indexedinteraction i WHERE i.patient_id = "
            "(SELECT p.id FROM index_indexedpatient p WHERE p.tenant_id = %s AND p.digest = %s)"
            f"{hidden} ORDER BY i.created DESC, i.key DESC LIMIT %s",
            [tenant, digest(identifier), most],
        )
        found = cursor.fetchall()
    return [
        Moment(when, status, kind, key, place)
        for place, (started, created, status, kind, key) in enumerate(found)
        if (when := instant(started) or instant(created)) is not None
    ]


def _total(tenant: int, question: PatientQuestion, search: _Search) -> int:
    filtered = bool(question.seen or question.genders or question.only_open or question.hide_deleted)
    if search.few is not None and not filtered:
        return len(search.few)
    if search.words and not filtered:
        where, values = _named(tenant, search.words)
        return _number(f"SELECT COUNT(DISTINCT f.patient_id) FROM index_patientword f WHERE {where}", values)
    if not search.words and (whole := weeks(question.seen)) is not None:
        counted = _tallied(
            tenant, question, axes.P_SEEN, " AND bucket >= %s AND bucket < %s", [whole.first, whole.after]
        )
        return counted + sum(_counted(tenant, replace(question, seen=edge), search) for edge in whole.edges)
    if not search.words and not question.seen:
        hidden = _only_deleted(tenant, question) if question.hide_deleted else 0
        return _tallied(tenant, question, axes.P_ALL) - hidden
    return _counted(tenant, question, search)


def _tallied(tenant: int, question: PatientQuestion, axis: str, condition: str = "", values: Sequence[Any] = ()) -> int:
    where, given = cells(tenant, axis, question.genders, (axes.OPEN,) if question.only_open else ())
    return _number(f"SELECT COALESCE(SUM(rows), 0) FROM index_tally WHERE {where}{condition}", [*given, *values])


def _counted(tenant: int, question: PatientQuestion, search: _Search) -> int:
    where, values = _conditions(tenant, question, search)
    return _number(f"SELECT COUNT(*) FROM index_indexedpatient p WHERE {where}", values)


def _rows(tenant: int, question: PatientQuestion, search: _Search) -> list[PatientRecord]:
    column, axis, index = _LINES[question.order]
    descending = question.direction is Direction.DESC
    offset, extra = question.offset, ""
    more: list[Any] = []
    # The counts that lead to a deep page hold the hidden ones too.
    if offset >= DEEP and not search.words and not question.seen and not question.hide_deleted:
        found = buckets(tenant, axis, question.genders, (axes.OPEN,) if question.only_open else ())
        if offset < found.total:
            (low, high), offset = found.covering(offset, question.size, descending=descending)
            extra, more = _between(column, axis, low, high)
    # A broad search is faster along the order of the list, a narrow one from what was found.
    along = search.few is None
    where, values = _conditions(tenant, question, search, along=along)
    hint, plus = "", ""
    if connection.vendor == "sqlite":
        hint, plus = (f" INDEXED BY {index}", "") if along else ("", "+")
    direction = "DESC" if descending else "ASC"
    order = f"p.{column} {direction}, p.digest {direction}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_SHOWN} FROM (SELECT p.id FROM index_indexedpatient p{hint} WHERE {where}{extra} "
            f"ORDER BY {plus}{order} LIMIT %s OFFSET %s) page JOIN index_indexedpatient p ON p.id = page.id "
            f"ORDER BY {order}",
            [*values, *more, question.size, offset],
        )
        return [_record(found) for found in cursor.fetchall()]


def _conditions(
    tenant: int, question: PatientQuestion, search: _Search, *, along: bool = False
) -> tuple[str, list[Any]]:
    parts = ["p.tenant_id = %s"]
    values: list[Any] = [tenant]
    if question.genders:
        parts, values = [*parts, one_of("p.gender", question.genders)], [*values, *question.genders]
    if question.only_open:
        parts.append("p.open > 0")
    if question.hide_deleted:
        parts.append("p.encounters > 0")
    if question.seen.begin is not None:
        parts, values = [*parts, "p.last_seen >= %s"], [*values, stored(question.seen.begin)]
    if question.seen.end is not None:
        parts, values = [*parts, "p.last_seen >= 0 AND p.last_seen < %s"], [*values, stored(question.seen.end)]
    if not search.words:
        return " AND ".join(parts), values
    if along:
        tried, more = _tried("p.id", search.words)
        return " AND ".join([*parts, *tried]), [*values, *more]
    # The sign keeps SQLite from going through all patients of the tenant instead of those that were found.
    parts[0] = f"{'+' if connection.vendor == 'sqlite' else ''}p.tenant_id = %s"
    if search.few is not None:
        marks = ", ".join(["%s"] * len(search.few)) or "NULL"
        return " AND ".join([*parts, f"p.id IN ({marks})"]), [*values, *search.few]
    where, more = _named(tenant, search.words)
    return " AND ".join([*parts, f"p.id IN (SELECT f.patient_id FROM index_patientword f WHERE {where})"]), [
        *values,
        *more,
    ]


def _few(tenant: int, words: Sequence[_Word]) -> Sequence[int] | None:
    """The numbers of the patients who have all these words; None if they are many."""
    where, values = _named(tenant, words)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT f.patient_id FROM index_patientword f WHERE {where} LIMIT {FEW + 1}",
            values,
        )
        found = [number for (number,) in cursor.fetchall()]
    return found if len(found) <= FEW else None


def _named(tenant: int, words: Sequence[_Word]) -> tuple[str, list[Any]]:
    """The conditions that a word (``f``) begins like the first, and that its patient has all the others."""
    first, *others = words
    where, values = found_by(tenant, "f.word", first.beginnings, "f.tenant_id")
    # Words that are hardly more frequent are all read, one after the other; in others each patient is looked up.
    near = [word for word in others if word.rows <= NEAR * first.rows]
    parts = [where]
    for word in near:
        there, given = found_by(tenant, "word", word.beginnings)
        parts.append(f"f.patient_id IN (SELECT patient_id FROM index_patientword WHERE {there})")
        values += given
    tried, more = _tried("f.patient_id", [word for word in others if word not in near])
    return " AND ".join([*parts, *tried]), [*values, *more]


def _tried(patient: str, words: Sequence[_Word]) -> tuple[list[str], list[Any]]:
    """The conditions that a patient has words with these beginnings, looked up for the patient."""
    hint = " INDEXED BY index_patient_words" if connection.vendor == "sqlite" else ""
    parts: list[str] = []
    values: list[Any] = []
    for word in words:
        ranges, given = begins("w.word", word.beginnings)
        parts.append(f"EXISTS (SELECT 1 FROM index_patientword w{hint} WHERE w.patient_id = {patient} AND {ranges})")
        values += given
    return parts, values


def _breadth(tenant: int, beginnings: Sequence[str]) -> int:
    """How many words begin like this, counted up to BROAD."""
    where, values = found_by(tenant, "word", beginnings)
    return _number(f"SELECT COUNT(*) FROM (SELECT 1 FROM index_patientword WHERE {where} LIMIT {BROAD}) few", values)


def _between(column: str, axis: str, low: str, high: str) -> tuple[str, list[Any]]:
    """The condition that a patient lies in one of the buckets from one to another."""
    name = f"p.{column}"
    if axis == axes.P_ENCOUNTERS:
        return f" AND {name} >= %s AND {name} <= %s", [int(low), int(high)]
    if axis == axes.P_SEEN:
        begin = axes.week_begins(low) if low else -1
        end = axes.week_begins(high) + WEEK if high else 0
        return f" AND {name} >= %s AND {name} < %s", [begin, end]
    length = 2 if axis == axes.P_NAME else 4
    part = f"SUBSTR({name}, 1, {length})"
    return f" AND {name} >= %s AND {name} < %s AND {part} >= %s AND {part} <= %s", [low, high + axes.LAST, low, high]


def _number(sql: str, values: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.fetchone()[0])


def _record(found: Sequence[Any]) -> PatientRecord:
    identifier, name, gender, birth, pronouns, *rest = found
    numbers, (encounters, is_open, first, last) = rest[: len(COUNTS)], rest[len(COUNTS) :]
    return PatientRecord(
        identifier,
        name or None,
        GENDERS.get(gender, gender) or None,
        date.fromisoformat(birth) if birth else None,
        pronouns or None,
        Counter(dict(zip(_STATUSES, numbers, strict=True))),
        encounters,
        is_open,
        None if first == NEVER else instant(first),
        None if last < 0 else instant(last),
    )
