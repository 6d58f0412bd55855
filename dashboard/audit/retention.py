"""What is older than it must be kept goes, and the chain begins after it."""

from dataclasses import dataclass

from django.db import transaction

from dashboard.audit import heads, routing
from dashboard.audit.models import Entry
from dashboard.audit.writing import BEGUN, Event, append


class Unsigned(Exception):
    """The end of a tenant's chain is not signed with a known key."""


@dataclass(frozen=True)
class Purged:
    tenant: str
    entries: int


def purge(tenant: str, before: int) -> Purged:
    """Delete the entries before a moment (microseconds since 1970), and log that."""
    using = routing.alias()
    with transaction.atomic(using=using), routing.connection().cursor() as cursor:
        mark, signed = heads.hold(cursor, tenant)
        if not signed:
            # The mark would be signed with the rest, and with it whatever was made of it.
            raise Unsigned(tenant)
        older = Entry.objects.using(using).filter(tenant=tenant, at__lt=before)
        last = older.order_by("-number").first()
        if last is None:
            return Purged(tenant, 0)
        gone = last.number - mark.first + 1
        if _carry_on(tenant, last.number):
            mark, signed = heads.hold(cursor, tenant)
        mark = mark._replace(first=last.number + 1, before=last.hash)
        heads.move(cursor, mark, signed)
        for table in ("audit_subject", "audit_entry"):
            cursor.execute(f"DELETE FROM {table} WHERE tenant = %s AND number < %s", [tenant, mark.first])  # noqa: S608
    append(Event("access-log-purged", "D", "done", tenant=tenant, filters=f"entries={gone}"))
    return Purged(tenant, gone)


def _carry_on(tenant: str, last: int) -> bool:
    """What the chain of no tenant says of the beginning of others must outlive its own old entries; whether it did."""
    begun = Entry.objects.using(routing.alias()).filter(tenant=tenant, kind=BEGUN, number__lte=last).order_by("number")
    told = list(begun.values_list("filters", flat=True))
    for filters in told:
        append(Event(BEGUN, "C", "done", tenant=tenant, filters=filters))
    return bool(told)
