"""What ``{"interactions": null}`` means for a tenant: no rows, or a broken answer (facts, unknown 8)."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from corti_gateway.deadline import Deadline
from corti_gateway.errors import TimedOut, UnreadableAnswer

REMEMBER = 60.0


@dataclass(slots=True)
class NullRule:
    """Null counts as no rows only where it is proven to be this API's way to say so.

    Go writes an empty list as null when nobody took care. A broken answer looks the same, and taking it for "no
    encounters" would be the worst lie a list can tell.
    """

    lists_are_empty: bool = False
    proven: bool = False
    ask_again_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def check(
        self, far_page_is_null: Callable[[], bool], first_row_is_real: Callable[[], bool], deadline: Deadline
    ) -> None:
        """Return if null means no rows, else raise :class:`UnreadableAnswer`; the two are asked once a minute.

        Raises :class:`TimedOut` if another thread still asks when the deadline passes.
        """
        if self.lists_are_empty:
            raise UnreadableAnswer("the list is null, but this API writes [] for an empty list", status=200)
        if self.proven:
            return
        if not self.lock.acquire(timeout=deadline.remaining()):
            raise TimedOut("what null means was not found out in time")
        try:
            if not self.proven and time.monotonic() >= self.ask_again_at:
                self.proven = far_page_is_null() and first_row_is_real() and not self.lists_are_empty
                self.ask_again_at = time.monotonic() + REMEMBER
        finally:
            self.lock.release()
        if not self.proven:
            raise UnreadableAnswer("the list is null, and it is not proven that null means an empty list", status=200)
