"""What a pass reads from the index and writes to it, under the lease."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection

from corti_gateway.models import Interaction
from corti_gateway.ordering import CANONICAL
from dashboard.index import axes, moments
from dashboard.index.lease import Lease
from dashboard.index.models import Stage, TenantIndex
from dashboard.index.writing import Change, apply, remove

# A pass that found more rows gone than this share of all, and more than so many, is not believed without a second one.
BELIEVED_SHARE, BELIEVED = 0.05, 10


@dataclass(slots=True)
class Position:
    """Where a walk over the whole list stands, as it is stored: enough for another process to go on."""

    kind: str
    number: int
    started: int
    mark: int = 0
    order: str = ""
    frontier: int | str | None = None
    at: int = -1

    def text(self) -> str:
        return json.dumps(asdict(self))


@dataclass(slots=True)
class Keeper:
    """One tenant's index, as its passes see it."""

    lease: Lease
    clock: Callable[[], int] = moments.now
    # Rows that this process has written since it began, for progress.
    written: int = field(default=0)

    @property
    def tenant(self) -> int:
        return self.lease.tenant

    def state(self) -> TenantIndex:
        return TenantIndex.objects.get(pk=self.tenant)

    def position(self, kind: str) -> Position | None:
        """The place of an unfinished pass of this kind."""
        text = TenantIndex.objects.values_list("position", flat=True).get(pk=self.tenant)
        if not text:
            return None
        position = Position(**json.loads(text))
        return position if position.kind == kind else None

    def begin(self, kind: str, **fields: Any) -> Position:
        """A new pass that walks the whole list; its number tells its findings from those of earlier ones."""
        with self.lease.transaction():
            state = self.state()
            position = Position(kind, state.passes + 1, self.clock())
            self.lease.note(passes=position.number, position=position.text(), **fields)
        return position

    def number(self) -> int:
        """The number of a pass that has no place to remember."""
        with self.lease.transaction():
            number = self.state().passes + 1
            self.lease.note(passes=number)
        return number

    def keep(self, position: Position, **fields: Any) -> None:
        """Store where the pass stands."""
        with self.lease.transaction():
            self.lease.note(position=position.text(), **fields)

    def save(
        self,
        rows: Sequence[Interaction],
        position: Position | None = None,
        *,
        gone: Sequence[str] = (),
        number: int = 0,
        confirmed: Collection[str] = (),
        **fields: Any,
    ) -> Change:
        """Put rows in and note the keys that pass ``number`` found gone, together with the position behind them, which
        waits as long as there are rows that look older than what is known."""
        with self.lease.transaction():
            change = apply(self.tenant, rows, confirmed=confirmed)
            self._suspect(gone, number)
            self._clear_suspects([row.id for row in rows])
            if position is not None and not change.older:
                fields["position"] = position.text()
            if change or fields:
                self.lease.note(change, **fields)
        self.written += change.written
        return change

    def finish(self, *, number: int = 0, **fields: Any) -> Change:
        """End a pass: what it found gone is taken out, unless that is so much that a second pass must agree."""
        change = Change()
        with self.lease.transaction():
            if number:
                gone, waiting = self._judged(number)
                change = remove(self.tenant, gone)
                self._clear_suspects(gone)
                fields["waiting"] = waiting
            self.lease.note(change, **fields)
        return change

    def rows(self) -> int:
        return int(TenantIndex.objects.values_list("rows", flat=True).get(pk=self.tenant))

    def keys_between(self, low: str | None, high: str | None) -> list[str]:
        """The ids strictly between two, in order; None is open. Ids that no order is known for are left out."""
        conditions, values = ["tenant_id = %s"], [self.tenant]
        if low is not None:
            conditions, values = [*conditions, "key > %s"], [*values, low]  # type: ignore[list-item]
        if high is not None:
            conditions, values = [*conditions, "key < %s"], [*values, high]  # type: ignore[list-item]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT key FROM index_indexedinteraction WHERE {' AND '.join(conditions)} ORDER BY key",
                values,
            )
            return [key for (key,) in cursor.fetchall() if CANONICAL.fullmatch(key)]

    def rank(self, key: str) -> int:
        """How many ids come before this one: whole buckets from the tally, the rest counted."""
        bucket = axes.key(key)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT COALESCE(SUM(rows), 0) FROM index_tally WHERE tenant_id = %s AND axis = %s AND bucket < %s",
                [self.tenant, axes.KEY, bucket],
            )
            before = int(cursor.fetchone()[0])
            cursor.execute(
                "SELECT COUNT(*) FROM index_indexedinteraction WHERE tenant_id = %s AND key >= %s AND key < %s",
                [self.tenant, bucket, key],
            )
            return before + int(cursor.fetchone()[0])

    def _suspect(self, keys: Sequence[str], number: int) -> None:
        if keys:
            with connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO index_suspect (tenant_id, key, first_pass, last_pass) VALUES (%s, %s, %s, %s) "
                    "ON CONFLICT (tenant_id, key) DO UPDATE SET last_pass = excluded.last_pass",
                    [(self.tenant, key, number, number) for key in keys],
                )

    def _clear_suspects(self, keys: Sequence[str]) -> None:
        """What was seen is not gone."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT key FROM index_suspect WHERE tenant_id = %s", [self.tenant])
            suspects = {key for (key,) in cursor.fetchall()}
            if found := suspects.intersection(keys):
                cursor.executemany(
                    "DELETE FROM index_suspect WHERE tenant_id = %s AND key = %s",
                    [(self.tenant, key) for key in sorted(found)],
                )

    def _judged(self, number: int) -> tuple[list[str], int]:
        """The ids that are gone for certain, and how many wait for a second pass to agree: one that did not see them
        either. What only earlier passes missed is left to the next that walks the whole list."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT key, first_pass FROM index_suspect WHERE tenant_id = %s AND last_pass >= %s ORDER BY key",
                [self.tenant, number],
            )
            found = cursor.fetchall()
        if len(found) <= max(BELIEVED, BELIEVED_SHARE * self.rows()):
            return [key for key, _ in found], 0
        agreed = [key for key, first in found if first < number]
        return agreed, len(found) - len(agreed)


FILLING, FOLLOWING = Stage.FILLING.value, Stage.FOLLOWING.value
