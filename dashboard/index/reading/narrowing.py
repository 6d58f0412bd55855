"""Filters of a list of encounters as SQL conditions. ``i`` is the interaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.db import connection

from dashboard.index.moments import stored
from dashboard.index.rows import digest, search_form
from dashboard.listing.names import query_words
from dashboard.listing.questions import ALWAYS, Question, Span

LAST = "\U0010ffff"
NOBODY = -1
# A word of a search that finds fewer rows is looked up first, and the others only in what it finds.
BROAD = 50_000


class Word(NamedTuple):
    """The beginnings of one word of a search, one of which is enough; ``first``: the others narrow what it finds."""

    beginnings: tuple[str, ...]
    first: bool = False


@dataclass(frozen=True)
class Narrowing:
    """The filters of a question in the index's own terms: empty tuples and None narrow nothing.

    ``patient`` is the index's number (NOBODY: no such patient); all of ``words`` must be found; ``unsearchable`` is a
    text that holds nothing to search for, which matches nothing.
    """

    tenant: int
    statuses: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    clinicians: tuple[str, ...] = ()
    patient: int | None = None
    words: tuple[Word, ...] = ()
    unsearchable: bool = False
    created: Span = ALWAYS
    started: Span = ALWAYS
    # Whether there is a patient at all; None: either.
    has_patient: bool | None = field(default=None)

    @classmethod
    def of(cls, tenant: int, question: Question) -> "Narrowing":
        words = query_words(question.text) if question.text else ()
        return cls(
            tenant,
            statuses=tuple(status.value for status in question.statuses),
            types=question.types,
            clinicians=question.clinicians,
            patient=None if question.patient is None else _number(tenant, question.patient),
            words=_rarest_first(tenant, words),
            unsearchable=bool(question.text) and not words,
            created=question.created,
            started=question.started,
        )

    def but(self, **changes: object) -> "Narrowing":
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def is_tallied(self) -> bool:
        """Whether nothing but status and type narrows: then the kept counts tell everything."""
        narrowed = self.clinicians or self.patient is not None or self.created or self.started
        return not (narrowed or self.words or self.unsearchable or self.has_patient is not None)

    @property
    def is_looked_up(self) -> bool:
        """Whether a word of the search leads to few enough rows to begin with them."""
        return bool(self.words) and self.words[0].first

    def conditions(self, *, gather: bool = False) -> tuple[str, list[Any]]:
        """The conditions, to stand after WHERE, and their values; ``gather`` where no order is followed meanwhile."""
        # The sign keeps SQLite from going through all rows of the tenant instead of those that a word leads to.
        plus = "+" if gather and self.is_looked_up and connection.vendor == "sqlite" else ""
        parts: list[str] = [f"{plus}i.tenant_id = %s"]
        values: list[Any] = [self.tenant]
        for column, words in (("i.status", self.statuses), ("i.type", self.types), ("i.assigned", self.clinicians)):
            if words:
                parts.append(one_of(column, words))
                values += words
        if self.patient is not None:
            parts.append("i.patient_id = %s")
            values.append(self.patient)
        if self.has_patient is not None:
            parts.append(f"i.patient_id IS {'NOT ' if self.has_patient else ''}NULL")
        for column, span in (("i.created", self.created), ("i.started", self.started)):
            if span.begin is not None:
                parts.append(f"{column} >= %s")
                values.append(stored(span.begin))
            if span:
                # Open at its end, it still holds nothing without a moment.
                parts.append(f"{column} < %s")
                values.append(stored(span.end))
        for word in self.words:
            condition, more = self._looked_up(word) if word.first else self._tried(word)
            parts.append(condition)
            values += more
        if self.unsearchable:
            parts.append("1 = 0")
        return " AND ".join(parts), values

    def _looked_up(self, word: Word) -> tuple[str, list[Any]]:
        """The rows that a word leads to: by the patient's name or identifier, the title, the encounter's identifier."""
        named, values = found_by(self.tenant, "word", word.beginnings)
        encounter, more = found_by(self.tenant, "x.encounter_word", _forms(word.beginnings), "x.tenant_id")
        return (
            "i.id IN (SELECT x.id FROM index_indexedinteraction x WHERE x.patient_id IN "
            f"(SELECT patient_id FROM index_patientword WHERE {named}) "
            "UNION ALL SELECT x.id FROM index_indexedinteraction x WHERE x.title_id IN "
            f"(SELECT title_id FROM index_titleword WHERE {named}) "
            f"UNION ALL SELECT x.id FROM index_indexedinteraction x WHERE {encounter})",
            [*values, *values, *more],
        )

    def _tried(self, word: Word) -> tuple[str, list[Any]]:
        """The same, tried on each row."""
        named, values = found_by(self.tenant, "word", word.beginnings)
        encounter, more = begins("i.encounter_word", _forms(word.beginnings))
        title = f"i.title_id IN (SELECT title_id FROM index_titleword WHERE {named})"
        if self.is_looked_up:
            hint = " INDEXED BY index_patient_words" if connection.vendor == "sqlite" else ""
            ranges, given = begins("w.word", word.beginnings)
            patient = f"EXISTS (SELECT 1 FROM index_patientword w{hint} WHERE w.patient_id = i.patient_id AND {ranges})"
            return f"({patient} OR {title} OR {encounter})", [*given, *values, *more]
        patient = f"i.patient_id IN (SELECT patient_id FROM index_patientword WHERE {named})"
        return f"({patient} OR {title} OR {encounter})", [*values, *values, *more]


def _forms(beginnings: Sequence[str]) -> Sequence[str]:
    """The beginnings as an encounter's identifier is searched for."""
    return tuple(form for word in beginnings if (form := search_form(word))) or beginnings


