"""Follows one tenant: fills its index, keeps it fresh, finds what is gone, and rests in between."""

import logging
import os
import socket
import threading
import time
from contextlib import suppress
from http import HTTPStatus

from django.db.models import F

from corti_gateway.errors import GatewayError, TimedOut
from dashboard.index.following.asking import Asking
from dashboard.index.following.holding import hold
from dashboard.index.following.pace import Pace
from dashboard.index.following.sampling import sample
from dashboard.index.lease import LeaseLost
from dashboard.index.models import Stage, TenantIndex
from dashboard.index.moments import SECOND, now
from dashboard.index.state import LOOKED
from dashboard.index.sync import hunting, passes
from dashboard.index.sync.keeping import Keeper
from dashboard.index.sync.walking import WalkFailed
from dashboard.tenants import circuit
from dashboard.tenants.registry import Tenant

logger = logging.getLogger("dashboard.index")

# Seconds between two looks for changes: while somebody looks at the tenant, and while nobody does.
HURRIED, IDLE = 5.0, 60.0
# Seconds until the next try after a failure that leaves the circuit closed, doubled each time.
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
# Every row is compared once a day, and whenever something does not add up.
VERIFY_EVERY = 24 * 3600
# Seconds after a comparison that found too much gone to be believed until the one that must agree: a lie of the API may
# last for a while. And until the next one where passes over changes cannot do their work: it costs a page for each.
BELIEVED_AFTER, INSTEAD_EVERY = 60, 600
# Seconds between two comparisons of the number of rows where nothing has changed.
HUNT_EVERY = 60.0
# So often in a row a difference may stay unexplained: a row may just have been created.
UNEXPLAINED = 3
# Rows a page: fewer while the API is too slow for more, and more again after so many good rounds.
SMALLEST, GROWS_AFTER = 10, 20
# Seconds between two notes of the calls that were made, and between two looks whether to end a rest.
REPORT_EVERY, LOOK = 1.0, 1.0


