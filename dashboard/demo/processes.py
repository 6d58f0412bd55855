"""Processes that live and die together."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import FrameType, TracebackType
from urllib.parse import urlsplit

STOP_WITHIN = 10  # seconds, then a process is killed


class Processes:
    """Starts processes; leaving the block ends every one of them, whatever happened."""

    def __init__(self) -> None:
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> "Processes":
        # SIGINT too: a shell that starts us in the background has it ignored for us.
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, _interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _, process in self._running:
            with suppress(ProcessLookupError):
                process.terminate()
        end = time.monotonic() + STOP_WITHIN
        for _, process in self._running:
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        # A group of its own: Ctrl-C reaches this process only, which then ends the others in order.
        process = subprocess.Popen([sys.executable, *command], env=dict(environment), process_group=0)  # noqa: S603 - ours
        self._running.append((name, process))

    def wait_for(self, url: str, *, seconds: float) -> None:
        """Until somebody listens at the URL's port; a process that ended instead is an error."""
        end = time.monotonic() + seconds
        while not listening(url):
            self.check()
            if time.monotonic() > end:
                raise ProcessEndedError(f"Nothing answers at {url} after {seconds:.0f} s.")
            time.sleep(0.1)

    def check(self) -> None:
        for name, process in self._running:
            if process.poll() is not None:
                raise ProcessEndedError(f"The {name} ended by itself (exit code {process.returncode}).")


class ProcessEndedError(Exception):
    """A process that should go on running does not."""


def listening(url: str) -> bool:
    """Whether a connection to the URL's host and port is accepted."""
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname or "", address.port or 80), timeout=0.5).close()
    except OSError:
        return False
    return True


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
