"""What is older than it must be kept goes, and the chain begins after it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import BigIntegerField, ExpressionWrapper, F, QuerySet

from dashboard.audit import chain, heads, routing
from dashboard.audit.chain import Mark
from dashboard.audit.models import Entry, Head
from dashboard.audit.reading import listed
from dashboard.audit.writing import BEGUN, Event, append, digest

# Rows that go in one transaction, of both tables: pages that want to write an entry wait for so long.
BATCH = 2_000
# Seconds until the next: whoever waits for SQLite looks only every tenth of a second whether it is free.
PAUSE = 0.15


class Unsigned(Exception):
    """The end of a tenant's chain is not signed with a known key."""


@dataclass(frozen=True)
class Purged:
    tenant: str
    entries: int


def purge(tenant: str, before: int) -> Purged:
    """Log that the entries before a moment (microseconds since 1970) go, then delete them bit by bit, from the oldest
    to the first that is not older: an entry from a clock that was wrong takes no younger one along."""
    head = Head.objects.using(routing.alias()).filter(tenant=tenant).first()
    if head is None:
        return Purged(tenant, 0)
    if not chain.is_signed(Mark(tenant, head.first, head.before, head.number, head.hash), head.signature):
        raise Unsigned(tenant)
    last = _last_before(head, before)
    gone = last - head.first + 1
    if gone > 0:
        append(Event("access-log-purged", "D", "done", tenant=tenant, filters=f"entries={gone}"))
        while _purge_some(tenant, last):
            time.sleep(PAUSE)
    return Purged(tenant, gone)


def _last_before(head: Head, before: int) -> int:
    # Plus nothing, so that no index on the time is chosen: only what goes is read.
    when = ExpressionWrapper(F("at") + 0, output_field=BigIntegerField())
    kept = _entries(head.tenant, head.first).alias(when=when).filter(when__gte=before)
    number = kept.values_list("number", flat=True).first()
    return head.number if number is None else number - 1


def _purge_some(tenant: str, last: int) -> bool:
    """Delete the next entries up to a number, and begin the chain after them; whether there were any."""
    with transaction.atomic(using=routing.alias()), routing.connection().cursor() as cursor:
        mark, _ = heads.hold(cursor, tenant)
        some = _some(tenant, mark.first, last)
        if not some:
            return False
        _carry_on(some)
        mark, signed = heads.hold(cursor, tenant)
        if not signed:
            # A signature over the new beginning would vouch for the end too, whatever was made of it.
            raise Unsigned(tenant)
        mark = mark._replace(first=some[-1].number + 1, before=some[-1].hash)
        heads.cut(cursor, mark)
        # Found by their patients: there is no index by number alone, which each entry would have to pay for.
        subjects = [(tenant, digest(one), entry.number) for entry in some for one in listed(entry.patients)]
        if subjects:
            cursor.executemany("DELETE FROM audit_subject WHERE tenant = %s AND digest = %s AND number = %s", subjects)
        cursor.execute("DELETE FROM audit_entry WHERE tenant = %s AND number < %s", [tenant, mark.first])
    return True


def _some(tenant: str, first: int, last: int) -> Sequence[Entry]:
    found, rows = [], 0
    for entry in _entries(tenant, first).filter(number__lte=last).iterator(chunk_size=100):
        found.append(entry)
        rows += 1 + len(listed(entry.patients))
        if rows >= BATCH:
            break
    return found


def _entries(tenant: str, first: int) -> QuerySet[Entry]:
    return Entry.objects.using(routing.alias()).filter(tenant=tenant, number__gte=first).order_by("number")


def _carry_on(some: Sequence[Entry]) -> None:
    """What the chain of no tenant says of the beginning of others must outlive its own old entries."""
    for entry in some:
        if entry.kind == BEGUN:
            append(Event(BEGUN, "C", "done", tenant=entry.tenant, filters=entry.filters))
