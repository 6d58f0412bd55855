"""Every request has an id: in log lines, on error pages, in the calls to Corti that it causes, and in its answer."""

import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]

HEADER = "X-Request-ID"
# What a proxy may call a request (SR-60): nothing that could break a line, a header or a page.
_SHORT_TOKEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the request that is being answered, in its threads too; empty outside of any."""
    return _current.get()


def identify(get_response: Handler) -> Handler:
    """Middleware: sets ``request.request_id``; a proxy's own id is kept where there is a proxy to be trusted."""

    def answer(request: HttpRequest) -> HttpResponse:
        offered = request.headers.get(HEADER, "") if settings.BEHIND_PROXY else ""
        request_id = offered if _SHORT_TOKEN.fullmatch(offered) else secrets.token_hex(8)
        request.request_id = request_id  # type: ignore[attr-defined]
        token = _current.set(request_id)
        try:
            response = get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = request_id
        return response

    return answer
