"""When patients were seen last: presets that move along with today."""

from datetime import timedelta
from enum import StrEnum

from dashboard.accounts.viewer import Viewer
from dashboard.listing.questions import ALWAYS, Span


class Seen(StrEnum):
    """Days of the viewer's calendar, today included."""

    EVER = "any"
    WEEK = "7d"
    MONTH = "30d"
    YEAR = "1y"
    LONG_AGO = "before-1y"

    def span(self, viewer: Viewer) -> Span:
        """The instants of the last encounter that this is about."""
        if self is Seen.EVER:
            return ALWAYS
        today = viewer.now.astimezone(viewer.zone).date()
        first = today - timedelta(days=_DAYS[self] - 1)
        midnight = viewer.midnight(first)
        return Span(end=midnight) if self is Seen.LONG_AGO else Span(begin=midnight)


_DAYS = {Seen.WEEK: 7, Seen.MONTH: 30, Seen.YEAR: 365, Seen.LONG_AGO: 365}
LABELS = {
    Seen.EVER: "Any time",
    Seen.WEEK: "Last 7 days",
    Seen.MONTH: "Last 30 days",
    Seen.YEAR: "Last year",
    Seen.LONG_AGO: "Not for a year",
}
