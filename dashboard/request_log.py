"""One line a request: how it was answered and how long that took; never its address, which may hold sealed values."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from dashboard import metrics
from dashboard.logs import route_of

Handler = Callable[[HttpRequest], HttpResponse]

logger = logging.getLogger("dashboard.requests")
# Asked every few seconds by programs, or many times by each page.
QUIET = frozenset(("healthz", "readyz", "metrics", "static"))


def note(get_response: Handler) -> Handler:
    """Middleware: logs each request once it is answered, those that programs make all the time at DEBUG only."""

    def answer(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        seconds = time.perf_counter() - began
        is_static = request.path.startswith(settings.STATIC_URL)
        route = "static" if is_static else route_of(request)
        metrics.observe_request(route, response.status_code, seconds)
        level = logging.DEBUG if route in QUIET else logging.INFO
        if logger.isEnabledFor(level):
            _log(level, request, route, response.status_code, round(1000 * seconds, 1))
        return response

    return answer


def _log(level: int, request: HttpRequest, route: str, status: int, elapsed: float) -> None:
    tenant = getattr(request, "tenant", None)
    # As far as a view or a middleware has asked who it is: request.user would ask the database for it.
    user = getattr(request, "_cached_user", None)
    facts = {
        "method": request.method,
        "route": route,
        "tenant": tenant.slug if tenant else None,
        "status": status,
        "elapsed_ms": elapsed,
        "user": getattr(user, "pk", None),
    }
    logger.log(level, "%s", " ".join(str("-" if fact is None else fact) for fact in facts.values()), extra=facts)
