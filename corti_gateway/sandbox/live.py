"""Live mode: encounters start, pause, go on and end by themselves, one event at a time."""

import random

from corti_gateway.sandbox.clock import DAY, NANO, Clock
from corti_gateway.sandbox.records import CANCELLED, COMPLETED, IN_PROGRESS, ON_HOLD, PLANNED, Interaction, Patient
from corti_gateway.sandbox.store import Listing
from corti_gateway.sandbox.tenants import HostedTenant

SHORTEST = 5 * 60 * NANO


class Live:
    """The events of one tenant; the same seed and the same steps of the clock bring the same events."""

    def __init__(self, tenant: HostedTenant, clock: Clock, events_per_minute: float) -> None:
        self._tenant = tenant
        self._clock = clock
        self._pause = 60 / events_per_minute
        self._due = clock.time() + self._pause
        self._rng = random.Random(tenant.config.seed)

    def step(self) -> int:
        """Let happen what is due by now; answers how many events that were."""
        count = 0
        while self._due <= self._clock.time():
            self._event(int(self._due * 1_000_000) * 1000)
            self._due += self._pause
            count += 1
        return count

    def _event(self, now: int) -> None:
        draw = self._rng.random()
        if draw < 0.30:
            self._start(now)
        elif draw < 0.60:
            self._move((IN_PROGRESS,), COMPLETED, now)
        elif draw < 0.75:
            self._move((PLANNED,), IN_PROGRESS, now)
        elif draw < 0.85:
            self._move((IN_PROGRESS,), ON_HOLD, now)
        elif draw < 0.96:
            self._move((ON_HOLD,), IN_PROGRESS, now)
        else:
            self._move((PLANNED,), CANCELLED, now)

    def _start(self, now: int) -> None:
        recent = self._recent((), 200)
        people = [row.patient for row in recent if row.patient] or [Patient("MRN-00000001")]
        row = self._tenant.encounters.start_now(people, now)
        while self._tenant.store.get(row.id):
            row.id = self._tenant.encounters.uuid()
        self._tenant.store.add(row)

    def _move(self, before: tuple[int, ...], after: int, now: int) -> None:
        rows = self._recent(before, 40)
        # Old ones stay as they are: forgotten by their clinicians, as on the real service.
        rows = [row for row in rows if row.created > now - DAY * NANO or before == (PLANNED,)]
        if before == (IN_PROGRESS,):
            # Nobody is seen and sent home within seconds.
            rows = [row for row in rows if row.started <= now - SHORTEST]
        if not rows:
            return
        row = rows[int(self._rng.random() * len(rows))]
        ended = now if after == COMPLETED else row.ended
        closed = now if after in (COMPLETED, CANCELLED) else row.closed
        started = now if before == (PLANNED,) and after == IN_PROGRESS else row.started
        self._tenant.store.change(
            row, status=after, started=started, ended=ended, closed=closed, updated=now, recorded=now
        )

    def _recent(self, statuses: tuple[int, ...], count: int) -> list[Interaction]:
        return self._tenant.store.page(Listing(size=count, statuses=statuses))
