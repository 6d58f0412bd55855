"""Adds entries: each in a transaction of its own, numbered and chained whoever writes at the same time."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.backends.utils import CursorWrapper

from dashboard.audit import chain, routing
from dashboard.audit.chain import FIELDS, Mark

_HEAD = "SELECT first, before, number, hash FROM audit_head WHERE tenant = %s"
_BEGIN = (
    "INSERT INTO audit_head (tenant, first, before, number, hash, signature) VALUES (%s, 1, '', 0, '', '') "
    "ON CONFLICT (tenant) DO NOTHING"
)
_MOVE = "UPDATE audit_head SET number = %s, hash = %s, signature = %s WHERE tenant = %s"
_COLUMNS = ", ".join(f'"{name}"' for name in (*FIELDS, "hash"))
_ADD = f"INSERT INTO audit_entry ({_COLUMNS}) VALUES ({', '.join(['%s'] * (len(FIELDS) + 1))})"  # noqa: S608
_ADD_SUBJECT = "INSERT INTO audit_subject (tenant, digest, number) VALUES (%s, %s, %s)"


@dataclass(frozen=True)
class Event:
    """What an entry says. ``action``: C, R, U, D or E; ``outcome``: shown, done, refused or failed."""

    kind: str
    action: str
    outcome: str
    status: int = 200
    tenant: str = ""
    user: int | None = None
    username: str = ""
    roles: str = ""
    route: str = ""
    filters: str = ""
    interactions: Sequence[str] = ()
    patients: Sequence[str] = field(default=(), repr=False)
    request_id: str = ""
    address: str = ""
    session: str = ""


def append(event: Event) -> None:
    """Write an entry through to the disk; raises ``DatabaseError`` where that is not possible."""
    with transaction.atomic(using=routing.alias()), routing.connection().cursor() as cursor:
        first, before, number, hash_before = _head(cursor, event.tenant)
        number += 1
        values = _values(event, number)
        own = chain.hash_of(values, hash_before)
        cursor.execute(_ADD, [*values, own])
        if event.patients:
            subjects = [(event.tenant, one, number) for one in dict.fromkeys(map(digest, event.patients))]
            cursor.executemany(_ADD_SUBJECT, subjects)
        signature = chain.sign(Mark(event.tenant, first, before, number, own))
        cursor.execute(_MOVE, [number, own, signature, event.tenant])


def digest(identifier: str) -> str:
    """What stands for a patient's identifier where it is looked for."""
    return hashlib.sha256(identifier.encode("utf-8", "replace")).hexdigest()[:32]


def _head(cursor: CursorWrapper, tenant: str) -> tuple[int, str, int, str]:
    """Where the chain stands; on PostgreSQL held until the end of the transaction, on SQLite everything is."""
    lock = " FOR UPDATE" if routing.connection().vendor == "postgresql" else ""
    cursor.execute(_HEAD + lock, [tenant])
    found = cursor.fetchone()
    if found is None:
        cursor.execute(_BEGIN, [tenant])
        cursor.execute(_HEAD + lock, [tenant])
        found = cursor.fetchone()
    return found  # type: ignore[no-any-return]


def _values(event: Event, number: int) -> tuple[Any, ...]:
    """The columns in the order of FIELDS. NUL, which PostgreSQL refuses, becomes a mark."""
    values = (
        event.tenant, number, time.time_ns() // 1000, event.user, event.username[:150], event.roles, event.kind,
        event.action, event.route[:80], event.status, event.outcome, event.filters[:4_000], _listed(event.interactions),
        _listed(event.patients), event.request_id[:64], event.address[:45], event.session,
    )  # fmt: skip
    return tuple(value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in values)


def _listed(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False) if words else ""
