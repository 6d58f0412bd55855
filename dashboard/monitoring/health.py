"""For load balancers and supervisors: whether the process lives, and whether it can serve pages.

Anybody may ask, so the answers name no tenant and hold no reason; those are in the log and in /metrics.
"""

import logging

from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from dashboard.tenants import circuit
from dashboard.tenants.registry import registry

logger = logging.getLogger("dashboard.monitoring")
# Once true, true for as long as this code runs; to find out takes 20 ms.
_was_migrated = False


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "alive"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database and cache answer and all migrations are applied: 200, else 503. Corti's state changes nothing in that:
    without Corti pages come from the index, and no other machine would fare better."""
    found = {"database": _database(), "cache": _cache()}
    is_ready = set(found.values()) == {"ok"}
    content: dict[str, object] = {"status": "ready" if is_ready else "not ready", **found}
    if found["database"] == "ok":
        troubles = [circuit.trouble(slug) for slug in registry()]
        left_alone = sum(trouble is not None and trouble.is_open for trouble in troubles)
        content["corti"] = {"tenants": len(troubles), "left_alone": left_alone}
    return JsonResponse(content, status=200 if is_ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok" if _migrated() else "not migrated"
    except DatabaseError as error:
        logger.warning("the database does not answer: %s", type(error).__name__)
        return "no answer"


def _migrated() -> bool:
    global _was_migrated
    if not _was_migrated:
        executor = MigrationExecutor(connection)
        _was_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _was_migrated


def _cache() -> str:
    try:
        cache = caches["totals"]
        cache.set("readyz", "asked", 60)
        return "ok" if cache.get("readyz") == "asked" else "forgets"
    except Exception as error:  # Each kind of cache has errors of its own, without a common root.
        logger.warning("the cache does not answer: %s", type(error).__name__)
        return "no answer"
