"""Puts interactions into the index, and takes them out: rows, patients, titles, words and counts in one transaction.

The caller holds the transaction and the lease (lease.py). What is applied twice changes nothing the second time.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from corti_gateway.models import Interaction
from dashboard.index import axes, bulk, titles
from dashboard.index.moments import NEVER
from dashboard.index.people import People, status_word
from dashboard.index.rows import Row, row_of
from dashboard.index.tallies import Deltas

# The columns of an interaction in the order of a Row, the title and the patient by their ids.
_FIELDS = tuple(
    "patient_id" if name == "identifier" else "title_id" if name == "title" else name for name in Row._fields
)
_TITLE, _IDENTIFIER = Row._fields.index("title"), Row._fields.index("identifier")
_ELSEWHERE = {"title": "t.text", "identifier": "p.identifier"}
_EXISTING = (
    f"SELECT i.id, i.title_id, {', '.join(_ELSEWHERE.get(name, f'i.{name}') for name in Row._fields)} "
    "FROM index_indexedinteraction i LEFT JOIN index_title t ON t.id = i.title_id "
    "LEFT JOIN index_indexedpatient p ON p.id = i.patient_id WHERE i.tenant_id = %s AND "
)
_TABLE = "index_indexedinteraction"
_MOST = 990  # keys in one question: older versions of SQLite take 999 values


@dataclass(frozen=True, slots=True)
class Change:
    """What a batch changed: rows and patients that there are more now, and rows written at all. ``older`` are the ids
    whose version was refused because it looks older than what is known."""

    rows: int = 0
    patients: int = 0
    written: int = 0
    older: frozenset[str] = frozenset()

    def __add__(self, other: "Change") -> "Change":
        return Change(
            self.rows + other.rows,
            self.patients + other.patients,
            self.written + other.written,
            self.older | other.older,
        )

    def __bool__(self) -> bool:
        return self.written > 0


@dataclass(frozen=True, slots=True)
class _Stored:
    number: int
    title: int | None
    row: Row


def apply(tenant: int, interactions: Iterable[Interaction], *, confirmed: Collection[str] = ()) -> Change:
    """Insert what is new and replace what is newer; an older version never replaces a newer one.

    ``confirmed`` are ids that looked older and were read once more since: their version is the one that holds, stamped
    by a clock that is behind.
    """
    change = Change()
    fresh = list(_newest(map(row_of, interactions)).values())
    for start in range(0, len(fresh), _MOST):
        change += _Batch(tenant).apply(fresh[start : start + _MOST], confirmed)
    return change


def remove(tenant: int, keys: Sequence[str]) -> Change:
    """Take interactions out, with everything that was kept for their sake only."""
    change = Change()
    for start in range(0, len(keys), _MOST):
        change += _Batch(tenant).remove(keys[start : start + _MOST])
    return change


def _newest(rows: Iterable[Row]) -> dict[str, Row]:
    """Each key once, in the version that replaces the others."""
    kept: dict[str, Row] = {}
    for row in rows:
        if row.key not in kept or _replaces(row, kept[row.key]):
            kept[row.key] = row
    return kept


def _replaces(new: Row, old: Row, confirmed: Collection[str] = ()) -> bool:
    """Whether a version is to be kept instead of another that was read before it.

    A change need not move ``updatedAt``, so an equal stamp replaces too, and so does one that nobody can read; but then
    a damaged version does not replace a whole one: what the API garbles for a moment must not destroy what is known.
    """
    if _is_older(new, old) and new.key not in confirmed:
        return False
    return _is_older(old, new) or (new != old and not (new.damaged and not old.damaged))


def _is_older(one: Row, other: Row) -> bool:
    return one.updated < other.updated != NEVER


class _Batch:
    def __init__(self, tenant: int) -> None:
        self._tenant = tenant
        self._cursor = connection.cursor()
        self._deltas = Deltas()
        self._people = People(self._cursor, tenant)

    def apply(self, fresh: Sequence[Row], confirmed: Collection[str]) -> Change:
        known = self._stored([row.key for row in fresh])
        changed = [row for row in fresh if row.key not in known or _replaces(row, known[row.key].row, confirmed)]
        kept = {row.key for row in changed}
        older = frozenset(row.key for row in fresh if row.key not in kept and _is_older(row, known[row.key].row))
        if not changed:
            return Change(older=older)
        old = [known[row.key] for row in changed if row.key in known]
        self._people.load([row.identifier for row in changed if row.identifier])
        self._take(old)
        for row in changed:
            self._deltas.add(axes.cells(row), +1)
            if row.identifier:
                self._people[row.identifier].add(row)
        self._people.insert_new()
        numbers = titles.ids_of(self._cursor, self._tenant, [row.title for row in changed])
        inserted: list[tuple[Any, ...]] = []
        updated: list[tuple[Any, ...]] = []
        for row in changed:
            values = list(row)
            values[_TITLE] = numbers.get(row.title)
            values[_IDENTIFIER] = self._people[row.identifier].id if row.identifier else None
            if row.key in known:
                updated.append((*values, known[row.key].number))
            else:
                inserted.append((self._tenant, *values))
        bulk.insert(self._cursor, _TABLE, ("tenant_id", *_FIELDS), inserted)
        bulk.update(self._cursor, _TABLE, _FIELDS, updated)
        patients = self._finish(old, changed)
        return Change(len(inserted), patients, len(changed), older)

    def remove(self, keys: Sequence[str]) -> Change:
        old = list(self._stored(keys).values())
        if not old:
            return Change()
        self._take(old)
        bulk.delete(self._cursor, _TABLE, "id", [stored.number for stored in old])
        patients = self._finish(old, ())
        return Change(-len(old), patients, len(old))

    def _stored(self, keys: Sequence[str]) -> dict[str, _Stored]:
        condition, values = bulk.among("i.key", keys)
        self._cursor.execute(f"{_EXISTING} {condition}", [self._tenant, *values])
        found = {}
        for number, title, *values in self._cursor.fetchall():
            row = Row._make("" if value is None else value for value in values)
            found[row.key] = _Stored(number, title, row._replace(has_patient=bool(row.has_patient)))
        return found

    def _take(self, old: Sequence[_Stored]) -> None:
        self._people.load([stored.row.identifier for stored in old if stored.row.identifier])
        for stored in old:
            row = stored.row
            self._deltas.add(axes.cells(row), -1)
            if row.identifier:
                self._people[row.identifier].take(row.status, row.started, (row.created, row.key))

    def _finish(self, old: Sequence[_Stored], new: Sequence[Row]) -> int:
        """Patients, counts and titles, once the rows are written."""
        for row, sign in [*((stored.row, -1) for stored in old), *((row, +1) for row in new)]:
            if not row.identifier:
                self._deltas.add((axes.patient_cell(None, status_word(row.status)),), sign)
        patients = self._people.finish(self._deltas)
        titles.drop_unused(self._cursor, self._tenant, [stored.title for stored in old if stored.title])
        self._deltas.write(self._cursor, self._tenant)
        return patients
