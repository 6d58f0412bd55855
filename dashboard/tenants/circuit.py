"""Leaves a tenant's API alone while it is down, so that nobody waits for it in vain: a circuit breaker.

Closed, every call goes through. A call that was slow to fail opens it at once, other failures open it when they come in
a row. Open, pages answer from what is known, and one caller in each pause asks again (half-open): if that works it
closes. The state is in the database, so that all workers and followers on all machines share it and only one of them
asks.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction

from corti_gateway import errors
from dashboard.tenants.models import Circuit

IN_A_ROW = 3
# Seconds; whoever comes next shall not wait as long.
SLOW = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
# What says something about the service, not about one question.
_ABOUT_THE_SERVICE = (
    errors.NoAnswer, errors.UnreadableAnswer, errors.ServerFailed, errors.TooBusy, errors.OutOfCredit,
    errors.CredentialsRefused, errors.Forbidden, errors.NotFound,
)  # fmt: skip


@dataclass(frozen=True)
class Trouble:
    """What went wrong with a tenant's API lately, and has not gone right since. ``next_try`` is 0 while calls still go
    through; ``pause`` is how many seconds nobody asks."""

    tenant: str
    since: datetime
    next_try: float
    failure: errors.GatewayError
    pause: float = 0.0

    @property
    def is_open(self) -> bool:
        return self.next_try > 0

    @property
    def is_resting(self) -> bool:
        """Whether nobody is to ask the API at this moment."""
        return time.time() < self.next_try

    def may_ask(self) -> bool:
        """Whether this caller may ask the API: always while the circuit is closed, else one caller in each pause."""
        now = time.time()
        if now < self.next_try:
            return False
        waiting = Circuit.objects.filter(tenant=self.tenant, next_try__gt=0, next_try__lte=now)
        return not self.is_open or bool(waiting.update(next_try=now + LONGEST_PAUSE, asking=True))


def trouble(tenant: str) -> Trouble | None:
    """The trouble of a tenant, or None if its last call went well."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT broken_since, next_try, error, reason, status, reference, pause FROM tenants_circuit "
            "WHERE tenant = %s AND failures > 0",
            [tenant],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    since, next_try, error, reason, status, reference, pause = found
    kind = getattr(errors, error, errors.NoAnswer)
    failure = kind(reason, tenant=tenant, operation="list interactions", status=status, request_id=reference)
    return Trouble(tenant, datetime.fromtimestamp(since, UTC), next_try, failure, pause)


def worked(tenant: str) -> None:
    """The API answered after it had failed: close the circuit."""
    broken = Circuit.objects.filter(tenant=tenant, failures__gt=0)
    broken.update(failures=0, next_try=0.0, pause=0.0, asking=False, error="")


def failed(tenant: str, failure: errors.GatewayError) -> None:
    """The API failed: open the circuit, or keep it open for longer."""
    if not isinstance(failure, _ABOUT_THE_SERVICE):
        # It does not like the question, but it answers.
        worked(tenant)
        return
    with transaction.atomic():
        Circuit.objects.get_or_create(tenant=tenant)
        _open(Circuit.objects.select_for_update().get(tenant=tenant), failure)


def _open(circuit: Circuit, failure: errors.GatewayError) -> None:
    now = time.time()
    if now < circuit.next_try and not circuit.asking:
        # A call that was under way when the circuit opened, one of many perhaps: that is known by now.
        return
    circuit.failures += 1
    if circuit.failures == 1:
        circuit.broken_since = now
    is_slow = isinstance(failure, errors.TimedOut) or failure.elapsed >= SLOW
    if circuit.next_try or circuit.failures >= IN_A_ROW or is_slow or failure.retry_after:
        wait = min(failure.retry_after or 0.0, 2 * LONGEST_PAUSE)
        circuit.pause = max(min(LONGEST_PAUSE, 2 * circuit.pause or FIRST_PAUSE), wait)
        circuit.next_try = now + circuit.pause
    circuit.asking = False
    circuit.error, circuit.reason = type(failure).__name__, failure.reason[:200]
    circuit.status, circuit.reference = failure.status, failure.request_id
    circuit.save()
