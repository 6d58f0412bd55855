"""Processes that a benchmark starts, and ends again."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
STOP_WITHIN = 15  # seconds, then it is killed


class ServiceError(Exception):
    """A process that the benchmark needs did not do its part; the text ends with its last lines."""


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def inherited(**own: str) -> dict[str, str]:
    """An environment with what programs need to run, and nothing that would configure the dashboard."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **own}


def run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """What a Python command writes, once it has ended; :class:`ServiceError` if it fails."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ServiceError(f"{' '.join(command)} failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout


class Service:
    """A Python program that listens at a port of this machine; leaving the block ends it."""

    def __init__(
        self, command: Sequence[str], port: int, log: Path, environment: Mapping[str, str], *, within: float
    ) -> None:
        self.port = port
        self._command, self._log, self._environment, self._within = command, log, environment, within

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> Self:
        with self._log.open("ab") as log:
            # A group of its own: Ctrl-C reaches the benchmark only, which then ends the others in order.
            self._process = subprocess.Popen(
                [sys.executable, *self._command], cwd=ROOT, env=dict(self._environment), stdout=log, stderr=log,
                process_group=0,
            )  # fmt: skip
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _wait(self) -> None:
        end = time.monotonic() + self._within
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                pass
            if self._process.poll() is not None or time.monotonic() > end:
                tail = self._log.read_text(errors="replace")[-2000:]
                raise ServiceError(f"{' '.join(self._command)} does not listen at port {self.port}:\n{tail}")
            time.sleep(0.05)

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
