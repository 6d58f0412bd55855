"""The follower in a process of its own, and what came of a first fill."""

import subprocess
import sys
import time
from dataclasses import dataclass

from benchmarks.dashboard import Installation
from benchmarks.memory import proportional_set_size
from benchmarks.services import ROOT, Service, ServiceError

LOOK = 0.5  # seconds between two looks at the memory
WITHIN = 30 * 60


@dataclass(frozen=True, slots=True)
class Filled:
    """A fill: rows, seconds, and the most memory (PSS, MB) that the follower held meanwhile."""

    rows: int
    seconds: float
    memory: float


class Follower(Service):
    """``manage.py follow`` for one tenant of an installation."""

    def __init__(self, installation: Installation, slug: str) -> None:
        log = installation.folder / "follower.log"
        super().__init__(["manage.py", "follow", slug], 0, log, installation.variables, within=0)

    def _wait(self) -> None:
        """It listens nowhere."""


def fill(installation: Installation, slug: str) -> Filled:
    """Let a follower fill an index, as in production, and end it when that is done."""
    begun, memory = time.perf_counter(), 0.0
    watcher = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.filled", slug], cwd=ROOT, env=installation.variables,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        with Follower(installation, slug) as follower:
            while watcher.poll() is None:
                memory = max(memory, proportional_set_size(follower.pid))
                if time.perf_counter() > begun + WITHIN:
                    raise ServiceError(f"the index of {slug} is not filled within {WITHIN} s")
                time.sleep(LOOK)
    finally:
        watcher.kill()
    return Filled(int(watcher.communicate()[0]), time.perf_counter() - begun, memory)
