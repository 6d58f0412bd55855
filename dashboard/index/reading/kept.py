"""What was read from an index, kept from one page to the next until the index changes: its version says so.

Not within a transaction, where what is read may yet be taken back.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.db import connection

Read = TypeVar("Read")

# Readings that a process keeps at most.
_MOST = 64
_kept: dict[tuple[Hashable, ...], tuple[int, Any]] = {}


def until_changed(
    tenant: int, key: tuple[Hashable, ...], read: Callable[[], Read], *, small: Callable[[Read], bool] | None = None
) -> Read:
    """What was read for this key, or what is read now; only what is ``small`` is kept."""
    if connection.in_atomic_block:
        return read()
    place, version = (tenant, *key), _version(tenant)
    known = _kept.get(place)
    if known is not None and known[0] == version:
        found: Read = known[1]
        return found
    found = read()
    if small is None or small(found):
        if len(_kept) >= _MOST:
            _kept.clear()
        _kept[place] = version, found
    return found


def _version(tenant: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM index_tenantindex WHERE id = %s", [tenant])
        found = cursor.fetchone()
    return int(found[0]) if found else -1
