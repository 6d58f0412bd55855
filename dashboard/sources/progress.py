"""How far the filling of an index is, in ready words: the same bar on every page that shows rows of it."""

from dataclasses import dataclass
from datetime import timedelta

from dashboard.accounts.viewer import Viewer
from dashboard.index.overview import progress
from dashboard.index.state import IndexState
from dashboard.listing.formatting import duration, moment, number


@dataclass(frozen=True)
class Progress:
    """``value`` of ``most`` encounters; ``most`` is 0 while nobody knows how many there are.

    ``facts`` are what else can be told: the pace, the time left, and which days are complete.
    """

    value: int
    most: int
    words: str
    facts: tuple[str, ...]

    @classmethod
    def of(cls, index: IndexState, viewer: Viewer) -> "Progress":
        return cls(
            value=min(index.rows, index.expected) if index.expected else index.rows,
            most=index.expected,
            words=progress(index),
            facts=tuple(fact for fact in (_pace(index), _left(index), _covered(index, viewer)) if fact),
        )


def _pace(index: IndexState) -> str:
    return f"{number(round(index.pace))} a second" if index.pace >= 1 else ""


def _left(index: IndexState) -> str:
    if not index.seconds_left:
        return ""
    return f"about {duration(timedelta(seconds=max(1.0, index.seconds_left)))} left"


def _covered(index: IndexState, viewer: Viewer) -> str:
    """Filled newest first: every encounter created since this moment is there."""
    if index.covered_from is None:
        return ""
    days = (viewer.now - index.covered_from).days
    since = moment(index.covered_from, viewer)
    return f"complete back to {since}, {number(days)} days" if days > 1 else f"complete back to {since}"
