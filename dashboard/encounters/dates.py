"""Which days a list of encounters is about: a preset or two dates, of the creation or of the start."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from dashboard.accounts.viewer import Viewer
from dashboard.listing import formatting
from dashboard.listing.questions import ALWAYS, Span


class Of(StrEnum):
    """What the days are about."""

    CREATED = "created"
    STARTED = "started"


class Preset(StrEnum):
    """Days that move along with today."""

    TODAY = "today"
    WEEK = "7d"
    MONTH = "30d"


OF_LABELS = {Of.CREATED: "Created", Of.STARTED: "Started"}
PRESET_LABELS = {Preset.TODAY: "Today", Preset.WEEK: "Last 7 days", Preset.MONTH: "Last 30 days"}
_DAYS = {Preset.TODAY: 1, Preset.WEEK: 7, Preset.MONTH: 30}


@dataclass(frozen=True)
class Days:
    """A preset, or days from one to another (both included, either may be open); nothing is every day."""

    of: Of = Of.CREATED
    preset: Preset | None = None
    first: date | None = None
    last: date | None = None

    def __bool__(self) -> bool:
        return self.preset is not None or self.first is not None or self.last is not None

    def span(self, viewer: Viewer) -> Span:
        """The instants from midnight to midnight in the viewer's zone."""
        if self.preset is not None:
            today = viewer.now.astimezone(viewer.zone).date()
            begin = viewer.midnight(today - timedelta(days=_DAYS[self.preset] - 1))
            # Nothing is created after today, but much is planned.
            return Span(begin, None if self.of is Of.CREATED else viewer.midnight(today + timedelta(days=1)))
        if not self:
            return ALWAYS
        return Span(
            None if self.first is None else viewer.midnight(self.first),
            None if self.last is None else viewer.midnight(self.last + timedelta(days=1)),
        )

    @property
    def label(self) -> str:
        """``Created 3 Nov 2026 – 9 Nov 2026``, ``Started: last 7 days``."""
        if self.preset is not None:
            return f"{OF_LABELS[self.of]}: {PRESET_LABELS[self.preset].lower()}"
        if self.first is not None and self.first == self.last:
            return f"{OF_LABELS[self.of]} on {formatting.day(self.first)}"
        parts = [
            f"from {formatting.day(self.first)}" if self.first else "",
            f"to {formatting.day(self.last)}" if self.last else "",
        ]
        return f"{OF_LABELS[self.of]} {' '.join(part for part in parts if part)}"


EVERY_DAY = Days()
# Whatever lies outside is nobody's appointment, and its midnight overflows in some zone.
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
