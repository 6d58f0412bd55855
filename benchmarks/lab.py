"""What the bars are measured on, started when it is first asked for and ended together."""

import tempfile
from collections.abc import Collection
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from benchmarks import following
from benchmarks.dashboard import DashboardService, Installation, PeerService
from benchmarks.databases import Database
from benchmarks.sandbox import SandboxService

# The live bars ask for encounters of tenants without an index; FOLLOWED is there for the index alone.
SMALL, MIDDLE, LARGE, FOLLOWED = "small", "middle", "large", "followed"
SIZES = {SMALL: 1_000, MIDDLE: 100_000, LARGE: 1_000_000, FOLLOWED: 100_000}


class Indexed:
    """An installation with a filled index of one tenant, and the dashboard in front of it."""

    def __init__(self, lab: "Lab", slug: str) -> None:
        self._lab, self.slug = lab, slug
        self.installation = Installation(lab.sandbox, lab.enter_context(lab.database(f"indexed-{slug}")))
        self.filled = following.fill(self.installation, slug)

    @cached_property
    def dashboard(self) -> DashboardService:
        return self._lab.enter_context(DashboardService(self.installation))

    def peer(self) -> DashboardService:
        """Django's admin over the same table, served the same way; not started yet."""
        return PeerService(self.installation)


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
        return Installation(self.sandbox, self.enter_context(self.database("live")))

    @cached_property
    def dashboard(self) -> DashboardService:
        """The dashboard that most bars share."""
        return self.enter_context(DashboardService(self.installation))

    @cached_property
    def followed(self) -> Indexed:
        """The index of 100,000 encounters."""
        return Indexed(self, FOLLOWED)

    @cached_property
    def large(self) -> Indexed:
        """The index of 1,000,000 encounters; of 100,000 in a quick look."""
        return self.followed if self.quick else Indexed(self, LARGE)

    def database(self, name: str) -> Database:
        """An empty database."""
        return Database(self.folder / name)

    def another_dashboard(self, *, workers: int) -> DashboardService:
        """A fresh one that nobody has asked anything; not started yet."""
        return DashboardService(self.installation, workers=workers)
