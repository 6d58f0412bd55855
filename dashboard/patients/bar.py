"""A patient's encounters by status as a small bar: number first, and every part with its words."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.encounters.presenters import STATUS_LABELS
from dashboard.listing.formatting import number

# The width of a bar, the least that a part of it takes, and the gap between two parts, in whole pixels.
WIDTH, LEAST, GAP = 72, 3, 1
_WORDS = {status.value: label.lower() for status, label in STATUS_LABELS.items()} | {"": "other"}


@dataclass(frozen=True)
class Part:
    """A status that occurs: its icon's name, how many in words, and its piece of the bar."""

    icon: str
    words: str
    x: int
    width: int


def bar(counts: Mapping[str, int]) -> list[Part]:
    """The statuses that occur, open ones first, side by side in proportion; none becomes too thin to be seen."""
    found = [(status, words, counts.get(status, 0)) for status, words in _WORDS.items() if counts.get(status, 0)]
    total = sum(rows for _, _, rows in found)
    room = WIDTH - (len(found) - 1) * GAP - len(found) * LEAST
    parts, before = [], 0
    for place, (status, words, rows) in enumerate(found):
        x, end = (place * (LEAST + GAP) + room * upto // total for upto in (before, before + rows))
        parts.append(Part(status or "other", f"{number(rows)} {words}", x, end + LEAST - x))
        before += rows
    return parts
