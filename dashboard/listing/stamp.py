"""As of when something is true: in words for the page, and as a number for the script that lets it age."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.accounts.viewer import Viewer
from dashboard.listing import formatting

# Seconds after which rows count as old; app.js goes by the same.
OLD = 5 * 60


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


def zone_words(viewer: Viewer, when: datetime) -> str:
    """``Europe/Copenhagen (CET)``: the zone and its abbreviation then, where that says more than the name."""
    short = when.astimezone(viewer.zone).strftime("%Z")
    return viewer.zone_name.replace("_", " ") + (f" ({short})" if short != viewer.zone_name else "")
