"""What a file says of itself above its table: whose list it is, which part, as of when, and who took it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from dashboard.listing.controls import ActiveFilter


def head(
    what: str,
    *,
    filters: Sequence[ActiveFilter],
    order: str,
    extent: str,
    as_of: datetime,
    source: str,
    notices: Sequence[str],
    by: str,
) -> Iterator[Sequence[str]]:
    """Rows of a word and its value, then an empty one."""
    yield (what,)
    yield ("Filters", "; ".join(one.label for one in filters) or "none")
    yield ("Order", order)
    yield ("Rows", extent)
    yield ("As of", iso(as_of), source)
    yield from (("Note", text) for text in notices)
    yield ("Exported", iso(datetime.now(UTC)), by)
    yield ()


def iso(when: datetime | None) -> str:
    """``2026-11-22T13:32:08Z``, or nothing."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if when else ""
