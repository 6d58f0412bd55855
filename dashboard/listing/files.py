"""What a file says of itself above its table: whose list it is, which part, as of when, and who took it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dashboard.listing.controls import ActiveFilter
from dashboard.listing.notices import Notice
from dashboard.listing.page import Source


@dataclass(frozen=True)
class Extent:
    """How much of a list is there: as of when, by whom, and in words how many rows of how many."""

    as_of: datetime
    source: Source
    words: str
    notices: tuple[str, ...] = ()


def head(
    what: str,
    *,
    filters: Sequence[ActiveFilter],
    order: str,
    extent: Extent,
    notices: Sequence[Notice],
    by: str,
) -> Iterator[Sequence[str]]:
    """Rows of a word and its value, then an empty one."""
    yield (what,)
    yield ("Filters", "; ".join(one.label for one in filters) or "none")
    yield ("Order", order)
    yield ("Rows", extent.words)
    yield ("As of", iso(extent.as_of), extent.source)
    yield from (("Note", text) for text in (*(notice.text for notice in notices), *extent.notices))
    yield ("Exported", iso(datetime.now(UTC)), by)
    yield ()


def iso(when: datetime | None) -> str:
    """``2026-11-22T13:32:08Z``, or nothing."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if when else ""
