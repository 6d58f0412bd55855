"""Random histories of a list and of the passes that read it (security.md 4.3 to 4.5), on the real database.

SYNC_EXAMPLES sets the number of histories: 120 here, 20,000 at night.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from corti_gateway.vocabulary import EncounterStatus, SortField
from dashboard.index.sync import hunting, passes
from dashboard.index.sync.walking import WalkFailed
from tests.index import oracle
from tests.index.fake_list import BUDGET, FakeList, Running, UpstreamFailed, lead, make_patient
from tests.index.support import new_keeper, same

EXAMPLES = int(os.environ.get("SYNC_EXAMPLES", "120"))
# Without making a failing history shorter, which takes minutes: SYNC_SHRINK=no.
PHASES = [phase for phase in Phase if phase is not Phase.shrink or os.environ.get("SYNC_SHRINK") != "no"]
# Cap five and a list of sixty: no page of two to five rows reaches over position 60.
MOST_ROWS = 50
PASSES = {"fill": passes.fill, "catch_up": passes.catch_up, "verify": passes.verify, "hunt": hunting.hunt}
behind = st.integers(0, 3)
pick = st.integers(0, 10_000)
rarely = st.integers(0, 11).map(lambda number: number == 11)


class Histories(RuleBasedStateMachine):
    """One tenant whose list moves while its passes go on, fail and crash; another with the same ids stands by."""

    @initialize(
        cap=st.integers(5, 8), asked=st.integers(0, 4), by_served=st.booleans(), nulls_first=st.booleans(),
        seed=st.integers(0, 99), size=st.integers(0, 22), filled=st.sampled_from([True, True, True, False]),
        at_once=rarely,
    )  # fmt: skip
    def begin(self, cap, asked, by_served, nulls_first, seed, size, filled, at_once):
        oracle.clear()
        self.upstream = FakeList(cap=cap, by_served=by_served, nulls_first=nulls_first, seed=seed)
        self.size = cap + asked
        for number in range(size):
            self.upstream.add(behind=number % 4, patient=make_patient(number % 5), title=f"born {number}")
            self.upstream.tick(0 if at_once else number % 2)
        self.upstream.tick()
        self.other = FakeList(seed=seed)
        for number in range(9):
            self.other.add(title=f"south {number}")
            self.other.tick()
        self.keeper = new_keeper("north", self.upstream)
        self.other_keeper = new_keeper("south", self.other)
        lead(passes.fill(self.other_keeper, 5), self.other)
        self.other_rows = oracle.snapshot(self.other_keeper.tenant)
        self.running = {}
        # Of each pass that walks everything, by its number: what had happened upstream when it began.
        self.began = {}
        # After the last verification that came to its end: rows that went before must be gone here.
        self.verified = self.blurred = -1
        self.checked_version = None
        self.newest_seen = {}
        if filled:
            self.go("fill")

    # Upstream.

    def live(self, number):
        keys = sorted(self.upstream.rows)
        return keys[number % len(keys)] if keys else None

    @precondition(lambda self: len(self.upstream.rows) < MOST_ROWS)
    @rule(
        behind=behind,
        patient=st.integers(0, 4),
        no_created=rarely,
        no_updated=rarely,
        status=st.sampled_from([*EncounterStatus, "odd"]),
    )
    def add(self, behind, patient, no_created, no_updated, status):
        changes = {"created_at": None} if no_created else {}
        changes |= {"updated_at": None} if no_updated else {}
        who = make_patient(patient, name=f"Added {self.upstream.events}") if patient else None
        self.upstream.add(behind, title=f"added {self.upstream.events}", patient=who, status=status, **changes)

    @precondition(lambda self: len(self.upstream.rows) < MOST_ROWS - 12)
    @rule(rows=st.integers(2, 12))
    def add_at_once(self, rows):
        for _ in range(rows):
            self.upstream.add(title=f"at once {self.upstream.events}")

    @rule(number=pick, behind=behind, patient=st.integers(0, 4), status=st.sampled_from([*EncounterStatus, "odd"]))
    def update(self, number, behind, patient, status):
        if key := self.live(number):
            who = make_patient(patient, name=f"Updated {self.upstream.events}")
            self.upstream.update(key, behind, title=f"updated {self.upstream.events}", patient=who, status=status)

    @rule(number=pick)
    def update_silently(self, number):
        if key := self.live(number):
            self.upstream.update(key, silently=True, title=f"silently {self.upstream.events}")

    @rule(number=pick)
    def delete(self, number):
        if key := self.live(number):
            self.upstream.delete(key)

    @rule(numbers=st.lists(pick, min_size=2, max_size=14))
    def delete_many(self, numbers):
        for number in numbers:
            self.delete(number)

    @rule(ticks=st.sampled_from([0, 1, 1, 2, 40]))
    def time_passes(self, ticks):
        self.upstream.tick(ticks)

    @rule(number=pick)
    def garble(self, number):
        if key := self.live(number):
            self.upstream.unreadable.add(key)

    @rule()
    def ungarble(self):
        self.upstream.unreadable.clear()

    @rule()
    def fail_next(self):
        self.upstream.failures = 1

    # Passes.

    def passes_now(self):
        return ("catch_up", "verify", "hunt") if self.keeper.state().stage == "following" else ("fill",)

    def start(self, kind):
        self.running[kind] = Running(PASSES[kind](self.keeper, self.size), self.upstream)
        self.running[kind].began = self.upstream.events

    def advance(self, kind):
        """One request further; whether the pass goes on. What it promises is checked when it ends."""
        running = self.running[kind]
        if self.upstream.unreadable:
            self.blurred = self.upstream.events
        begun = running.requests
        passes_before = self.keeper.state().passes
        try:
            goes_on = running.step()
        except (UpstreamFailed, WalkFailed):
            goes_on = False
        if kind in ("fill", "verify") and begun == 0 and self.keeper.state().passes > passes_before:
            self.began[self.keeper.state().passes] = running.began
        if kind in ("fill", "verify") and (position := self.keeper.position(kind)):
            self.began.setdefault(position.number, running.began)
            running.number = position.number
        if not goes_on:
            del self.running[kind]
            running.drop()
            if running.outcome is not None:
                self.ended(kind, running)
        return goes_on

    def ended(self, kind, running):
        state = self.keeper.state()
        if kind == "hunt" or (state.verify_wanted and kind == "catch_up"):
            return
        began = running.began if kind == "catch_up" else self.began[running.number]
        self.check_current(began, everything=kind == "verify")
        if kind == "verify" and not state.waiting:
            self.verified = began

    def check_current(self, began, *, everything):
        """Whatever happened before a complete pass began is in the index (P1, P12)."""
        here = oracle.local(self.keeper.tenant)
        for key, row in self.upstream.rows.items():
            exempt = key in self.upstream.unreadable or self.upstream.changed[key] > began or self.blurred >= began
            if not everything:
                exempt = exempt or self.is_left_to_a_verification(key, here)
            assert exempt or here.get(key) == row, f"{key} is {here.get(key)}, not {row}"

    def is_left_to_a_verification(self, key, here):
        """What changed without a stamp, and what the orders by stamps say nothing of."""
        row = self.upstream.rows[key]
        return key in self.upstream.silent or row.updated_at is None or (row.created_at is None and key not in here)

    @rule(kind=st.sampled_from(["catch_up", "verify", "hunt"]), requests=st.integers(1, 6))
    def step(self, kind, requests):
        now = self.passes_now()
        kind = kind if kind in now else now[0]
        if kind not in self.running:
            self.start(kind)
        for _ in range(requests):
            if not self.advance(kind):
                break

    def go(self, kind):
        """A whole pass."""
        if kind not in self.running:
            self.start(kind)
        for _ in range(BUDGET):
            if not self.advance(kind):
                return
        raise AssertionError(f"{kind} does not come to an end")

    @rule()
    def crash(self):
        for running in self.running.values():
            running.drop()
        self.running.clear()

    @rule(
        kind=st.sampled_from(["catch_up", "verify", "hunt"]),
        what=st.sampled_from(["update", "delete", "late", "insert"]),
        first=pick,
    )
    def storm(self, kind, what, first):
        """A change between every two requests, of a row that was read already; the pass ends all the same (P9)."""
        now = self.passes_now()
        order = SortField.ID if kind == "verify" else SortField.UPDATED
        steps = iter(range(first, first + BUDGET))

        def change():
            ordered = self.upstream.ordered(order, passes.Direction.ASC if kind == "verify" else passes.Direction.DESC)
            if what == "insert" and len(ordered) < MOST_ROWS:
                self.upstream.add(title=f"storm {self.upstream.events}")
            elif ordered:
                key = ordered[next(steps) % min(len(ordered), self.upstream.cap)].id
                if what == "delete":
                    self.upstream.delete(key)
                else:
                    self.upstream.update(key, 3 if what == "late" else 0, title=f"storm {self.upstream.events}")

        self.upstream.before = change
        try:
            self.go(kind if kind in now else now[0])
        finally:
            self.upstream.before = None

    # Quiet.

    def calm(self):
        self.crash()
        self.upstream.failures = 0
        self.upstream.unreadable.clear()
        self.upstream.tick()
        for _ in range(3):
            if self.keeper.state().stage != "following":
                self.go("fill")
        assert self.keeper.state().stage == "following", "three quiet tries do not fill the index"

    def verify_afresh(self):
        if self.keeper.position("verify"):
            self.go("verify")
        self.go("verify")
        if self.keeper.state().waiting:
            self.go("verify")
        self.upstream.silent.clear()

    @rule()
    def quiet_incremental(self):
        """After one, every row that exists is there and current (P1)."""
        self.calm()
        self.go("catch_up")
        if self.keeper.state().verify_wanted:
            # Too many rows share a stamp: that is told, and a verification settles it.
            self.verify_afresh()
        here = oracle.check(self.keeper.tenant)
        for key, row in self.upstream.rows.items():
            assert here.get(key) == row or self.is_left_to_a_verification(key, here), key

    @rule()
    def quiet_reconcile(self):
        """After one that began since, the index is the list (P1)."""
        self.calm()
        self.verify_afresh()
        same(self.keeper, self.upstream)

    @rule()
    def quiet_hunt(self):
        """It finds all that is gone, however many there are, where nothing else is wrong."""
        self.calm()
        self.go("catch_up")
        here = oracle.local(self.keeper.tenant)
        if not self.upstream.rows or self.upstream.rows.keys() - here.keys() or self.size > self.upstream.cap:
            return
        self.go("hunt")
        here = oracle.check(self.keeper.tenant)
        waiting = self.keeper.state().waiting
        assert len(here) - waiting == len(self.upstream.rows)
        assert self.upstream.rows.keys() <= here.keys()

    @rule()
    def quiet_twice(self):
        """The second passes write nothing but that they were there (P6)."""
        self.calm()
        self.go("catch_up")
        self.verify_afresh()
        before, version = oracle.snapshot(self.keeper.tenant), self.keeper.state().version
        for kind in ("catch_up", "verify", "hunt"):
            self.go(kind)
            assert oracle.snapshot(self.keeper.tenant) == before, kind
            assert self.keeper.state().version == version, kind

    @rule(behind=behind)
    def the_other_tenant_goes_on(self, behind):
        self.other.tick()
        key = sorted(self.other.rows)[self.other.events % len(self.other.rows)]
        self.other.update(key, behind, title=f"south {self.other.events}")
        before = oracle.snapshot(self.keeper.tenant)
        lead(passes.catch_up(self.other_keeper, 5), self.other)
        same(self.other_keeper, self.other)
        self.other_rows = oracle.snapshot(self.other_keeper.tenant)
        assert oracle.snapshot(self.keeper.tenant) == before

    # Always.

    @invariant()
    def the_index_is_in_order(self):
        if not hasattr(self, "checked_version"):
            return
        state = self.keeper.state()
        if state.version != self.checked_version:
            self.checked_version = state.version
            self.check_rows(oracle.check(self.keeper.tenant))
            assert oracle.snapshot(self.other_keeper.tenant) == self.other_rows, "another tenant's rows (P7)"

    def check_rows(self, here):
        for key, row in here.items():
            versions = self.upstream.versions[key]
            assert row in versions, f"never was so (P2): {row}"
            at = versions.index(row)
            assert at >= self.newest_seen.get(key, 0), f"went back (P4): {row}"
            self.newest_seen[key] = at
        for key in here.keys() - self.upstream.rows.keys():
            went = self.upstream.gone[key]
            assert went > self.verified or self.blurred >= self.verified, f"outlived a verification: {key}"

    def teardown(self):
        self.crash() if hasattr(self, "running") else None
        oracle.clear()


@pytest.mark.django_db
@pytest.mark.slow
def test_no_history_breaks_a_promise(monkeypatch):
    # However many rows are gone, they are looked for: that is what is to be tried.
    monkeypatch.setattr(hunting, "AT_LEAST", 10_000)
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=50, deadline=None, report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck), phases=PHASES,
        ),
    )  # fmt: skip
