"""A page of rows: it says the same things whoever answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from corti_gateway.models import Interaction
from dashboard.listing.notices import Notice
from dashboard.listing.questions import Order, Question


class Source(StrEnum):
    """Who answered."""

    LIVE = "live"
    INDEX = "index"


@dataclass(frozen=True)
class Total:
    """An exact number of rows, when it was true (UTC), and who says so."""

    rows: int
    as_of: datetime
    source: Source = Source.LIVE


@dataclass(frozen=True)
class Outage:
    """The API has been failing since a moment, so it is left alone and asked again every ``pause`` seconds."""

    since: datetime
    pause: float


@dataclass(frozen=True)
class Page:
    """``question`` is what was answered (it can differ from what was asked, then a notice says so).

    ``hidden`` rows were outside the filters: then nobody knows how many are inside, and row numbers mean nothing.
    ``withheld`` rows are deleted ones that whoever asked must not see: with the same effect. ``unreadable`` rows had no
    id. A page without rows is only empty if there were none of either.
    ``order_remark`` completes the words for the sort; ``by_period_end`` says which of the two ends it goes by.
    ``by_status`` counts the rows of each status under the other filters, where that is known. ``partial``: the index
    that answered is still being filled. ``outage``: the API is left alone now.
    """

    question: Question
    rows: tuple[Interaction, ...]
    has_next: bool
    as_of: datetime
    sorts: tuple[Order, ...]
    source: Source = Source.LIVE
    hidden: int = 0
    withheld: int = 0
    unreadable: int = 0
    out_of_order: bool = False
    order_remark: str = ""
    by_period_end: bool = False
    partial: bool = False
    total: Total | None = None
    by_status: Mapping[str, int] | None = None
    outage: Outage | None = None
    notices: list[Notice] = field(default_factory=list)

    @property
    def first_row(self) -> int:
        """The number of the first row of this page within the whole list, from 1."""
        return self.question.offset + 1

    @property
    def empty(self) -> bool:
        """Whether the source, asked for this page, had nothing: not whether there is nothing to show."""
        return not (self.rows or self.hidden or self.withheld or self.unreadable or self.has_next)

    @property
    def is_whole(self) -> bool:
        """Whether every row of the source's page is shown, so that rows can be numbered and counted."""
        return not (self.hidden or self.withheld)

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.rows) - 1
