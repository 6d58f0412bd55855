"""Processes that are started together and end together; each may die on its own as its role allows."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import FrameType, TracebackType
from urllib.parse import urlsplit

STOP_WITHIN = 10  # seconds, then a process is killed


class Processes:
    """Starts processes; leaving the block ends every one of them, whatever happened."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Processes":
        # SIGINT too: a shell that starts us in the background has it ignored for us.
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, _interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._running.values():
            with suppress(ProcessLookupError):
                process.terminate()
        end = time.monotonic() + STOP_WITHIN
        for process in self._running.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """Start a process, in place of one of this name that has ended; answers its id."""
        # A group of its own: Ctrl-C reaches this process only, which then ends the others in order.
        process = subprocess.Popen([sys.executable, *command], env=dict(environment), process_group=0)  # noqa: S603 - ours
        self._running[name] = process
        return process.pid

    def wait_for(self, url: str, *, seconds: float) -> None:
        """Until somebody listens at the URL's port; a process that ended instead is an error."""
        end = time.monotonic() + seconds
        while not listening(url):
            self.check()
            if time.monotonic() > end:
                raise ProcessEndedError(f"Nothing answers at {url} after {seconds:.0f} s.")
            time.sleep(0.1)

    def check(self, may_end: Mapping[str, Callable[[int], None]] | None = None) -> None:
        """That every process runs. One that ended is an error, unless something is to be done about it: that is called
        once, with its exit code."""
        for name, process in list(self._running.items()):
            if process.poll() is None:
                continue
            if may_end is None or name not in may_end:
                raise ProcessEndedError(f"The {name} ended by itself (exit code {process.returncode}).")
            del self._running[name]
            may_end[name](process.returncode)


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
