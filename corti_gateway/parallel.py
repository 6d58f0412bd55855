"""Several calls of one view at the same time, on small pools of threads that the whole process shares.

A pool a tenant: one whose API hangs fills its own threads only.
"""

import contextvars
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial
from typing import TypeVar

from corti_gateway.deadline import Deadline
from corti_gateway.errors import GatewayError, TimedOut, Unreachable

THREADS = 64
Result = TypeVar("Result")
Settled = TypeVar("Settled")

_here = threading.local()
_lock = threading.Lock()
_pools: dict[str, ThreadPoolExecutor] = {}


def together(tenant: str, deadline: Deadline, calls: Sequence[Callable[[], Result]]) -> list[Result]:
    """The results of all calls in their order; the first runs on the caller's own thread.

    The first error in that order is raised. From within a call that itself runs in the pool they run one after the
    other: a pool full of calls that wait for the pool would stand still. Context variables go along.
    """
    return _all(tenant, deadline, calls, _result)


def apart(tenant: str, deadline: Deadline, calls: Sequence[Callable[[], Result]]) -> list[Result | GatewayError]:
    """As :func:`together`, but each call fails on its own: in its place stands its error, the others keep theirs."""
    return _all(tenant, deadline, calls, _outcome)


def _all(
    tenant: str,
    deadline: Deadline,
    calls: Sequence[Callable[[], Result]],
    settle: Callable[[Callable[[], Result]], Settled],
) -> list[Settled]:
    """What ``settle`` makes of each call, in their order."""
    if getattr(_here, "in_pool", False):
        return [settle(call) for call in calls]
    futures: list[Future[Result]] = [
        _executor(tenant).submit(contextvars.copy_context().run, call) for call in calls[1:]
    ]
    try:
        settled = [settle(call) for call in calls[:1]]
        for future in futures:
            settled.append(settle(partial(_awaited, future, tenant, deadline)))
        return settled
    finally:
        for future in futures:
            future.cancel()


def _awaited(future: Future[Result], tenant: str, deadline: Deadline) -> Result:
    try:
        # Calls end by the deadline themselves; the grace is for their last step.
        return future.result(timeout=deadline.remaining() + 0.25)
    except FutureTimeout:
        raise TimedOut("a part of the answer did not come in time", tenant=tenant, operation="several calls") from None
    except CancelledError:
        # Closed under a call that was still waiting for its turn: as a probe in the background may be.
        raise Unreachable("the gateway was closed meanwhile", tenant=tenant, operation="several calls") from None


def _result(call: Callable[[], Result]) -> Result:
    return call()


def _outcome(call: Callable[[], Result]) -> Result | GatewayError:
    try:
        return call()
    except GatewayError as error:
        return error


def finish(tenant: str) -> None:
    """Wait for the calls of a tenant whose view has ended before them, by an error of another call."""
    if pool := _pools.pop(tenant, None):
        pool.shutdown(wait=True, cancel_futures=True)


def _executor(tenant: str) -> ThreadPoolExecutor:
    pool = _pools.get(tenant)
    if pool is None:
        with _lock:
            pool = _pools.get(tenant)
            if pool is None:
                pool = _pools[tenant] = ThreadPoolExecutor(THREADS, f"corti-{tenant}", initializer=_mark)
    return pool


def _mark() -> None:
    _here.in_pool = True


def _forget() -> None:
    """Threads do not survive a fork: a forked worker starts its own pools."""
    global _pools, _lock
    _pools, _lock = {}, threading.Lock()


os.register_at_fork(after_in_child=_forget)
