"""Adds to the kept counts."""

from collections.abc import Iterable

from django.db.backends.utils import CursorWrapper

from dashboard.index import bulk
from dashboard.index.axes import Cell

_COLUMNS = ("tenant_id", "axis", "bucket", "status", "type", "rows")
_ADD = "ON CONFLICT (tenant_id, axis, bucket, status, type) DO UPDATE SET rows = index_tally.rows + excluded.rows"
_CLEAR = (
    "DELETE FROM index_tally "
    "WHERE tenant_id = %s AND axis = %s AND bucket = %s AND status = %s AND type = %s AND rows = 0"
)


class Deltas:
    """What a batch of changes adds to each cell, gathered before anything is written."""

    def __init__(self) -> None:
        self._cells: dict[Cell, int] = {}

    def add(self, cells: Iterable[Cell], rows: int) -> None:
        have = self._cells
        for cell in cells:
            have[cell] = have.get(cell, 0) + rows

    def write(self, cursor: CursorWrapper, tenant: int) -> None:
        """Add everything to the table; a cell that nothing is left of goes."""
        changed = sorted((cell, rows) for cell, rows in self._cells.items() if rows)
        bulk.upsert(cursor, "index_tally", _COLUMNS, _ADD, [(tenant, *cell, rows) for cell, rows in changed])
        if emptied := [(tenant, *cell) for cell, rows in changed if rows < 0]:
            cursor.executemany(_CLEAR, emptied)
        self._cells.clear()
