"""Where the rows of a page are: the buckets of an axis with running sums, so that only one bucket is counted into."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from django.db import connection

from dashboard.index import axes
from dashboard.index.reading.kept import until_changed
from dashboard.index.reading.narrowing import one_of

# Longer lists (of very many assigned users) are read anew for each page rather than kept.
LONGEST = 5_000


class Buckets:
    """The buckets of an axis in their order, each with its rows."""

    def __init__(self, found: Sequence[tuple[str, int]]) -> None:
        self._names = [name for name, _ in found]
        self._ends = list(accumulate(rows for _, rows in found))

    def __len__(self) -> int:
        return len(self._names)

    @property
    def total(self) -> int:
        return self._ends[-1] if self._ends else 0

    def rows(self) -> dict[str, int]:
        """The rows of each bucket."""
        begins = [0, *self._ends]
        return {name: end - begin for name, begin, end in zip(self._names, begins, self._ends, strict=False)}

    def without_last(self) -> "Buckets":
        """The same but for the bucket of what has no value."""
        return Buckets([(name, rows) for name, rows in self.rows().items() if name != axes.LAST])

    def covering(self, offset: int, size: int, *, descending: bool) -> tuple[tuple[str, str], int]:
        """The least and the greatest bucket that a page touches, and the page's offset within them."""
        if descending:
            offset, last = max(0, self.total - offset - size), self.total - offset - 1
        else:
            last = min(offset + size, self.total) - 1
        low, high = (bisect_right(self._ends, row) for row in (offset, last))
        before = self._ends[high] - last - 1 if descending else offset - (self._ends[low - 1] if low else 0)
        return (self._names[low], self._names[high]), before


def buckets(tenant: int, axis: str, statuses: Sequence[str] = (), types: Sequence[str] = ()) -> Buckets:
    """The buckets of an axis, of rows with one of these statuses and one of these types."""
    key = (axis, tuple(statuses), tuple(types))
    return until_changed(
        tenant, key, lambda: _read(tenant, axis, statuses, types), small=lambda found: len(found) <= LONGEST
    )


def _read(tenant: int, axis: str, statuses: Sequence[str], types: Sequence[str]) -> Buckets:
    where, values = cells(tenant, axis, statuses, types)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT bucket, SUM(rows) FROM index_tally WHERE {where} GROUP BY bucket", values)
        return Buckets(sorted((bucket, int(rows)) for bucket, rows in cursor.fetchall() if rows))


def cells(tenant: int, axis: str, statuses: Sequence[str], types: Sequence[str]) -> tuple[str, list[Any]]:
    """The condition for cells of an axis, and its values."""
    parts = ["tenant_id = %s", "axis = %s"]
    values: list[Any] = [tenant, axis]
    for column, words in (("status", statuses), ("type", types)):
        if words:
            parts.append(one_of(column, words))
            values += words
    return " AND ".join(parts), values
