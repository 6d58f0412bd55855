"""What is older than it must be kept goes, and the chain begins after it."""

from dataclasses import dataclass

from django.db import transaction

from dashboard.audit import chain, routing
from dashboard.audit.chain import Mark
from dashboard.audit.models import Entry, Head
from dashboard.audit.writing import Event, append


@dataclass(frozen=True)
class Purged:
    tenant: str
    entries: int


def purge(tenant: str, before: int) -> Purged:
    """Delete the entries before a moment (microseconds since 1970), and log that."""
    using = routing.alias()
    with transaction.atomic(using=using):
        head = Head.objects.using(using).select_for_update().filter(tenant=tenant).first()
        if head is None:
            return Purged(tenant, 0)
        older = Entry.objects.using(using).filter(tenant=tenant, at__lt=before)
        last = older.order_by("-number").first()
        if last is None:
            return Purged(tenant, 0)
        gone = last.number - head.first + 1
        head.first, head.before = last.number + 1, last.hash
        head.signature = chain.sign(Mark(tenant, head.first, head.before, head.number, head.hash))
        head.save(using=using)
        with routing.connection().cursor() as cursor:
            for table in ("audit_subject", "audit_entry"):
                cursor.execute(f"DELETE FROM {table} WHERE tenant = %s AND number < %s", [tenant, head.first])  # noqa: S608
    append(Event("access-log-purged", "D", "done", tenant=tenant, filters=f"entries={gone}"))
    return Purged(tenant, gone)
