"""One reading of a list: the calls of one view, counted, with one deadline and one time of reading."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from corti_gateway.config import TenantConfig
from corti_gateway.deadline import Deadline
from corti_gateway.memory import Memory
from corti_gateway.models import Interaction, InteractionPage
from corti_gateway.parallel import together
from corti_gateway.queries import LARGEST, InteractionQuery
from corti_gateway.sizes import PageSizes

Result = TypeVar("Result")
Slots = list[Interaction | None]


class Source(Protocol):
    """What reading needs of a gateway; the border that keeps imports from running in a circle."""

    @property
    def config(self) -> TenantConfig: ...

    @property
    def sizes(self) -> PageSizes: ...

    @property
    def memory(self) -> Memory: ...

    def list_interactions(self, query: InteractionQuery, *, deadline: Deadline | None = None) -> InteractionPage: ...


class Reading:
    """Asks a source and counts. ``as_of`` is the start of the reading (UTC): what is shown is no older than that."""

    def __init__(self, source: Source, deadline: Deadline | None = None) -> None:
        self.source = source
        self.deadline = deadline or Deadline.after(source.config.deadline)
        self.as_of = datetime.now(UTC)
        self.calls = 0
        self._lock = threading.Lock()

    def page(self, query: InteractionQuery) -> InteractionPage:
        """One page as the API answers it."""
        with self._lock:
            self.calls += 1
        page = self.source.list_interactions(query, deadline=self.deadline)
        # More rows than asked for says nothing about what other sizes give.
        self.source.sizes.saw(min(page.served, query.page_size))
        return page

    def slots(self, query: InteractionQuery) -> Slots:
        """The rows of one page in their places, never more than asked for."""
        return self.page(query).slots()[: query.page_size]

    def at(self, query: InteractionQuery, position: int) -> Slots:
        """The row at a position of the list, counted from 1: one slot, or none past the end."""
        if position > LARGEST:
            return []
        return self.slots(replace(query, page=position, page_size=1))

    def exists(self, query: InteractionQuery, position: int) -> bool:
        """Whether the list has a row at that position, counted from 1."""
        return bool(self.at(query, position))

    def together(self, calls: Sequence[Callable[[], Result]]) -> list[Result]:
        """The results of several calls made at the same time."""
        return together(self.source.config.slug, self.deadline, calls)
