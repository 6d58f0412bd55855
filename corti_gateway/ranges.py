"""Parts of a body: how they are asked for, and which part an answer holds (RFC 9110, section 14)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from corti_gateway.errors import UnreadableAnswer

# Fifteen digits are a thousand terabytes.
CONTENT_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)", re.ASCII | re.IGNORECASE)
UNSATISFIED = re.compile(r"bytes \*/(\d{1,15})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from ``first`` to ``last``, both included and counted from 0; to the end where ``last`` is None.

    Raises :class:`ValueError` for bytes that nothing has.
    """

    first: int = 0
    last: int | None = None

    def __post_init__(self) -> None:
        if self.first < 0 or (self.last is not None and self.last < self.first):
            raise ValueError("a span runs forward, from 0 or later")

    @property
    def is_whole(self) -> bool:
        """Whether that is everything, however much it is."""
        return self.first == 0 and self.last is None

    def headers(self) -> dict[str, str]:
        """How to ask for it; the whole is asked for without a range, which every server understands."""
        return {} if self.is_whole else {"Range": f"bytes={self.first}-{'' if self.last is None else self.last}"}


@dataclass(frozen=True, slots=True)
class Part:
    """What an answer holds: ``length`` bytes from ``first`` on, of ``total``; None where it does not say."""

    first: int
    length: int | None
    total: int | None


def part_of(span: Span, status: int, headers: Mapping[str, str], length: int | None) -> Part:
    """Which part a 200 or 206 holds whose body is ``length`` bytes long, as far as it says.

    A 200 is the whole, whatever was asked. A 206 may end earlier than asked, but begins where it was asked to; one that
    does not, or contradicts itself, is :class:`UnreadableAnswer`.
    """
    if status == 200:
        return Part(0, length, length)
    found = CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if found is None:
        raise UnreadableAnswer("a part that does not say which", status=status)
    first, last = int(found[1]), int(found[2])
    total = None if found[3] == "*" else int(found[3])
    size = last - first + 1
    if size < 1 or (total is not None and last >= total) or (length is not None and length != size):
        raise UnreadableAnswer("a part that contradicts itself", status=status)
    if span.is_whole or first != span.first or (span.last is not None and last > span.last):
        raise UnreadableAnswer("another part than the one asked for", status=status)
    return Part(first, size, total)


def size_of_unsatisfied(headers: Mapping[str, str]) -> int | None:
    """How large the whole is that has no such bytes, if a 416 tells."""
    found = UNSATISFIED.fullmatch(headers.get("Content-Range", "").strip())
    return int(found[1]) if found else None
