"""How an index stands: what pages say about it, read in one small question."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from dashboard.index.lease import clock
from dashboard.index.models import Stage
from dashboard.index.moments import NEVER, SECOND, instant, now

# Seconds after which rows from the index count as old: following goes every few seconds while somebody looks.
OLD = 5 * 60
# Somebody looks at a tenant if a page was asked for within so many seconds; noted at most so often.
LOOKED, NOTED = 120, 30


@dataclass(frozen=True)
class IndexState:
    """One tenant's index. ``as_of`` is the start of the last complete pass: whatever changed before is in it."""

    tenant: int
    stage: str
    rows: int
    patients: int
    as_of: datetime | None
    fill_started: datetime | None
    filled: datetime | None
    covered_from: datetime | None
    expected: int
    version: int
    waiting: int
    verified: datetime | None
    last_error: str
    last_error_at: datetime | None
    failures: int
    calls: int
    looked_at: datetime | None
    verify_wanted: bool
    # Who keeps it, while the lease lasts: host and process.
    holder: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show: not begun, or not a single page read."""
        return self.stage == Stage.EMPTY or (self.is_filling and self.rows == 0)

    @property
    def is_filling(self) -> bool:
        return self.stage == Stage.FILLING

    @property
    def is_complete(self) -> bool:
        """Whether every encounter is there, as of :attr:`as_of`."""
        return self.stage == Stage.FOLLOWING

    @property
    def share(self) -> float:
        """How much of the expected rows is there, from 0 to 1; changes while filling may make more of them."""
        if self.is_complete:
            return 1.0
        return min(self.rows / self.expected, 1.0) if self.expected else 0.0

    @property
    def age(self) -> float:
        """Seconds since :attr:`as_of`."""
        return (now() / SECOND) - self.as_of.timestamp() if self.as_of else float("inf")

    @property
    def pace(self) -> float:
        """Encounters a second since the filling began."""
        seconds = (now() / SECOND - self.fill_started.timestamp()) if self.fill_started else 0.0
        return self.rows / seconds if seconds > 1 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the filling will take at its pace, as far as one can tell."""
        return max(0.0, self.expected - self.rows) / self.pace if self.expected and self.pace else None


class _Stored(NamedTuple):
    """The row in the database; whether somebody holds it is asked of the database's clock."""

    id: int
    stage: str
    rows: int
    patients: int
    as_of: int
    fill_started: int
    filled: int
    covered_from: int
    expected: int
    version: int
    waiting: int
    verified: int
    last_error: str
    last_error_at: int
    failures: int
    calls: int
    looked_at: int
    verify_wanted: bool
    holder: str
    held: bool


_COLUMNS = ", ".join(_Stored._fields[:-1])


def state_of(slug: str) -> IndexState | None:
    """The state of a tenant's index; None before anything followed it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS}, held_until > {clock()} FROM index_tenantindex WHERE slug = %s",
            [slug],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    told = _Stored._make(found)
    return IndexState(
        tenant=told.id,
        stage=told.stage,
        rows=told.rows,
        patients=told.patients,
        as_of=_moment(told.as_of),
        fill_started=_moment(told.fill_started),
        filled=_moment(told.filled),
        covered_from=_moment(told.covered_from),
        expected=told.expected,
        version=told.version,
        waiting=told.waiting,
        verified=_moment(told.verified),
        last_error=told.last_error,
        last_error_at=_moment(told.last_error_at),
        failures=told.failures,
        calls=told.calls,
        looked_at=_moment(told.looked_at),
        verify_wanted=bool(told.verify_wanted),
        holder=told.holder if told.held else "",
    )


def look(state: IndexState) -> None:
    """Note that somebody looks: the followers hurry for those who do. Written at most twice a minute."""
    if state.looked_at is None or now() / SECOND - state.looked_at.timestamp() > NOTED:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE index_tenantindex SET looked_at = %s WHERE id = %s", [now(), state.tenant])


def _moment(number: int) -> datetime | None:
    return None if number in (0, NEVER) else instant(number)
