"""Titles of encounters, each kept once with the words that find it."""

from collections.abc import Iterable

from django.db.backends.utils import CursorWrapper

from dashboard.index import bulk
from dashboard.index.rows import digest
from dashboard.listing.names import words


def ids_of(cursor: CursorWrapper, tenant: int, texts: Iterable[str]) -> dict[str, int]:
    """The ids of titles, which are added where they are new; the empty title has none."""
    wanted = {digest(text): text for text in texts if text}
    found = _find(cursor, tenant, wanted)
    new = {code: text for code, text in wanted.items() if text not in found}
    if new:
        rows = [(tenant, code, text) for code, text in new.items()]
        bulk.insert(cursor, "index_title", ("tenant_id", "digest", "text"), rows)
        added = _find(cursor, tenant, new)
        found_by = [(tenant, word, number) for text, number in added.items() for word in words(text)]
        bulk.insert(cursor, "index_titleword", ("tenant_id", "word", "title_id"), found_by)
        found |= added
    return found


def drop_unused(cursor: CursorWrapper, tenant: int, candidates: Iterable[int]) -> None:
    """Forget titles that no encounter has any more: nothing stays of what is gone upstream."""
    for number in sorted(set(candidates)):
        cursor.execute(
            "DELETE FROM index_title WHERE id = %s AND tenant_id = %s "
            "AND NOT EXISTS (SELECT 1 FROM index_indexedinteraction WHERE title_id = %s)",
            [number, tenant, number],
        )
        if cursor.rowcount:
            cursor.execute("DELETE FROM index_titleword WHERE title_id = %s", [number])


def _find(cursor: CursorWrapper, tenant: int, wanted: dict[str, str]) -> dict[str, int]:
    if not wanted:
        return {}
    condition, values = bulk.among("digest", wanted)
    cursor.execute(f"SELECT text, id FROM index_title WHERE tenant_id = %s AND {condition}", [tenant, *values])
    return dict(cursor.fetchall())
