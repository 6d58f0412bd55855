"""Begins an index anew, and takes one away for good.

An index that is given up is renamed in one small transaction: from then on nobody reads it, whoever kept it may write
no more, and the tenant has a new, empty one. Its rows go afterwards, few at a time, so that nobody waits long to write.
What was broken off goes on later, by whoever sweeps next: a follower does, once a second.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction

from dashboard.index.models import TenantIndex

# Tenants' own names begin with a letter or a digit.
GIVEN_UP = "~"
BATCH = 500
# Those that others point to come last.
TABLES = (
    "index_suspect", "index_patientword", "index_titleword", "index_indexedinteraction", "index_indexedpatient",
    "index_title", "index_tally",
)  # fmt: skip
# What is known about the tenant outlives its rows.
KEPT = ("passes", "version", "calls", "looked_at")


@dataclass(frozen=True, slots=True)
class Freed:
    """Whether nothing of what was deleted is left in the database's files, and why not."""

    complete: bool
    remark: str = ""


def begin_anew(slug: str) -> bool:
    """Give the tenant a new, empty index; False if it has none."""
    with transaction.atomic():
        old = _give_up(slug)
        if old is None:
            return False
        TenantIndex.objects.create(slug=slug, **{name: getattr(old, name) for name in KEPT})
    return True


def take_away(slug: str) -> bool:
    """Let the tenant have no index any more; False if it has none."""
    with transaction.atomic():
        return _give_up(slug) is not None


def _give_up(slug: str) -> TenantIndex | None:
    # The update locks the row, so that two who do this at once do it one after the other.
    if not TenantIndex.objects.filter(slug=slug).update(verify_wanted=False):
        return None
    old = TenantIndex.objects.get(slug=slug)
    # Under a higher number the present holder gets into no transaction any more; nobody acquires such a name.
    TenantIndex.objects.filter(pk=old.pk).update(slug=f"{GIVEN_UP}{old.pk}", fence=old.fence + 1, holder="")
    return old


def sweep(*, most: int | None = None, after: Callable[[int], None] | None = None) -> int:
    """Delete the rows of indexes that were given up, in batches with a transaction each; answers how many rows went.

    ``most`` is a number of batches after which to stop; ``after`` is told the rows so far after each.
    """
    gone = batches = 0
    for tenant in TenantIndex.objects.filter(slug__startswith=GIVEN_UP).values_list("pk", flat=True):
        for table in TABLES:
            while deleted := _delete(table, tenant):
                gone, batches = gone + deleted, batches + 1
                if after is not None:
                    after(gone)
                if batches == most:
                    return gone
        TenantIndex.objects.filter(pk=tenant).delete()
    return gone


def _delete(table: str, tenant: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE tenant_id = %s LIMIT {BATCH})", [tenant]
        )
        return int(cursor.rowcount)


def left_over() -> int:
    """How many indexes were given up whose rows are not all gone yet."""
    return TenantIndex.objects.filter(slug__startswith=GIVEN_UP).count()


def may_free() -> bool:
    """Whether this database's role may do what ``free`` does: on PostgreSQL only the owner of the tables may."""
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(pg_has_role(tableowner, 'USAGE')) FROM pg_tables "
            "WHERE schemaname = current_schema() AND tablename = ANY(%s)",
            [list(TABLES)],
        )
        return bool(cursor.fetchone()[0])


def free() -> Freed:
    """Overwrite what deleted rows leave in the database's files: a deletion alone only marks the place as free."""
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            for table in TABLES:
                cursor.execute(f"VACUUM {table}")
            return Freed(True)
        try:
            # Writes every page anew, so that nothing stays in gaps; needs as much room again, and nobody else writing.
            cursor.execute("VACUUM")
        except DatabaseError as error:
            return Freed(False, f"The file could not be written anew ({error}).")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if cursor.fetchone()[0]:
            return Freed(False, "Somebody was reading, so the write-ahead log still holds the old pages.")
    return Freed(True)
