"""Where the quotes of a fact stand in a transcript."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate

from corti_gateway.contents import Segment

# A place where a word or a number goes on: yes|terday, 1|5 mg, 1.|5 mg.
_WITHIN = re.compile(r"(?<=\w)(?=\w)|(?<=\d[.,])(?=\d)|(?<=\d)(?=[.,]\d)")


class _Fit(IntEnum):
    """How well a quote fits a place, the best first."""

    SEGMENTS = 1
    WORDS = 2
    # Where a script writes no blanks between words, nobody can tell a word from a part of one.
    SIGNS = 3


@dataclass(frozen=True)
class Marks:
    """The segments that quotes stand in; ``repeated``: a quote stands at several places, and nobody knows which.

    ``first`` is where the quote that was asked for begins, None if it stands nowhere.
    """

    numbers: frozenset[int] = frozenset()
    repeated: bool = False
    first: int | None = None

    @classmethod
    def of(cls, segments: Sequence[Segment], quotes: Mapping[str, str], asked: str = "") -> "Marks":
        """``asked`` is the name of one of the quotes; "" means the first."""
        if not quotes:
            return cls()
        found = dict(zip(quotes, places(segments, list(quotes.values())), strict=True))
        numbers = frozenset(number for runs in found.values() for run in runs for number in run)
        begins = [run.start for run in found.get(asked or next(iter(quotes)), ())]
        return cls(numbers, any(len(runs) > 1 for runs in found.values()), min(begins, default=None))


def places(segments: Sequence[Segment], quotes: Sequence[str]) -> list[list[range]]:
    """For each quote the runs of segments that it stands in, however blanks and capitals are written.

    Whole segments go before words within one, so that a quoted "Yes" is an answer and no part of "Yes, but". Of places
    that fit equally well all are given. A part of a word is no place: 5 mg is not 15 mg.
    """
    talk = _Talk([(number, text) for number, segment in enumerate(segments) if (text := _plain(segment.text))])
    return [talk.places(_plain(quote)) for quote in quotes]


class _Talk:
    """All that is said as one text, and where in it each segment begins."""

    def __init__(self, said: Sequence[tuple[int, str]]) -> None:
        self._numbers = [number for number, _ in said]
        self._text = " ".join(text for _, text in said)
        self._begins = list(accumulate((len(text) + 1 for _, text in said), initial=0))

    def places(self, quote: str) -> list[range]:
        found: dict[_Fit, dict[range, None]] = defaultdict(dict)
        begin = self._text.find(quote) if quote else -1
        while begin >= 0:
            end = begin + len(quote)
            first, last = (bisect_right(self._begins, place) - 1 for place in (begin, end - 1))
            if fit := self._fit(begin, end, first, last):
                found[fit][range(self._numbers[first], self._numbers[last] + 1)] = None
            begin = self._text.find(quote, begin + 1)
        return list(found[min(found)]) if found else []

    def _fit(self, begin: int, end: int, first: int, last: int) -> _Fit | None:
        within = [edge for edge in (begin, end) if _WITHIN.match(self._text, edge)]
        if within:
            return None if any(self._has_blanks(edge) for edge in within) else _Fit.SIGNS
        rest = self._text[self._begins[first] : begin] + self._text[end : self._begins[last + 1]]
        return _Fit.WORDS if any(map(str.isalnum, rest)) else _Fit.SEGMENTS

    def _has_blanks(self, edge: int) -> bool:
        """Whether there would be a blank here between words: scripts without capitals may write none."""
        return all(not sign.isalpha() or sign.upper() != sign.lower() for sign in self._text[edge - 1 : edge + 1])


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
