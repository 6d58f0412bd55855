"""Spans of time cut into whole weeks, which are counted already, and what is left at their ends."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboard.index import axes
from dashboard.index.moments import WEEK, instant, stored
from dashboard.listing.questions import Span


class Weeks(NamedTuple):
    """The bucket of the first whole week, the one after the last, and the spans before and after them."""

    first: str
    after: str
    edges: Sequence[Span]


def weeks(span: Span) -> Weeks | None:
    """None for a span that has no whole week, or no beginning."""
    if span.begin is None:
        return None
    # The first bucket of all is no week: it holds whatever was before the second.
    first = max(1, -(-stored(span.begin) // WEEK))
    edges = [Span(span.begin, instant(first * WEEK))]
    if span.end is None:
        return Weeks(f"{first:05}", axes.LAST, [edge for edge in edges if edge.begin != edge.end])
    after = stored(span.end) // WEEK
    if after <= first:
        return None
    edges.append(Span(instant(after * WEEK), span.end))
    return Weeks(f"{first:05}", f"{after:05}", [edge for edge in edges if edge.begin != edge.end])
