"""What a page shows again by itself is summed up: one entry in each ten minutes, as long as it says the same.

Only what was written is remembered, and what nobody remembers is written. So a header that somebody adds by hand hides
nothing but that they looked again.
"""

import time
from collections.abc import Callable
from dataclasses import astuple, replace

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from dashboard import remembering
from dashboard.accounts.activity import UNATTENDED
from dashboard.audit.kinds import KEPT_FRESH
from dashboard.audit.writing import Event

SPAN = 10 * 60  # seconds


def told_once(request: HttpRequest, event: Event, write: Callable[[Event], bool]) -> None:
    """Write an entry, unless one of these ten minutes tells the same of the same session."""
    key = _key(request, event) if _by_itself(request, event) else ""
    if key and remembering.recall(key) is not None:
        return
    if write(event) and key:
        remembering.keep(key, True, SPAN)


def _by_itself(request: HttpRequest, event: Event) -> bool:
    is_asked_again = UNATTENDED in request.headers and event.route in KEPT_FRESH and event.action == "R"
    return is_asked_again and event.outcome != "refused" and bool(event.session)


def _key(request: HttpRequest, event: Event) -> str:
    """All that the entry says but the request's own id, and the address, which tells encounters apart that could not be
    read; by the clock, so that no key is good for longer."""
    said = repr((int(time.time()) // SPAN, request.path, *astuple(replace(event, request_id=""))))
    return "entry:" + salted_hmac("dashboard.audit.repeated", said, algorithm="sha256").hexdigest()
