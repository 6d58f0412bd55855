"""A page of rows: it says the same things whoever answered."""

from dataclasses import dataclass, field
from datetime import datetime

from corti_gateway.models import Interaction
from corti_gateway.queries import InteractionQuery
from corti_gateway.vocabulary import SortField
from dashboard.listing.notices import Notice


@dataclass(frozen=True)
class Total:
    """An exact number of rows, and when it was counted (UTC)."""

    rows: int
    as_of: datetime


@dataclass(frozen=True)
class Page:
    """``query`` is what was answered (it can differ from what was asked, then a notice says so).

    ``hidden`` rows were outside the filters: then nobody knows how many are inside, and row numbers mean nothing.
    ``unreadable`` rows had no id. A page without rows is only empty if there were none of either.
    ``order_remark`` completes the words for the sort; ``by_period_end`` says which of the two ends it goes by.
    """

    query: InteractionQuery
    rows: tuple[Interaction, ...]
    has_next: bool
    as_of: datetime
    sorts: tuple[SortField, ...]
    hidden: int = 0
    unreadable: int = 0
    order_remark: str = ""
    by_period_end: bool = False
    total: Total | None = None
    notices: list[Notice] = field(default_factory=list)

    @property
    def first_row(self) -> int:
        """The number of the first row of this page within the whole list, from 1."""
        return (self.query.page - 1) * self.query.page_size + 1

    @property
    def empty(self) -> bool:
        """Whether the API, asked for this page, had nothing: not whether there is nothing to show."""
        return not (self.rows or self.hidden or self.unreadable or self.has_next)

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.rows) - 1
