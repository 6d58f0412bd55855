"""As of when something is true: in words for the page, and as a number for the script that lets it age."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.accounts.viewer import Viewer
from dashboard.listing import formatting
from dashboard.listing.summary import OLD


@dataclass(frozen=True)
class Stamp:
    """``clock`` is to the second today; before, it says the day. ``is_old``: not of these minutes any more."""

    clock: str
    exact: str
    epoch: int
    is_old: bool

    @classmethod
    def of(cls, when: datetime, viewer: Viewer) -> "Stamp":
        there = when.astimezone(viewer.zone)
        is_today = there.date() == viewer.now.astimezone(viewer.zone).date()
        return cls(
            clock=f"{there:%H:%M:%S}" if is_today else formatting.moment(when, viewer),
            exact=formatting.exact(when, viewer),
            epoch=int(when.timestamp()),
            is_old=(viewer.now - when).total_seconds() >= OLD,
        )


def zone_words(viewer: Viewer) -> str:
    """``Europe/Copenhagen (CET)``."""
    return f"{viewer.zone_name.replace('_', ' ')} ({viewer.now.astimezone(viewer.zone):%Z})"
