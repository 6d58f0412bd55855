"""The keeper's promises kept by dictionaries: what the passes do can be tried on it thousands of times a second.

Whether the real keeper keeps the same promises is for the tests on the database to show, which lead the same cases.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from corti_gateway.models import Interaction
from corti_gateway.ordering import CANONICAL
from dashboard.index.sync.keeping import BELIEVED, BELIEVED_SHARE, Position
from dashboard.index.writing import Change


def stamp(row: Interaction) -> float:
    return row.updated_at.timestamp() if row.updated_at else float("inf")


@dataclass
class MemoryKeeper:
    clock: Callable[[], int]
    interactions: dict[str, Interaction] = field(default_factory=dict)
    suspects: dict[str, tuple[int, int]] = field(default_factory=dict)
    fields: dict[str, Any] = field(
        default_factory=lambda: {"watermark": 0, "verified": 0, "passes": 0, "stage": "empty"}
    )
    place: Position | None = None

    def copy(self) -> "MemoryKeeper":
        place = replace(self.place) if self.place else None
        return MemoryKeeper(self.clock, dict(self.interactions), dict(self.suspects), dict(self.fields), place)

    def state(self) -> SimpleNamespace:
        return SimpleNamespace(**self.fields)

    def position(self, kind: str) -> Position | None:
        return replace(self.place) if self.place and self.place.kind == kind else None

    def begin(self, kind: str, **fields: Any) -> Position:
        position = Position(kind, self.number(), self.clock())
        self.keep(position, **fields)
        return position

    def number(self) -> int:
        self.fields["passes"] += 1
        return int(self.fields["passes"])

    def keep(self, position: Position, **fields: Any) -> None:
        self.place = replace(position)
        self.fields |= fields

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
        written, older = 0, set()
        fresh: dict[str, Interaction] = {}
        for row in rows:
            if row.id not in fresh or stamp(row) >= stamp(fresh[row.id]):
                fresh[row.id] = row
        for row in fresh.values():
            known = self.interactions.get(row.id)
            if known is not None and stamp(row) < stamp(known) != float("inf") and row.id not in confirmed:
                older.add(row.id)
            elif known != row:
                self.interactions[row.id] = row
                written += 1
        for key in gone:
            self.suspects[key] = (self.suspects.get(key, (number, 0))[0], number)
        for row in rows:
            self.suspects.pop(row.id, None)
        if position is not None and not older:
            self.place = replace(position)
        self.fields |= fields
        return Change(0, 0, written, frozenset(older))

    def finish(self, *, number: int = 0, **fields: Any) -> Change:
        change = Change()
        if number:
            found = {key: first for key, (first, last) in self.suspects.items() if last >= number}
            if len(found) > max(BELIEVED, BELIEVED_SHARE * len(self.interactions)):
                found = {key: first for key, first in found.items() if first < number}
            for key in found:
                del self.interactions[key], self.suspects[key]
            change = Change(rows=-len(found), written=len(found))
        if fields.pop("position", None) == "":
            self.place = None
        self.fields |= fields
        return change

    def rows(self) -> int:
        return len(self.interactions)

    def keys_between(self, low: str | None, high: str | None) -> list[str]:
        return sorted(
            key
            for key in self.interactions
            if (low is None or key > low) and (high is None or key < high) and CANONICAL.fullmatch(key)
        )

    def rank(self, key: str) -> int:
        return sum(one < key for one in self.interactions)
