"""Fills an index from the sandbox, in a process of its own: ``python -m benchmarks.filling (fill|loop) SLUG``.

``fill`` is what the follower does. ``loop`` is what one would write first, and the floor: a page is fetched, parsed and
upserted, then the next. Both write into the same tables with the same indexes; the loop keeps neither words to search
for nor counts. Prints rows and seconds as JSON.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from corti_gateway.models import Interaction
    from dashboard.tenants.registry import Tenant

PAGE = 100
GENEROUS = 1_000_000  # calls a minute


def main(how: str, slug: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    from dashboard.tenants.registry import registry  # models need django.setup()

    ways: dict[str, Callable[[Tenant], int]] = {"fill": fill, "loop": loop}
    tenant = registry()[slug]
    # Token and connection are there before the clock runs.
    from corti_gateway.queries import InteractionQuery

    tenant.gateway.list_interactions(InteractionQuery(page_size=1))
    begun = time.perf_counter()
    rows = ways[how](tenant)
    print(json.dumps({"rows": rows, "seconds": time.perf_counter() - begun}))


def fill(tenant: "Tenant") -> int:
    """The follower's own pass, without a limit on its calls."""
    from dashboard.index.following.asking import Asking
    from dashboard.index.following.pace import Pace
    from dashboard.index.lease import acquire
    from dashboard.index.sync import passes
    from dashboard.index.sync.keeping import Keeper

    lease = acquire(tenant.slug, "benchmark")
    assert lease is not None
    asking = Asking(tenant.gateway, Pace(GENEROUS), threading.Event())
    try:
        return asking.run(passes.fill(Keeper(lease), PAGE), guess=True).written
    finally:
        asking.close()


def loop(tenant: "Tenant") -> int:
    """One page after the other, newest first, until one is empty."""
    from corti_gateway.queries import InteractionQuery
    from dashboard.index.models import TenantIndex

    number = TenantIndex.objects.create(slug=tenant.slug).pk
    page = rows = 0
    while True:
        page += 1
        found = tenant.gateway.list_interactions(InteractionQuery(page=page, page_size=PAGE)).interactions
        if not found:
            return rows
        _upsert(number, found)
        rows += len(found)


def _upsert(tenant: int, found: "Sequence[Interaction]") -> None:
    from django.db import transaction

    from dashboard.index.models import IndexedInteraction, IndexedPatient
    from dashboard.index.rows import digest, row_of
    from dashboard.listing.names import sort_key

    rows = [row_of(interaction) for interaction in found]
    patients = {
        row.identifier: IndexedPatient(
            tenant_id=tenant, digest=digest(row.identifier), identifier=row.identifier, name=row.name,
            sort_name=sort_key(row.name or row.identifier), gender=row.gender, birth=row.birth, pronouns=row.pronouns,
            told_created=row.created, told_key=row.key,
        )
        for row in reversed(rows)
        if row.identifier
    }  # fmt: skip
    told = ["name", "sort_name", "gender", "birth", "pronouns"]
    with transaction.atomic():
        IndexedPatient.objects.bulk_create(
            patients.values(), update_conflicts=True, unique_fields=["tenant", "digest"], update_fields=told
        )
        IndexedInteraction.objects.bulk_create(
            [
                IndexedInteraction(
                    tenant_id=tenant,
                    patient=patients.get(row.identifier),
                    **{name: value for name, value in row._asdict().items() if name not in ("title", "identifier")},
                )
                for row in rows
            ],
            update_conflicts=True,
            unique_fields=["tenant", "key"],
            update_fields=[name for name in rows[0]._fields if name not in ("key", "title", "identifier")],
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
