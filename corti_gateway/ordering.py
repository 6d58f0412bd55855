"""The keys that rows are sorted by, as far as they are known."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from corti_gateway.capabilities import Capabilities, SortKey
from corti_gateway.models import Interaction
from corti_gateway.vocabulary import Direction, SortField

Key = str | datetime
KeyOf = Callable[[Interaction], Key | None]

# Text order and the database's own order of UUIDs agree only for this spelling, in lower case.
CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _uuid(text: str | None) -> str | None:
    folded = "" if text is None else text.lower()
    return folded if CANONICAL.fullmatch(folded) else None


def _fold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


DOCUMENTED: dict[SortField, KeyOf] = {
    SortField.ID: lambda row: _uuid(row.id),
    SortField.ASSIGNED_USER: lambda row: _uuid(row.assigned_user_id),
    SortField.CREATED: lambda row: row.created_at,
    SortField.UPDATED: lambda row: row.updated_at,
}
FOUND: dict[SortKey, KeyOf] = {
    SortKey.IDENTIFIER: lambda row: row.patient.identifier if row.patient else None,
    SortKey.IDENTIFIER_ANY_CASE: lambda row: _fold(row.patient.identifier) if row.patient else None,
    SortKey.NAME: lambda row: row.patient.name if row.patient else None,
    SortKey.NAME_ANY_CASE: lambda row: _fold(row.patient.name) if row.patient else None,
    SortKey.ENDED: lambda row: row.ended_at,
    SortKey.PERIOD_ENDED: lambda row: row.encounter.period.ended_at,
}


def key_of(sort: SortField, capabilities: Capabilities | None) -> KeyOf | None:
    """The key that a sort follows, or None where nobody knows."""
    if sort in DOCUMENTED:
        return DOCUMENTED[sort]
    if capabilities is None:
        return None
    found = capabilities.patient_key if sort is SortField.PATIENT else capabilities.ended_key
    return FOUND[found] if found else None


def is_ordered(rows: Sequence[Interaction], key: KeyOf, direction: Direction) -> bool:
    """Whether no two neighbours with a key stand against the direction; rows without a key are passed over."""
    before: Key | None = None
    for row in rows:
        value = key(row)
        if value is None:
            continue
        # One key function gives keys of one type.
        if before is not None and value != before and (value < before) is (direction is Direction.ASC):  # type: ignore[operator]
            return False
        before = value
    return True
