"""Many clients at once, in a process of its own that costs little: one loop over raw sockets.

``python -m benchmarks.load`` reads a :class:`Load` as JSON from its input and writes an :class:`Outcome`.
"""

import base64
import json
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from benchmarks.services import ROOT, ServiceError, inherited
from benchmarks.wire import Answer, Reader

_COMMAND = [sys.executable, "-m", "benchmarks.load"]


@dataclass(frozen=True, slots=True)
class Load:
    """The same request over so many connections, each waiting for its answer before it asks again.

    Ends after ``views`` answers, or when ``seconds`` have passed after ``warm_up`` seconds that do not count.
    """

    port: int
    request: str
    connections: int
    views: int = 0
    warm_up: float = 0
    seconds: float = 600


@dataclass(frozen=True, slots=True)
class Outcome:
    """Answers that counted, how many of them had another status than 200, and how long they took (s)."""

    answers: int
    failed: int
    seconds: float
    median: float
    slowest_in_20: float
    slowest_in_100: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


def drive(load: Load) -> Outcome:
    """Run the load in another process and hand back what came of it; :class:`ServiceError` if answers failed."""
    done = subprocess.run(
        _COMMAND, input=json.dumps(asdict(load)), cwd=ROOT, env=inherited(),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise ServiceError(f"the load generator failed:\n{done.stderr[-2000:]}")
    outcome = Outcome(**json.loads(done.stdout))
    if outcome.failed:
        raise ServiceError(f"{outcome.failed} of {outcome.answers} answers were no page")
    return outcome


@contextmanager
def held(load: Load) -> Iterator[None]:
    """Requests under way while the block runs, whatever becomes of them."""
    with subprocess.Popen(
        _COMMAND, cwd=ROOT, env=inherited(), text=True, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:
        assert process.stdin
        process.stdin.write(json.dumps(asdict(load)))
        process.stdin.close()
        try:
            yield
        finally:
            process.terminate()


def text_of(request: bytes) -> str:
    """A request as :class:`Load` carries it."""
    return base64.b64encode(request).decode()


class _Generator:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._request = base64.b64decode(load.request)
        self._selector = selectors.DefaultSelector()
        self._took: list[float] = []
        self._failed = self._asked = 0

    def run(self) -> Outcome:
        load = self._load
        begin = time.perf_counter() + load.warm_up
        end = begin + load.seconds
        for _ in range(load.connections):
            self._open()
        while (now := time.perf_counter()) < end and not (load.views and len(self._took) >= load.views):
            for key, _ in self._selector.select(1):
                self._read(key, begin)
        took = sorted(self._took)
        return Outcome(
            len(took), self._failed, now - begin, statistics.median(took),
            took[int(len(took) * 0.95)], took[int(len(took) * 0.99)],
        )  # fmt: skip

    def _open(self) -> None:
        door = socket.create_connection(("127.0.0.1", self._load.port), timeout=30)
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(door, selectors.EVENT_READ)
        self._ask(door, Reader())

    def _ask(self, door: socket.socket, reader: Reader) -> None:
        if self._load.views and self._asked >= self._load.views:
            self._close(door)
            return
        self._asked += 1
        self._selector.modify(door, selectors.EVENT_READ, (reader, time.perf_counter()))
        door.sendall(self._request)

    def _read(self, key: selectors.SelectorKey, begin: float) -> None:
        door, (reader, asked_at) = key.fileobj, key.data
        assert isinstance(door, socket.socket)
        data = door.recv(262_144)
        if not data:
            # Closed between two requests: asked again over a new one.
            self._asked -= 1
            self._close(door)
            self._open()
            return
        answer: Answer | None = reader.feed(data)
        if answer is None:
            return
        now = time.perf_counter()
        if now >= begin:
            self._took.append(now - asked_at)
            self._failed += answer.status != 200
        if answer.closes:
            self._close(door)
            self._open()
        else:
            self._ask(door, reader)

    def _close(self, door: socket.socket) -> None:
        self._selector.unregister(door)
        door.close()


if __name__ == "__main__":
    print(json.dumps(asdict(_Generator(Load(**json.load(sys.stdin))).run())))