class Follower:
    """One tenant's follower in this process; :meth:`run` returns when it is told to stop."""

    def __init__(self, tenant: Tenant, stop: threading.Event, *, hurried: float = HURRIED) -> None:
        self.tenant, self.stop, self.hurried = tenant, stop, hurried
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.asking = Asking(tenant.gateway, Pace(tenant.config.index_calls), stop)
        self.size = tenant.config.page_size_max
        self._reported = self._failures = self._unexplained = self._good = 0
        self._report_at = self._hunt_at = self._caught_up_at = self._instead_at = 0.0

    def run(self) -> None:
        """Follow whenever nobody else does. Nothing but the stop ends this."""
        try:
            hold(self.tenant.slug, self.name, self.stop, self._turn)
        finally:
            self.asking.close()

    def _turn(self, keeper: Keeper) -> None:
        """One round, and the rest after it."""
        trouble = circuit.trouble(self.tenant.slug)
        if trouble is not None and not trouble.may_ask():
            # Not the whole pause: somebody else may find out sooner that Corti is back.
            self.stop.wait(max(0.2, min(LOOK, trouble.next_try - time.time())))
            return
        try:
            if trouble is not None:
                # A round may take minutes: everybody should know at once that Corti is back.
                self.asking.once()
                circuit.worked(self.tenant.slug)
            self._round(keeper)
        except GatewayError as error:
            circuit.failed(self.tenant.slug, error)
            self._shrink(error)
            pause = self._failed(keeper, f"{type(error).__name__}: {error.reason}")
            if (trouble := circuit.trouble(self.tenant.slug)) is None or not trouble.is_open:
                self.stop.wait(pause)
            return
        except WalkFailed as error:
            self.stop.wait(self._failed(keeper, f"{type(error).__name__}: {error}"))
            return
        self._failures = 0
        self._grow()
        self._report(keeper, failures=0)
        self._pause(keeper, self._rest(keeper))

    def _round(self, keeper: Keeper) -> None:
        """What is to be done now: fill, or catch up, look for what is gone, and verify when it is time."""
        state = keeper.state()
        if state.stage != Stage.FOLLOWING:
            self._fill(keeper, state)
        failure: WalkFailed | None = None
        try:
            if self._catch_up(keeper) or time.monotonic() >= self._hunt_at:
                self._hunt(keeper)
        except WalkFailed as error:
            # Then every row is compared instead.
            failure = error
        if self._is_to_verify(keeper.state(), failure):
            # Page by page, never ahead: what is written in between must not look like gone to a page asked before.
            self.asking.run(passes.verify(keeper, self.size), after=lambda: self._meanwhile(keeper))
            self._instead_at = time.monotonic() + INSTEAD_EVERY
        if failure is not None:
            raise failure

    def _is_to_verify(self, state: TenantIndex, failure: WalkFailed | None) -> bool:
        if failure is not None:
            return time.monotonic() >= self._instead_at
        ago = now() - state.verified
        if state.waiting and ago >= BELIEVED_AFTER * SECOND:
            return True
        return bool(state.verify_wanted or state.position or ago > VERIFY_EVERY * SECOND)

    def _fill(self, keeper: Keeper, state: TenantIndex) -> None:
        if not state.expected:
            # So that the progress can be told.
            keeper.finish(expected=self.asking.count())
        logger.info("%s: filling, %s encounters expected", self.tenant.slug, keeper.state().expected)
        outcome = self.asking.run(passes.fill(keeper, self.size), guess=True, after=lambda: self._report(keeper))
        logger.info("%s: filled, %d encounters", self.tenant.slug, outcome.written)

    def _catch_up(self, keeper: Keeper) -> bool:
        """Bring in what has changed; whether anything had."""
        written = self.asking.run(passes.catch_up(keeper, self.size)).written
        self._caught_up_at = time.monotonic()
        return written > 0

    def _hunt(self, keeper: Keeper) -> None:
        """Look for what is gone, and whether a page picked by chance is the same here."""
        self._hunt_at = time.monotonic() + HUNT_EVERY
        try:
            # Places are computed from page sizes, so only a size counts that is known to be served.
            size = min(self.size, self.asking.served or self.size)
            unexplained = self.asking.run(hunting.hunt(keeper, size)).open
        except WalkFailed:
            # The list moved meanwhile, or its ranks do not add up.
            unexplained = 1
        self._unexplained = self._unexplained + 1 if unexplained else 0
        if self._unexplained >= UNEXPLAINED and time.monotonic() >= self._instead_at:
            self._unexplained = 0
            keeper.finish(verify_wanted=True)
        else:
            self.asking.run(sample(keeper, self.size))

    def _meanwhile(self, keeper: Keeper) -> None:
        """A verification of a large tenant takes long: changes do not wait for it."""
        self._report(keeper)
        if time.monotonic() >= self._caught_up_at + self._rest(keeper):
            with suppress(WalkFailed):
                self._catch_up(keeper)

    def _rest(self, keeper: Keeper) -> float:
        looked = keeper.state().looked_at
        return self.hurried if now() - looked < LOOKED * SECOND else IDLE

    def _pause(self, keeper: Keeper, seconds: float) -> None:
        """Rest, until somebody begins to look, asks for a verification, or takes the index away."""
        before, end = keeper.state(), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self.stop.wait(min(left, LOOK)):
            state = keeper.state()
            if state.fence != keeper.lease.fence:
                raise LeaseLost(self.tenant.slug)
            if state.verify_wanted and not before.verify_wanted:
                return
            if state.looked_at > before.looked_at + LOOKED * SECOND:
                return

    def _shrink(self, error: GatewayError) -> None:
        """Ask for less at once from now on if the answer took too long."""
        self._good = 0
        too_slow = isinstance(error, TimedOut) or error.status == HTTPStatus.GATEWAY_TIMEOUT
        if too_slow and self._failures:
            self.size = max(SMALLEST, self.size // 2)

    def _grow(self) -> None:
        self._good += 1
        if self._good % GROWS_AFTER == 0:
            self.size = min(self.tenant.config.page_size_max, 2 * self.size)

    def _failed(self, keeper: Keeper, reason: str) -> float:
        self._failures += 1
        logger.warning("%s: %s", self.tenant.slug, reason)
        self._report_at = 0.0
        self._report(keeper, failures=self._failures, last_error=reason[:300], last_error_at=now())
        return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures - 1, 10)))

    def _report(self, keeper: Keeper, **fields: object) -> None:
        """Note the calls that were made, once a second."""
        if time.monotonic() < self._report_at and not fields:
            return
        self._report_at = time.monotonic() + REPORT_EVERY
        made, self._reported = self.asking.pace.calls - self._reported, self.asking.pace.calls
        with keeper.lease.transaction():
            TenantIndex.objects.filter(pk=keeper.tenant).update(calls=F("calls") + made, **fields)
