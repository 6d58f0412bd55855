"""Which rows these are, of how many, and as of when."""

from dataclasses import dataclass

from dashboard.accounts.viewer import Viewer
from dashboard.listing import formatting
from dashboard.listing.page import Page


@dataclass(frozen=True)
class Summary:
    """``rows`` like ``26–50``; ``more`` says whether rows follow; a total only if it was counted.

    Where rows had to be hidden, positions in the list mean nothing: then ``rows`` is how many are shown.
    """

    rows: str
    numbered: bool
    more: bool
    total: str
    total_as_of: str
    read_at: str
    read_at_exact: str
    read_at_epoch: int
    zone: str

    @classmethod
    def of(cls, page: Page, viewer: Viewer) -> "Summary":
        return cls(
            rows=_rows(page),
            numbered=not page.hidden,
            more=page.has_next,
            total=formatting.number(page.total.rows) if page.total else "",
            total_as_of=f"{page.total.as_of.astimezone(viewer.zone):%H:%M}" if page.total else "",
            read_at=f"{page.as_of.astimezone(viewer.zone):%H:%M:%S}",
            read_at_exact=formatting.exact(page.as_of, viewer),
            read_at_epoch=int(page.as_of.timestamp()),
            zone=f"{viewer.zone_name.replace('_', ' ')} ({page.as_of.astimezone(viewer.zone):%Z})",
        )


def _rows(page: Page) -> str:
    if not page.rows:
        return ""
    if page.hidden:
        return formatting.number(len(page.rows))
    return f"{formatting.number(page.first_row)}–{formatting.number(page.last_row)}"
