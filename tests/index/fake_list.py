"""A list API that moves under whoever reads it, without HTTP, and the drivers that lead a pass through it.

Page numbers only; a cap that is not told; ties in another order at every request; stamps set by clocks that are behind;
rows that cannot be read; requests that fail. It remembers every version that a row ever had, and when a row went.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from corti_gateway.models import Encounter, EncounterPeriod, Interaction, Patient
from corti_gateway.vocabulary import Direction, EncounterStatus, EncounterType, Gender, SortField
from dashboard.index.sync.passes import Outcome
from dashboard.index.sync.walking import Ask

BEGIN = datetime(2026, 11, 20, 13, tzinfo=UTC)
# Three of them are just less than the look-back of five minutes.
TICK = timedelta(seconds=95)
# Requests that a pass over a list of these sizes may cost, whatever happens meanwhile (P9).
BUDGET = 400

_KEYS: dict[SortField, Callable[[Interaction], Any]] = {
    SortField.ID: lambda row: row.id,
    SortField.CREATED: lambda row: row.created_at,
    SortField.UPDATED: lambda row: row.updated_at,
}


class UpstreamFailed(Exception):
    """What a request meets that gets no answer."""


def make_id(number: int) -> str:
    """The number's UUID: scattered, so that the order of ids is not that of creation."""
    scattered = number * 2654435761 % 2**32
    return f"{scattered:08x}-0000-4000-8000-{number:012x}"


def make_patient(number: int = 1, **changes: Any) -> Patient:
    """One of a few people who do not exist."""
    patient = Patient(
        identifier=f"010190-{number:04}",
        name=f"Testine Eksempel-Nr{chr(ord('a') + number % 26)}",
        gender=(Gender.FEMALE, Gender.MALE, "unheard-of")[number % 3],
        birth_date=date(1950 + number % 60, 1, 1),
        pronouns=None,
    )
    return replace(patient, **changes)


def make_interaction(number: int = 1, **changes: Any) -> Interaction:
    """An interaction; ``status``, ``type``, ``title``, ``started_at`` and ``identifier`` are those of the encounter."""
    inner = {name: changes.pop(name) for name in ("identifier", "status", "type", "title") if name in changes}
    started = changes.pop("started_at", BEGIN - timedelta(days=number % 40))
    encounter = Encounter(
        identifier=f"Enc-{number:05}",
        status=EncounterStatus.PLANNED,
        type=EncounterType.CONSULTATION,
        period=EncounterPeriod(started, changes.pop("encounter_ended", None)),
        title=None,
    )
    row = Interaction(
        id=make_id(number),
        assigned_user_id=None,
        encounter=replace(encounter, **inner),
        patient=make_patient(number % 5),
        ended_at=None,
        created_at=BEGIN,
        updated_at=BEGIN,
        last_updated=BEGIN,
        damaged=(),
    )
    return replace(row, **changes)


