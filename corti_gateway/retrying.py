"""Whether and when a failed GET is asked again (security.md SR-41)."""

import random
import threading
from dataclasses import dataclass, field

from corti_gateway.deadline import Deadline
from corti_gateway.errors import GatewayError, ServerFailed, TimedOut, TooBusy, Unreachable

MOST_RETRIES = 2
FIRST_PAUSE = 0.15
LONGEST_PAUSE = 2.0
# Corti's "processing error" is sometimes a passing one; it gets a single second chance.
ONCE = 500
PASSING = (408, 502, 503, 504)


@dataclass(slots=True)
class RetryBudget:
    """How many retries a tenant may cost: a share of its calls, and a small burst.

    Without it an outage multiplies the load on a service that is already down: three requests for every view.
    """

    share: float = 0.09
    burst: float = 8.0
    left: float = 8.0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def earn(self) -> None:
        """Count a call."""
        with self.lock:
            self.left = min(self.burst, self.left + self.share)

    def spend(self) -> bool:
        """Take one retry, if there is one."""
        with self.lock:
            if self.left < 1:
                return False
            self.left -= 1
            return True


def pause_before_retry(error: GatewayError, attempt: int, deadline: Deadline) -> float | None:
    """Seconds to wait before asking again after attempt number ``attempt`` (from 1); None for never.

    The API's own hint wins over ours. A pause that does not fit into the deadline, with something left for the
    answer, is not begun.
    """
    if attempt > MOST_RETRIES or not error.retryable:
        return None
    if isinstance(error, TooBusy):
        pause = error.retry_after
    elif isinstance(error, ServerFailed):
        if error.status not in PASSING and not (error.status == ONCE and attempt == 1):
            return None
        pause = None
    elif isinstance(error, Unreachable | TimedOut):
        pause = None
    else:
        return None
    if pause is None:
        # Full jitter: a crowd that failed together does not come back together.
        pause = random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1)))
    return pause if pause + 0.1 < deadline.remaining() else None
