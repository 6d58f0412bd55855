"""Adds entries: each in a transaction of its own, numbered and chained whoever writes at the same time."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction

from dashboard.audit import anchors, chain, heads, routing
from dashboard.audit.chain import FIELDS
from dashboard.audit.models import Head

# The kind of an entry about the beginning of another chain.
BEGUN = "access-log-begun"
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
        mark, signed = heads.hold(cursor, event.tenant)
        if not mark.number and event.tenant:
            append(beginning(event.tenant))
        values = _values(event, mark.number + 1)
        mark = mark._replace(number=mark.number + 1, hash=chain.hash_of(values, mark.hash))
        cursor.execute(_ADD, [*values, mark.hash])
        if event.patients:
            subjects = [(event.tenant, one, mark.number) for one in dict.fromkeys(map(digest, event.patients))]
            cursor.executemany(_ADD_SUBJECT, subjects)
        heads.move(cursor, mark, signed)
        transaction.on_commit(partial(anchors.tell, mark, signed), using=routing.alias())


def beginning(tenant: str) -> Event:
    """What the chain of no tenant says of every other one, so that a chain that is gone as a whole is missed."""
    return Event(BEGUN, "C", "done", filters=f"chain={tenant}")


def sign_anew(tenant: str) -> bool:
    """Sign the end of a chain with the present key; whether no known key had signed it, which is written down in it."""
    if not Head.objects.using(routing.alias()).filter(tenant=tenant).exists():
        return False
    with transaction.atomic(using=routing.alias()), routing.connection().cursor() as cursor:
        mark, signed = heads.hold(cursor, tenant)
        heads.move(cursor, mark, signed=True)
        if signed:
            return False
        append(Event("access-log-signed", "E", "done", tenant=tenant, filters=f"number={mark.number}"))
    return True


def digest(identifier: str) -> str:
    """What stands for a patient's identifier where it is looked for."""
    return hashlib.sha256(identifier.encode("utf-8", "replace")).hexdigest()[:32]


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