class FakeList:
    """One tenant's list. ``cap`` is the largest page; ``by_served`` says that offsets are counted in pages as they are
    served, not as they are asked for; ``nulls_first`` where rows without a key stand, in either direction."""

    def __init__(self, *, cap: int = 5, by_served: bool = True, nulls_first: bool = False, seed: int = 0) -> None:
        self.cap, self.by_served, self.nulls_first = cap, by_served, nulls_first
        self.now = BEGIN
        self.rows: dict[str, Interaction] = {}
        self.versions: defaultdict[str, list[Interaction]] = defaultdict(list)
        self.unreadable: set[str] = set()
        # Changed without a stamp that says so, since the last time that somebody cleared it.
        self.silent: set[str] = set()
        # When a row came, changed last, and went, in events of this list.
        self.born: dict[str, int] = {}
        self.changed: dict[str, int] = {}
        self.gone: dict[str, int] = {}
        self.events = self.requests = 0
        self.failures = 0
        self.before: Callable[[], None] | None = None
        self._random = random.Random(seed)
        self._number = 0

    # What happens upstream.

    def put(self, row: Interaction) -> Interaction:
        self.events += 1
        self.rows[row.id] = row
        self.versions[row.id].append(row)
        self.born.setdefault(row.id, self.events)
        self.changed[row.id] = self.events
        return row

    def add(self, behind: int = 0, **changes: Any) -> Interaction:
        """A new row, stamped by a clock that is some ticks behind."""
        self._number += 1
        stamp = self.now - behind * TICK
        stamps = {"created_at": stamp, "updated_at": stamp, "last_updated": stamp}
        return self.put(make_interaction(self._number, **(stamps | changes)))

    def update(self, key: str, behind: int = 0, *, silently: bool = False, **changes: Any) -> Interaction:
        """Another version of a row. Silently: with the stamp that it had."""
        row = self.rows[key]
        encounter = {name: changes.pop(name) for name in ("status", "type", "title") if name in changes}
        if silently:
            self.silent.add(key)
        elif row.updated_at is not None:
            changes = {"updated_at": self.now - behind * TICK} | changes
        return self.put(replace(row, encounter=replace(row.encounter, **encounter), **changes))

    def delete(self, key: str) -> None:
        self.events += 1
        del self.rows[key]
        self.gone[key] = self.events

    def tick(self, ticks: int = 1) -> None:
        self.now += ticks * TICK

    # What a reader sees of it.

    def ordered(self, sort: SortField, direction: Direction) -> list[Interaction]:
        key_of = _KEYS[sort]
        rows = list(self.rows.values())
        self._random.shuffle(rows)
        keyed = sorted(
            (row for row in rows if key_of(row) is not None), key=key_of, reverse=direction is Direction.DESC
        )
        without = [row for row in rows if key_of(row) is None]
        return without + keyed if self.nulls_first else keyed + without

    def answer(self, ask: Ask) -> list[Interaction | None]:
        assert ask.page >= 1
        assert ask.size >= 1
        self.requests += 1
        if self.before is not None:
            self.before()
        if self.failures:
            self.failures -= 1
            raise UpstreamFailed
        size = min(ask.size, self.cap)
        begin = (ask.page - 1) * (size if self.by_served else ask.size)
        return [
            None if row.id in self.unreadable else row
            for row in self.ordered(ask.sort, ask.direction)[begin : begin + size]
        ]

    def readable(self) -> dict[str, Interaction]:
        return {key: row for key, row in self.rows.items() if key not in self.unreadable}


class Running:
    """A pass under way, led one request at a time: no other pass comes between a request and the use of its answer."""

    def __init__(self, pass_: Generator[Ask, Any, Outcome], upstream: FakeList) -> None:
        self._pass, self._upstream = pass_, upstream
        self._ask: Ask | None = None
        self.outcome: Outcome | None = None
        self.requests = 0

    def step(self) -> bool:
        """One request further; False once the pass is over. Raises what the pass or the request raises."""
        if self.outcome is not None:
            return False
        try:
            self._ask = self._pass.send(None if self._ask is None else self._upstream.answer(self._ask))
        except StopIteration as end:
            self.outcome = end.value
            return False
        self.requests += 1
        return True

    def finish(self, budget: int = BUDGET) -> Outcome:
        while self.step():
            assert self.requests <= budget, "the pass does not come to an end"
        assert self.outcome is not None
        return self.outcome

    def drop(self) -> None:
        """What a crash leaves of it: nothing but the database."""
        self._pass.close()


def lead(pass_: Generator[Ask, Any, Outcome], upstream: FakeList, *, budget: int = BUDGET) -> Outcome:
    """A whole pass."""
    return Running(pass_, upstream).finish(budget)


def between_requests(upstream: FakeList, changes: Iterable[Callable[[], None]]) -> None:
    """Let one of these happen before each of the next requests."""
    queue: Iterator[Callable[[], None]] = iter(changes)

    def happen() -> None:
        change = next(queue, None)
        if change is not None:
            change()

    upstream.before = happen
