"""Stoplight's Prism as a validating proxy, and the Node.js it needs."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

HERE = Path(__file__).parent
NODE_FOLDER = HERE / "node"
DOCUMENT = HERE / "interactions-list.openapi.yaml"
DOCUMENT_SHA256 = "71fff04ced92a7122f21d4df4866540b5ad0d3f96fc37596d0ecd69e2effa410"

_LISTENING = re.compile(r"Prism is listening on (http://127\.0\.0\.1:\d+)")
_START_SECONDS = 30


def what_is_missing() -> str:
    """Why the tests of this folder cannot run; empty if they can."""
    if shutil.which("node") is None:
        return "Node.js is not installed"
    wanted = json.loads((NODE_FOLDER / "package.json").read_text())["dependencies"]
    for package, version in wanted.items():
        manifest = NODE_FOLDER / "node_modules" / package / "package.json"
        if not manifest.exists() or json.loads(manifest.read_text())["version"] != version:
            return f"{package} {version} is not installed: run npm ci in tests/contract/node"
    return ""


def node_environment() -> dict[str, str]:
    """Nothing of the developer's own: a CORTI_ or proxy variable would change what the tools do."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ} | {"NO_COLOR": "1"}


class Prism:
    """A running proxy to ``upstream``; a violation of the document comes back as 500 instead of the answer.

    ``url`` stands for the ``servers`` entry of the document.
    """

    def __init__(self, upstream: str, log: Path, document: Path = DOCUMENT) -> None:
        self.url = ""
        self._log = log
        # Not by npx: it would be the one to be killed, and the server would stay. Prism lets the OS choose its port.
        command = ["node", "node_modules/.bin/prism", "proxy", "-h", "127.0.0.1", "-p", "0", "--errors"]
        self._command = [*command, str(document), upstream.rstrip("/")]

    def __enter__(self) -> Self:
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                self._command, cwd=NODE_FOLDER, env=node_environment(), stdout=output, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + _START_SECONDS
        while not (found := _LISTENING.search(self.log())):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._stop()
                raise RuntimeError(f"Prism did not start:\n{self.log()}")
            time.sleep(0.05)
        self.url = f"{found[1]}/"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
