"""For load balancers and supervisors: whether the process lives, and whether it can serve pages.

Anybody may ask, so the answers name no tenant and hold no reason; those are in the log and in /metrics.
"""

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from dashboard.audit import routing
from dashboard.tenants import circuit
from dashboard.tenants.registry import registry

logger = logging.getLogger("dashboard.monitoring")
# Which databases were found migrated: they stay so for as long as this code runs, and to find out takes 20 ms.
_migrated: set[str] = set()


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "alive"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, access log and cache answer and all migrations are applied: 200, else 503. Corti's state changes
    nothing in that: without Corti pages come from the index, and no other machine would fare better."""
    found = {"database": _database(DEFAULT_DB_ALIAS), "access_log": _database(routing.alias()), "cache": _cache()}
    # Where a hospital has chosen to go on without the log, pages are shown without it.
    needed = [said for what, said in found.items() if what != "access_log" or settings.AUDIT_REQUIRED]
    is_ready = set(needed) == {"ok"}
    content: dict[str, object] = {"status": "ready" if is_ready else "not ready", **found}
    if found["database"] == "ok":
        troubles = [circuit.trouble(slug) for slug in registry()]
        left_alone = sum(trouble is not None and trouble.is_open for trouble in troubles)
        content["corti"] = {"tenants": len(troubles), "left_alone": left_alone}
    return JsonResponse(content, status=200 if is_ready else 503)


def _database(alias: str) -> str:
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok" if _is_migrated(alias) else "not migrated"
    except DatabaseError as error:
        logger.warning("the database %s does not answer: %s", alias, type(error).__name__)
        return "no answer"


def _is_migrated(alias: str) -> bool:
    if alias not in _migrated:
        executor = MigrationExecutor(connections[alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.add(alias)
    return True


def _cache() -> str:
    try:
        cache = caches["totals"]
        cache.set("readyz", "asked", 60)
        return "ok" if cache.get("readyz") == "asked" else "forgets"
    except Exception as error:  # Each kind of cache has errors of its own, without a common root.
        logger.warning("the cache does not answer: %s", type(error).__name__)
        return "no answer"
