"""What the bars are measured on, started when it is first asked for and ended together."""

import tempfile
from collections.abc import Collection
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from benchmarks.dashboard import DashboardService, Installation
from benchmarks.sandbox import SandboxService

SMALL, MIDDLE, LARGE = "small", "middle", "large"
SIZES = {SMALL: 1_000, MIDDLE: 100_000, LARGE: 1_000_000}


class Lab(ExitStack):
    """A sandbox with the tenants named, and the dashboard in front of it; leaving the block ends everything."""

    def __init__(self, tenants: Collection[str], *, quick: bool) -> None:
        super().__init__()
        self.quick = quick
        self._sizes = {slug: size for slug, size in SIZES.items() if slug in tenants}

    def repetitions(self, full: int, quick: int) -> int:
        return quick if self.quick else full

    @cached_property
    def folder(self) -> Path:
        return Path(self.enter_context(tempfile.TemporaryDirectory(prefix="corti-benchmarks-")))

    @cached_property
    def sandbox(self) -> SandboxService:
        return self.enter_context(SandboxService(self._sizes, self.folder))

    @cached_property
    def installation(self) -> Installation:
        return Installation(self.sandbox, self.folder)

    @cached_property
    def dashboard(self) -> DashboardService:
        """The dashboard that most bars share."""
        return self.enter_context(DashboardService(self.installation))

    def another_dashboard(self, *, workers: int) -> DashboardService:
        """A fresh one that nobody has asked anything; not started yet."""
        return DashboardService(self.installation, workers=workers)
