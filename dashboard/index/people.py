"""Patients, derived from their encounters: identity from the newest one, counts over all, kept up change by change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.backends.utils import CursorWrapper

from corti_gateway.vocabulary import EncounterStatus
from dashboard.index import axes, bulk
from dashboard.index.moments import NEVER
from dashboard.index.rows import Row, digest
from dashboard.index.tallies import Deltas
from dashboard.listing.names import identifier_words, sort_key, words

# The columns that count encounters by status; whatever word is not known is counted as other.
STATUS_COLUMNS = {status.value: status.value.replace("-", "_") for status in EncounterStatus}
COUNTS = (*STATUS_COLUMNS.values(), "other")
STATUS_WORDS = (*STATUS_COLUMNS, "")
_PLACE = {word: place for place, word in enumerate(STATUS_COLUMNS)}
_OTHER = len(STATUS_COLUMNS)
_DELETED = _PLACE["deleted"]
_OPEN = (_PLACE["in-progress"], _PLACE["on-hold"])
# A booked, cancelled or deleted encounter does not mean that the patient was seen.
UNSEEN = ("planned", "cancelled", "deleted")
# Told by no encounter yet: before every moment, those before 1970 as well.
_NOBODY = (-NEVER - 1, "")

_IDENTITY = ("identifier", "name", "sort_name", "gender", "birth", "pronouns", "told_created", "told_key")
_COLUMNS = (*_IDENTITY, *COUNTS, "encounters", "open", "first_seen", "last_seen")
_NAME = _COLUMNS.index("name")
_TABLE, _WORDS = "index_indexedpatient", "index_patientword"
_SELECT = f"SELECT id, {', '.join(_COLUMNS)} FROM index_indexedpatient WHERE tenant_id = %s AND "
_NEWEST = """
SELECT i.key, i.name, i.gender, i.birth, i.pronouns, i.created FROM index_indexedinteraction i
WHERE i.patient_id = %s ORDER BY i.created DESC, i.key DESC LIMIT 1
"""
_LISTED = ", ".join(f"'{word}'" for word in UNSEEN)
_SEEN = f"""
SELECT MIN(started), MAX(started) FROM index_indexedinteraction
WHERE patient_id = %s AND started < {NEVER} AND status NOT IN ({_LISTED})
"""


@dataclass(slots=True)
class Person:
    """A patient while a batch is applied. ``id`` is 0 until it is written."""

    identifier: str
    id: int = 0
    name: str = ""
    sort_name: str = ""
    gender: str = ""
    birth: str = ""
    pronouns: str = ""
    told: tuple[int, str] = _NOBODY
    counts: list[int] = field(default_factory=lambda: [0] * len(COUNTS))
    first_seen: int = NEVER
    last_seen: int = -1
    # Its columns as they stood in the index before the batch, and whether an end of what was known has gone.
    before: tuple[Any, ...] = ()
    stale_identity: bool = False
    stale_seen: bool = False

    @property
    def exists(self) -> bool:
        """Whether any encounter, be it a deleted one, tells of the patient."""
        return any(self.counts)

    @property
    def encounters(self) -> int:
        return sum(self.counts) - self.counts[_DELETED]

    @property
    def open(self) -> int:
        return self.counts[_OPEN[0]] + self.counts[_OPEN[1]]

    def words(self) -> frozenset[str]:
        return frozenset(words(self.name)) | frozenset(identifier_words(self.identifier))

    def add(self, row: Row) -> None:
        self.counts[_PLACE.get(row.status, _OTHER)] += 1
        if row.status not in UNSEEN and row.started != NEVER:
            self.first_seen = min(self.first_seen, row.started)
            self.last_seen = max(self.last_seen, row.started)
        if (row.created, row.key) >= self.told:
            self._tell(row.name, row.gender, row.birth, row.pronouns, (row.created, row.key))

    def take(self, status: str, started: int, told: tuple[int, str]) -> None:
        self.counts[_PLACE.get(status, _OTHER)] -= 1
        if told == self.told:
            self.stale_identity = True
            self.told = _NOBODY
        if started in (self.first_seen, self.last_seen):
            self.stale_seen = True

    def _tell(self, name: str, gender: str, birth: str, pronouns: str, told: tuple[int, str]) -> None:
        self.name, self.gender, self.birth, self.pronouns, self.told = name, gender, birth, pronouns, told
        self.sort_name = sort_key(name or self.identifier)

    def ask_again(self, cursor: CursorWrapper) -> None:
        """See from the remaining encounters what the ones that went can no longer tell."""
        if self.stale_identity:
            cursor.execute(_NEWEST, [self.id])
            if found := cursor.fetchone():
                key, name, gender, birth, pronouns, created = found
                self._tell(name, gender, birth, pronouns, (created, key))
        if self.stale_seen:
            cursor.execute(_SEEN, [self.id])
            first, last = cursor.fetchone()
            self.first_seen, self.last_seen = (NEVER, -1) if first is None else (first, max(last, -1))

    def values(self) -> tuple[Any, ...]:
        return (
            self.identifier, self.name, self.sort_name, self.gender, self.birth, self.pronouns, *self.told,
            *self.counts, self.encounters, self.open, self.first_seen, self.last_seen,
        )  # fmt: skip


def _count(deltas: Deltas, values: tuple[Any, ...], sign: int) -> None:
    """Add a patient's columns, and the encounters under the patient's name, to the counts; or take them off."""
    told = dict(zip(_COLUMNS, values, strict=True))
    counts = [told[column] for column in COUNTS]
    if any(counts):
        cells = axes.patient_cells(
            told["sort_name"], told["last_seen"], told["birth"], told["encounters"], told["gender"],
            is_open=told["open"] > 0,
        )  # fmt: skip
        deltas.add(cells, sign)
        for word, rows in zip(STATUS_WORDS, counts, strict=True):
            if rows:
                deltas.add((axes.patient_cell(told["sort_name"], word),), sign * rows)


def status_word(status: str) -> str:
    """The status that an encounter is counted under beside its patient: "" for a word that is not known."""
    return status if status in _PLACE else ""


class People:
    """The patients that a batch touches."""

    def __init__(self, cursor: CursorWrapper, tenant: int) -> None:
        self._cursor, self._tenant = cursor, tenant
        self._known: dict[str, Person] = {}
        self._new: list[Person] = []

    def load(self, identifiers: Iterable[str]) -> None:
        """Read the patients of these identifiers; those not there yet are new."""
        wanted = [identifier for identifier in dict.fromkeys(identifiers) if identifier not in self._known]
        if not wanted:
            return
        condition, values = bulk.among("digest", [digest(identifier) for identifier in wanted])
        self._cursor.execute(f"{_SELECT} {condition}", [self._tenant, *values])
        for found in self._cursor.fetchall():
            person = _person(found)
            self._known[person.identifier] = person
        for identifier in wanted:
            self._known.setdefault(identifier, Person(identifier))

    def __getitem__(self, identifier: str) -> Person:
        return self._known[identifier]

    def insert_new(self) -> None:
        """Write the new patients, all of whose encounters are known by now; each gets an id."""
        self._new = [person for person in self._known.values() if not person.id]
        if not self._new:
            return
        rows = [(self._tenant, digest(person.identifier), *person.values()) for person in self._new]
        bulk.insert(self._cursor, _TABLE, ("tenant_id", "digest", *_COLUMNS), rows)
        condition, values = bulk.among("digest", [row[1] for row in rows])
        self._cursor.execute(
            f"SELECT identifier, id FROM index_indexedpatient WHERE tenant_id = %s AND {condition}",
            [self._tenant, *values],
        )
        for identifier, number in self._cursor.fetchall():
            self._known[identifier].id = number

    def finish(self, deltas: Deltas) -> int:
        """Write what changed, once the encounters are written; answers by how many patients there are more."""
        kept: list[Person] = []
        gone: list[Person] = []
        for person in self._known.values():
            person.ask_again(self._cursor)
            values = person.values()
            if values == person.before:
                continue
            if person.before:
                _count(deltas, person.before, -1)
                (kept if person.exists else gone).append(person)
            _count(deltas, values, +1)
        bulk.update(self._cursor, _TABLE, _COLUMNS, [(*person.values(), person.id) for person in kept])
        self._forget(gone)
        renamed = [person for person in kept if person.before[_NAME] != person.name]
        self._drop_words(renamed)
        self._add_words([*self._new, *renamed])
        return len(self._new) - len(gone)

    def _forget(self, gone: Sequence[Person]) -> None:
        bulk.delete(self._cursor, _TABLE, "id", [person.id for person in gone])
        self._drop_words(gone)

    def _drop_words(self, people: Sequence[Person]) -> None:
        bulk.delete(self._cursor, _WORDS, "patient_id", [person.id for person in people])

    def _add_words(self, people: Sequence[Person]) -> None:
        rows = [(self._tenant, word, person.id) for person in people for word in person.words()]
        bulk.insert(self._cursor, _WORDS, ("tenant_id", "word", "patient_id"), rows)


def _person(found: Sequence[Any]) -> Person:
    number, *before = found
    told = dict(zip(_COLUMNS, before, strict=True))
    return Person(
        id=number,
        identifier=told["identifier"],
        name=told["name"],
        sort_name=told["sort_name"],
        gender=told["gender"],
        birth=told["birth"],
        pronouns=told["pronouns"],
        told=(told["told_created"], told["told_key"]),
        counts=[told[column] for column in COUNTS],
        first_seen=told["first_seen"],
        last_seen=told["last_seen"],
        before=tuple(before),
    )
