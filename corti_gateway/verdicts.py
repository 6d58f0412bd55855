"""Keeps the verdicts about a tenant: probed by one thread at a time, in the background unless somebody must wait."""

import contextvars
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from corti_gateway.capabilities import Capabilities, Verdict
from corti_gateway.deadline import Deadline
from corti_gateway.errors import GatewayError

logger = logging.getLogger("corti_gateway")

LIFETIME = 3600.0
# Too little data may soon be enough; an API that does not answer may soon be back.
OPEN_LIFETIME = 300.0
AFTER_FAILURE = 60.0
PROBE_SECONDS = 30.0


class Verdicts:
    """The capabilities of one tenant with their age. ``probe`` asks the API; it raises :class:`GatewayError`."""

    def __init__(
        self, tenant: str, probe: Callable[[Deadline], Capabilities], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tenant = tenant
        self._probe = probe
        self._clock = clock
        self._lock = threading.Lock()
        self._current: Capabilities | None = None
        self._renew_at = 0.0

    @property
    def current(self) -> Capabilities | None:
        """The last verdicts, or None. Old ones serve until new ones are there: rows are checked in any case."""
        return self._current

    @property
    def due(self) -> bool:
        """Whether it is time to probe."""
        return self._clock() >= self._renew_at

    def prove(self, *, wait: bool, deadline: Deadline | None = None) -> None:
        """See that there are verdicts, if they are due. ``wait=False`` starts a thread and returns at once.

        ``wait=True`` takes at most half of what is left until the deadline. Never raises: an API that does not answer
        proves nothing.
        """
        if not self.due:
            return
        if wait:
            seconds = PROBE_SECONDS if deadline is None else min(PROBE_SECONDS, deadline.remaining() / 2)
            deadline = Deadline.after(seconds)
            if self._lock.acquire(timeout=deadline.remaining()):
                self._prove_and_release(deadline)
        elif self._lock.acquire(blocking=False):
            background = Deadline.after(PROBE_SECONDS)
            try:
                # What the probe asks belongs to the page that was first to need it.
                prove = partial(contextvars.copy_context().run, self._prove_and_release, background)
                threading.Thread(target=prove, name="corti-probe", daemon=True).start()
            except RuntimeError:
                # No thread to be had, for one at shutdown.
                self._lock.release()

    def contradict(self) -> None:
        """A page just showed that several statuses at once are not honoured."""
        current = self._current
        if current is not None and current.several_statuses is Verdict.YES:
            logger.warning("%s: several statuses at once are not honoured after all", self._tenant)
            self._current = replace(current, several_statuses=Verdict.NO)

    def _prove_and_release(self, deadline: Deadline) -> None:
        try:
            if self.due:
                self._prove(deadline)
        finally:
            self._lock.release()

    def _prove(self, deadline: Deadline) -> None:
        lifetime = AFTER_FAILURE
        try:
            self._current = self._probe(deadline)
            lifetime = LIFETIME if self._current.decided else OPEN_LIFETIME
            logger.info("%s: probed the API with %d calls", self._tenant, self._current.calls)
        except GatewayError as error:
            logger.warning("%s: the API could not be probed: %s", self._tenant, type(error).__name__)
        finally:
            self._renew_at = self._clock() + lifetime
