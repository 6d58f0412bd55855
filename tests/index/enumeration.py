"""Every small history: a list of 13 rows, pages of at most five, and changes before any of a pass's requests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import combinations_with_replacement, product
from typing import Any

from django.db import transaction

from dashboard.index.sync import passes
from dashboard.index.sync.walking import WalkFailed
from tests.index import oracle
from tests.index.fake_list import BEGIN, FakeList, Running, lead, make_interaction
from tests.index.memory_keeper import MemoryKeeper
from tests.index.support import new_keeper, same

ROWS = 13


@dataclass(frozen=True)
class Cap:
    """How the list cuts pages, and the size that is asked for. ``falls``: the cap is two more for the first request."""

    asked: int
    by_served: bool = True
    falls: bool = False


CAPS = {
    "known": Cap(5),
    "silent, offsets as served": Cap(8),
    "silent, offsets as asked": Cap(8, by_served=False),
    "falling": Cap(7, falls=True),
}


@dataclass(frozen=True)
class Change:
    """One change upstream: of row ``at`` in the order of ids, or a new one before it. Late: stamped three ticks ago."""

    kind: str
    at: int

    def happen(self, upstream: FakeList) -> None:
        key = row_id(self.at)
        if self.kind == "insert":
            new = row_id(self.at, new=True)
            while new in upstream.versions:
                new = new[:-1] + f"{int(new[-1]) + 1}"
            upstream.put(make_interaction(50 + self.at, id=new, created_at=upstream.now, updated_at=upstream.now))
        elif key in upstream.rows:
            if self.kind == "delete":
                upstream.delete(key)
            else:
                upstream.update(key, behind=3 if self.kind == "late" else 0, title=f"{self.kind} {upstream.events}")


def row_id(at: int, *, new: bool = False) -> str:
    """The id of the row at this place in the order of ids, or of a new one just before it."""
    return f"{at * 16 + (0 if new else 8):02x}000000-0000-4000-8000-000000000000"


@cache
def first_rows() -> tuple[Any, ...]:
    """Thirteen rows, whose order by id is not that by creation, and whose last changes are in a third order."""
    return tuple(
        make_interaction(
            at,
            id=row_id(at),
            created_at=BEGIN - timedelta(hours=1 + at * 5 % ROWS),
            updated_at=BEGIN - timedelta(seconds=95 * (at * 8 % ROWS)),
        )
        for at in range(ROWS)
    )


def new_list(cap: Cap) -> FakeList:
    upstream = FakeList(cap=7 if cap.falls else 5, by_served=cap.by_served)
    for row in first_rows():
        upstream.put(row)
    return upstream


KINDS = {"delete": ROWS, "update": ROWS, "late": ROWS, "insert": ROWS + 1}


def changes(*kinds: str) -> list[Change]:
    return [Change(kind, at) for kind in kinds for at in range(KINDS[kind])]


def histories(slots: int, kinds: tuple[str, ...], how_many: int) -> Iterator[tuple[tuple[int, Change], ...]]:
    """Every choice of a slot for each of so many changes."""
    for places in combinations_with_replacement(range(slots), how_many):
        for chosen in product(changes(*kinds), repeat=how_many):
            yield tuple(zip(places, chosen, strict=True))


def disturb(upstream: FakeList, cap: Cap, history: tuple[tuple[int, Change], ...]) -> None:
    """Let a history happen before the requests that are to come."""
    begun = upstream.requests

    def happen() -> None:
        slot = upstream.requests - begun - 1
        if cap.falls and slot >= 1:
            upstream.cap = 5
        upstream.now += timedelta(seconds=1)
        for place, change in history:
            if place == slot:
                change.happen(upstream)

    upstream.before = happen


def calm(upstream: FakeList) -> None:
    upstream.before = None
    upstream.cap = 5
    upstream.tick()


class Prepared:
    """The state that a pass begins in, made once for all histories."""

    def __init__(self, kind: str, cap: Cap, new_keeper: Callable[[FakeList], Any]) -> None:
        self.kind, self.cap = kind, cap
        self.upstream = new_list(cap)
        self.keeper = new_keeper(self.upstream)
        if kind == "fill":
            return
        lead(passes.fill(self.keeper, cap.asked), self.upstream)
        lead(passes.catch_up(self.keeper, cap.asked), self.upstream)
        lead(passes.verify(self.keeper, cap.asked), self.upstream)
        self.upstream.now += timedelta(hours=1)
        if kind == "catch_up":
            # Three pages of news: more than one within the look-back, and some before it.
            for at in (1, 4, 5, 6, 7):
                self.upstream.update(row_id(at), title="old news")
                self.upstream.now += timedelta(seconds=400)
            for at in (9, 10, 12, 0, 2, 3):
                self.upstream.update(row_id(at), title="news")
                self.upstream.now += timedelta(seconds=20)
        else:
            self.upstream.delete(row_id(5))
            self.upstream.update(row_id(7), silently=True, title="silent")
            self.upstream.silent.clear()

    def slots(self) -> int:
        """Before how many requests something can happen, with one more for what it leads to."""
        upstream = copy_of(self.upstream)
        disturb(upstream, self.cap, ())
        with self.fork(upstream) as keeper:
            lead(self.begin(keeper), upstream)
        return upstream.requests + 1

    @contextmanager
    def fork(self, upstream: FakeList) -> Iterator[Any]:
        """A keeper of its own in the state that was prepared."""
        keeper = replace(self.keeper, clock=lambda: passes.stored(upstream.now))
        if isinstance(keeper, MemoryKeeper):
            yield keeper.copy()
            return
        with transaction.atomic():
            yield keeper
            transaction.set_rollback(True)

    def begin(self, keeper: Any) -> passes.Pass:
        return getattr(passes, self.kind)(keeper, self.cap.asked)


def copy_of(upstream: FakeList) -> FakeList:
    copy = FakeList(cap=upstream.cap, by_served=upstream.by_served)
    copy.now, copy.events = upstream.now, upstream.events
    copy.rows = dict(upstream.rows)
    copy.versions.update({key: list(versions) for key, versions in upstream.versions.items()})
    return copy


def run_disturbed(make: Callable[[], passes.Pass], upstream: FakeList, cap: Cap, history: Any, tries: int = 3) -> int:
    """The pass, disturbed, until it comes to its end; answers how many tries failed. The last tries are left alone."""
    disturb(upstream, cap, history)
    for failed in range(tries):
        try:
            lead(make(), upstream)
        except WalkFailed:
            calm(upstream)
        else:
            calm(upstream)
            return failed
    raise AssertionError(f"{tries} tries failed: {history}")


def in_memory(upstream):
    return MemoryKeeper(lambda: oracle.micros(upstream.now))


def on_database(upstream):
    return new_keeper("north", upstream)


def rows_of(keeper):
    return keeper.interactions if isinstance(keeper, MemoryKeeper) else oracle.check(keeper.tenant)


def check(prepared, history):
    """The pass under this history loses nothing; one quiet pass over changes makes every row present and current, and
    one quiet verification makes the index equal the list. Answers how often the pass failed before it came through."""
    upstream = copy_of(prepared.upstream)
    size = prepared.cap.asked
    with prepared.fork(upstream) as keeper:
        before = rows_of(keeper).keys()
        if prepared.kind != "catch_up":
            # These two read every row that is there.
            before |= upstream.rows.keys()
        before = set(before)
        failed = run_disturbed(lambda: prepared.begin(keeper), upstream, prepared.cap, history)
        here = rows_of(keeper)
        lost = {key for key in before if key in upstream.rows and key not in here}
        assert not lost, f"{history}: lost {sorted(lost)}"
        assert all(row in upstream.versions[key] for key, row in here.items()), f"{history}: invented"
        keeper.finish(verify_wanted=False)
        lead(passes.catch_up(keeper, size), upstream)
        here = rows_of(keeper)
        # What changed without a stamp before is left to a quiet verification, and so are rows that share a stamp.
        tied = keeper.state().verify_wanted
        stale = [key for key, row in upstream.rows.items() if here.get(key) != row and row.encounter.title != "silent"]
        assert not stale or (tied and len(history) > 1), f"{history}: {stale}"
        lead(passes.verify(keeper, size), upstream)
        if isinstance(keeper, MemoryKeeper):
            assert keeper.interactions == upstream.rows, history
        else:
            same(keeper, upstream)
    return failed


def check_broken_off(prepared, requests):
    """A pass that a crash ends after so many requests: the next quiet passes bring what it did not."""
    upstream = copy_of(prepared.upstream)
    size = prepared.cap.asked
    with prepared.fork(upstream) as keeper:
        running = Running(prepared.begin(keeper), upstream)
        for _ in range(requests + 1):
            running.step()
        running.drop()
        upstream.tick()
        if prepared.kind == "fill":
            lead(passes.fill(keeper, size), upstream)
        lead(passes.catch_up(keeper, size), upstream)
        here = rows_of(keeper)
        for key, row in upstream.rows.items():
            assert here.get(key) == row or row.encounter.title == "silent", f"{requests} requests: {key}"
        if prepared.kind == "verify":
            lead(passes.verify(keeper, size), upstream)
        lead(passes.verify(keeper, size), upstream)
        assert rows_of(keeper) == upstream.rows


def check_verification(prepared, history):
    """Of a verification alone: it sees every row that was there all the time, and takes out none that is there."""
    upstream = copy_of(prepared.upstream)
    with prepared.fork(upstream) as keeper:
        run_disturbed(lambda: passes.verify(keeper, prepared.cap.asked), upstream, prepared.cap, history)
    here = keeper.interactions.keys()
    lost = prepared.upstream.rows.keys() & upstream.rows.keys() - here
    assert not lost, f"{history}: lost {sorted(lost)}"
    assert all(key in upstream.gone for key in here - upstream.rows.keys()), f"{history}: invented"
