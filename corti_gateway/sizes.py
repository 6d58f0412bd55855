"""What is known about how many rows this tenant's API puts on a page (its maximum is not published, facts 5)."""

import threading
import time
from dataclasses import dataclass, field

# A cap may be lifted; results are exact with an old one, they only cost more calls.
CAP_LIFETIME = 300.0


@dataclass(slots=True)
class PageSizes:
    """``proven``: the most rows that one answer ever held. ``cap``: the size beyond which pages come short."""

    proven: int = 0
    _cap: int | None = None
    _cap_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def cap(self) -> int | None:
        """The cap that was found lately, or None."""
        return self._cap if time.monotonic() < self._cap_until else None

    def saw(self, rows: int) -> None:
        """An answer held that many rows."""
        if rows > self.proven:
            with self._lock:
                self.proven = max(self.proven, rows)

    def found_cap(self, cap: int) -> None:
        """Pages larger than ``cap`` come with ``cap`` rows although more exist."""
        with self._lock:
            self._cap, self._cap_until = cap, time.monotonic() + CAP_LIFETIME
            self.proven = min(self.proven, cap)

    def forget_cap(self) -> None:
        """The cap was a mistake."""
        self._cap = None

    def largest(self, wanted: int) -> int:
        """The largest size up to ``wanted`` that is worth asking for."""
        cap = self.cap
        return wanted if cap is None else min(wanted, cap)
