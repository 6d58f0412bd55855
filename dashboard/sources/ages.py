"""How old an index may be: to answer where the live API would, and before a page says that it is old."""

from dashboard.index.state import OLD, IndexState
from dashboard.listing.formatting import number
from dashboard.listing.notices import Level, Notice

# Seconds; an index that was brought up to date within them may answer where the live API would, only slower.
FRESH = 60


def is_fresh(index: IndexState) -> bool:
    """Whether the index holds everything, as it was a moment ago."""
    return index.is_complete and index.age < FRESH


def old(index: IndexState) -> list[Notice]:
    """That what is shown of a complete index is old, and why; nothing while it is not."""
    if not index.is_complete or index.age <= OLD:
        return []
    words = "The index has not been brought up to date lately: what has changed since is missing here."
    if not index.holder:
        words = f"{words} Nobody keeps it now: tell your administrator (“manage.py follow”)."
    elif index.failures:
        words = f"{words} The last try failed: {index.last_error.rstrip('.')}."
    return [Notice(words, Level.WARNING)]


def so_far(index: IndexState) -> str:
    """How much of an index that is being filled is there."""
    order = ", newest encounters first" if index.covered_from else ""
    share = f": {number(index.rows)} of about {number(index.expected)} are in it" if index.expected else ""
    return f"The index is still being filled{order}{share}."
