"""One turn of a follower: ``python -m benchmarks.catching_up SLUG``; prints rows written and removed."""

import json
import os
import sys
import threading

import django


def main(slug: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    from dashboard.index.following.asking import Asking  # needs django.setup()
    from dashboard.index.following.pace import Pace
    from dashboard.index.lease import acquire
    from dashboard.index.sync import hunting, passes
    from dashboard.index.sync.keeping import Keeper
    from dashboard.tenants.registry import registry

    tenant, lease = registry()[slug], acquire(slug, "benchmark")
    assert lease is not None, "another process follows"
    keeper, asking = Keeper(lease), Asking(tenant.gateway, Pace(100_000), threading.Event())
    try:
        changed = asking.run(passes.catch_up(keeper, tenant.config.page_size_max))
        gone = asking.run(hunting.hunt(keeper, tenant.config.page_size_max))
    finally:
        asking.close()
        lease.release()
    print(json.dumps({"written": changed.written + gone.written, "removed": gone.removed, "open": gone.open}))


if __name__ == "__main__":
    main(*sys.argv[1:])
