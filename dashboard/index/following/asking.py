"""Drives a pass over the real gateway: its requests one after the other, the next ones asked ahead at the same time."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from corti_gateway.counting import count
from corti_gateway.deadline import Deadline
from corti_gateway.gateway import CortiGateway
from corti_gateway.queries import InteractionQuery
from corti_gateway.vocabulary import Direction, SortField
from dashboard.index.following.pace import Pace
from dashboard.index.sync.passes import Outcome, Pass
from dashboard.index.sync.walking import Ask, Slots, ahead

# Pages under way at once while a whole list is read, and pages wanted ahead: while one lot is written, the next comes.
AT_ONCE, AHEAD = 4, 16
# Nobody waits for these calls, so each may take its time.
SECONDS_A_CALL = 30.0
# Seconds after which somebody who waits for an answer looks whether to go on.
LOOK = 0.2


class Stopped(Exception):
    """The follower was told to end."""


class Asking:
    """The calls that following one tenant makes, counted and paced."""

    def __init__(self, gateway: CortiGateway, pace: Pace, stop: threading.Event) -> None:
        self.gateway, self.pace, self.stop = gateway, pace, stop
        # The most rows that one answer ever held: a cap that the API keeps to itself.
        self.served = 0
        self._pool = ThreadPoolExecutor(AT_ONCE, f"follow-{gateway.config.slug}")

    def run(self, steps: Pass, *, guess: bool = False, after: Callable[[], None] | None = None) -> Outcome:
        """Run a pass to its end; ``guess`` asks ahead. Raises ``GatewayError``, ``WalkFailed`` and :class:`Stopped`.

        ``after`` is called after each answer was taken in.
        """
        under_way: dict[Ask, Future[Slots]] = {}
        answer: Slots | None = None
        try:
            while True:
                try:
                    ask = steps.send(answer)  # type: ignore[arg-type]
                except StopIteration as end:
                    outcome: Outcome = end.value
                    return outcome
                if after is not None and answer is not None:
                    after()
                wanted = [ask, *(ahead(ask, AHEAD) if guess else ())]
                for one in [one for one in under_way if one not in wanted]:
                    under_way.pop(one).cancel()
                for one in wanted:
                    if one not in under_way:
                        under_way[one] = self._pool.submit(self._call, one)
                answer = self._result(under_way.pop(ask))
        finally:
            for call in under_way.values():
                call.cancel()
            steps.close()

    def once(self) -> None:
        """Whether the API answers at all: the smallest question there is."""
        self._result(self._pool.submit(self._call, Ask(SortField.CREATED, Direction.DESC, 1, 1)))

    def count(self) -> int:
        """How many encounters the tenant has now."""
        counted = count(self.gateway, InteractionQuery(), deadline=Deadline.after(SECONDS_A_CALL))
        self.pace.wait_for(counted.calls)
        return counted.total

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _result(self, call: Future[Slots]) -> Slots:
        """The answer to a call; whoever is told to end does not wait for it."""
        while not wait((call,), LOOK).done:
            if self.stop.is_set():
                raise Stopped
        return call.result()

    def _call(self, ask: Ask) -> Slots:
        if self.stop.wait(self.pace.wait_for()):
            raise Stopped
        query = InteractionQuery(sort=ask.sort, direction=ask.direction, page=ask.page, page_size=ask.size)
        slots = self.gateway.list_interactions(query, deadline=Deadline.after(SECONDS_A_CALL)).slots()[: ask.size]
        self.served = max(self.served, len(slots))
        return slots
