"""What was found out about a tenant's API a moment ago, so that not every view asks again."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

MOST = 1000


@dataclass(slots=True)
class Memory:
    """Findings with an end. Never a row and never a patient: only how the API behaves."""

    clock: Callable[[], float] = time.monotonic
    _kept: dict[Hashable, tuple[Any, float]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def recall(self, about: Hashable) -> Any:
        """What was remembered and still holds, or None."""
        value, until = self._kept.get(about, (None, 0.0))
        return value if self.clock() < until else None

    def remember(self, about: Hashable, value: Any, seconds: float) -> None:
        """Keep a finding for that long."""
        with self._lock:
            if len(self._kept) >= MOST:
                self._kept = {}
            self._kept[about] = (value, self.clock() + seconds)