def _rarest_first(tenant: int, words: Sequence[tuple[str, ...]]) -> tuple[Word, ...]:
    """The words of a search, beginning with the one that finds the fewest rows."""
    ordered = sorted((_breadth(tenant, beginnings), beginnings) for beginnings in words)
    return tuple(Word(word, number == 0 and rows < BROAD) for number, (rows, word) in enumerate(ordered))


def _breadth(tenant: int, beginnings: Sequence[str]) -> int:
    """About how many rows a word finds, counted up to BROAD."""
    named, values = found_by(tenant, "w.word", beginnings, "w.tenant_id")
    encounter, more = found_by(tenant, "x.encounter_word", _forms(beginnings), "x.tenant_id")
    # SQLite keeps to the order of a CROSS JOIN, so that nothing is gathered before the limit is reached.
    join = "CROSS JOIN" if connection.vendor == "sqlite" else "JOIN"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM (SELECT 1 FROM "
            f"index_patientword w {join} index_indexedinteraction x ON x.patient_id = w.patient_id "
            f"WHERE {named} UNION ALL SELECT 1 FROM "
            f"index_titleword w {join} index_indexedinteraction x ON x.title_id = w.title_id "
            f"WHERE {named} UNION ALL "
            f"SELECT 1 FROM index_indexedinteraction x WHERE {encounter} LIMIT {BROAD}) few",
            [*values, *values, *more],
        )
        return int(cursor.fetchone()[0])


def one_of(column: str, words: Sequence[Any]) -> str:
    """The condition that a column holds one of so many values."""
    return f"{column} = %s" if len(words) == 1 else f"{column} IN ({', '.join(['%s'] * len(words))})"


def begins(column: str, beginnings: Sequence[str]) -> tuple[str, list[Any]]:
    """The condition that a column begins with one of some texts, as ranges that an index can follow."""
    parts = [f"({column} >= %s AND {column} < %s)"] * len(beginnings)
    return f"({' OR '.join(parts)})", [value for word in beginnings for value in (word, word + LAST)]


def found_by(tenant: int, column: str, beginnings: Sequence[str], owner: str = "tenant_id") -> tuple[str, list[Any]]:
    """The same of one tenant's rows. The tenant stands in every part: SQLite would follow it alone through all rows."""
    parts = [f"({owner} = %s AND {column} >= %s AND {column} < %s)"] * len(beginnings)
    return f"({' OR '.join(parts)})", [value for word in beginnings for value in (tenant, word, word + LAST)]


def _number(tenant: int, identifier: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM index_indexedpatient WHERE tenant_id = %s AND digest = %s", [tenant, digest(identifier)]
        )
        found = cursor.fetchone()
    return found[0] if found else NOBODY
