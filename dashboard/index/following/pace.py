"""How many calls a tenant's API is asked: never more in a minute than the tenant allows."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

# A part is left for what is asked twice and for tokens; seconds' worth of the rest may be spent at once.
SHARE, AT_ONCE = 0.9, 5.0


@dataclass(slots=True)
class Pace:
    """A budget of calls, refilled evenly, so that no minute has more of them than ``calls_a_minute``."""

    calls_a_minute: float
    clock: Callable[[], float] = time.monotonic
    # Calls taken since the beginning.
    calls: int = 0
    _saved: float | None = None
    _at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait_for(self, calls: int = 1) -> float:
        """Take so many calls from the budget; answers the seconds to wait until they may be made."""
        allowed = SHARE * self.calls_a_minute
        most = max(1.0, allowed / 60 * AT_ONCE)
        # What is spent at once belongs to the same minute as what comes back meanwhile.
        a_second = (allowed - most) / 60
        with self._lock:
            now = self.clock()
            saved = most if self._saved is None else min(most, self._saved + (now - self._at) * a_second)
            self._at, self._saved = now, saved - calls
            self.calls += calls
            # Below zero means calls that are promised already: whoever comes next waits for theirs too.
            return 0.0 if self._saved >= 0 else -self._saved / a_second
