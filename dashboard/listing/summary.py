"""Which rows these are, of how many, and as of when."""

from dataclasses import dataclass
from datetime import timedelta

from dashboard.accounts.viewer import Viewer
from dashboard.listing import formatting
from dashboard.listing.page import Outage, Page, Source
from dashboard.listing.stamp import Stamp, zone_words


@dataclass(frozen=True)
class Summary:
    """``rows`` like ``26–50``; ``more`` says whether rows follow; a total only if it was counted, with what there is to
    say about its time where that is not the time of the rows.

    Where rows had to be left out, positions in the list mean nothing: then ``rows`` is how many are shown.
    """

    rows: str
    numbered: bool
    more: bool
    total: str
    total_note: str
    countable: bool
    stamp: Stamp
    outage: str
    zone: str

    @classmethod
    def of(cls, page: Page, viewer: Viewer) -> "Summary":
        return cls(
            rows=_rows(page),
            numbered=page.is_whole,
            more=page.has_next,
            total=formatting.number(page.total.rows) if page.total else "",
            total_note=_total_note(page, viewer),
            countable=page.source is Source.LIVE and page.has_next and page.is_whole and page.total is None,
            stamp=Stamp.of(page.as_of, viewer),
            outage=outage_words(page.outage, viewer) if page.outage else "",
            zone=zone_words(viewer, page.as_of),
        )


def outage_words(outage: Outage, viewer: Viewer) -> str:
    """``Corti unavailable since 14:02, tried again every 8 s``."""
    every = formatting.duration(timedelta(seconds=max(1.0, outage.pause)))
    return f"Corti unavailable since {formatting.moment(outage.since, viewer)}, tried again every {every}"


def _total_note(page: Page, viewer: Viewer) -> str:
    if page.total is None or page.source is Source.INDEX:
        return ""
    how = "as of" if page.total.source is Source.INDEX else "counted at"
    return f"{how} {formatting.moment(page.total.as_of, viewer)}"


def _rows(page: Page) -> str:
    if not page.rows:
        return ""
    if not page.is_whole:
        return formatting.number(len(page.rows))
    return f"{formatting.number(page.first_row)}–{formatting.number(page.last_row)}"
