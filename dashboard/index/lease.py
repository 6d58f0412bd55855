"""Who may write the index of a tenant: one process at a time, on any number of machines.

A lease in the database with a number that every new holder raises (a fence). Each transaction locks the tenant's row
under its own number first: a holder that was paused past its lease finds another number there and writes nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from dashboard.index.models import TenantIndex
from dashboard.index.writing import Change

# Seconds; another process takes over that long after a holder has died.
LIFE = 5.0


class LeaseLost(Exception):
    """Another process keeps this index now."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write one tenant's index, as long as nobody else has taken it."""

    tenant: int
    slug: str
    fence: int

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction that only the holder gets into."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE index_tenantindex SET fence = fence WHERE id = %s AND fence = %s", [self.tenant, self.fence]
                )
                if not cursor.rowcount:
                    raise LeaseLost(self.slug)
            yield

    def note(self, change: Change | None = None, **fields: Any) -> None:
        """Write what is known about the index now; within :meth:`transaction`."""
        change = change or Change()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE index_tenantindex SET rows = rows + %s, patients = patients + %s, version = version + %s"
                f"{''.join(f', {name} = %s' for name in fields)} WHERE id = %s AND fence = %s",
                [change.rows, change.patients, int(bool(change)), *fields.values(), self.tenant, self.fence],
            )
            if not cursor.rowcount:
                raise LeaseLost(self.slug)

    def renew(self) -> bool:
        """Hold it for another while; False if somebody else has it."""
        return _update(f"held_until = {clock()} + %s", "id = %s AND fence = %s", LIFE, self.tenant, self.fence) > 0

    def release(self) -> None:
        """Let others have it at once."""
        _update("held_until = %s, holder = ''", "id = %s AND fence = %s", 0.0, self.tenant, self.fence)


def acquire(slug: str, holder: str) -> Lease | None:
    """The lease of a tenant, if nobody holds it."""
    found = TenantIndex.objects.filter(slug=slug).values_list("id", flat=True).first()
    if found is None:
        found = TenantIndex.objects.get_or_create(slug=slug)[0].pk
    condition = f"id = %s AND held_until < {clock()}"
    with connection.cursor() as cursor:
        # Most tries are in vain: a look costs no lock.
        cursor.execute(f"SELECT 1 FROM index_tenantindex WHERE {condition}", [found])
        if not cursor.fetchone():
            return None
    with transaction.atomic():
        if not _update(f"held_until = {clock()} + %s, holder = %s, fence = fence + 1", condition, LIFE, holder, found):
            return None
        fence = TenantIndex.objects.values_list("fence", flat=True).get(pk=found)
    return Lease(found, slug, fence)


def clock() -> str:
    """This moment by the database's own clock, in seconds: machines need not agree on the time."""
    if connection.vendor == "postgresql":
        return "EXTRACT(EPOCH FROM clock_timestamp())::float8"
    return "((julianday('now') - 2440587.5) * 86400.0)"


def _update(changes: str, condition: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE index_tenantindex SET {changes} WHERE {condition}",
            values,
        )
        return int(cursor.rowcount)
