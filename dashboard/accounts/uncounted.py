"""A try to sign in that cannot be counted is not looked at: while the Redis of the limits is gone, a page says so."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.middleware import Handler

try:
    from redis.exceptions import RedisError as Gone
except ImportError:  # without Redis the limits are in the database

    class Gone(Exception):  # type: ignore[no-redef]
        pass


logger = logging.getLogger(__name__)


class UncountedMiddleware:
    """Totals and the like may be forgotten (remembering.py), so only the limits of the sign-in come here."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Gone):
            return None
        logger.error("The cache does not answer, so no try to sign in can be counted: %s", type(exception).__name__)
        response = render(request, "accounts/uncounted.html", status=503)
        response["Retry-After"] = "60"
        return response
