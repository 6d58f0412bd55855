"""What a page shows again by itself is summed up: one entry in each ten minutes, as long as it says the same.

Only what was written is remembered, and what nobody remembers is written. So a header that somebody adds by hand hides
nothing but that they looked again.
"""

import time
from dataclasses import astuple, replace

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from dashboard import remembering
from dashboard.accounts.activity import UNATTENDED
from dashboard.audit.kinds import KEPT_FRESH
from dashboard.audit.writing import Event

SPAN = 10 * 60  # seconds


def is_repeated(request: HttpRequest, event: Event) -> bool:
    """Whether an entry of these ten minutes tells the same of the same session."""
    return _by_itself(request, event) and remembering.recall(_key(event)) is not None


def was_written(request: HttpRequest, event: Event) -> None:
    """Remember what an entry tells, if the page will ask for it again."""
    if _by_itself(request, event):
        remembering.keep(_key(event), True, SPAN)


def _by_itself(request: HttpRequest, event: Event) -> bool:
    is_asked_again = UNATTENDED in request.headers and event.route in KEPT_FRESH and event.action == "R"
    return is_asked_again and event.outcome != "refused" and bool(event.session)


def _key(event: Event) -> str:
    """All that the entry says but the request's own id, by the clock, so that no key is good for longer."""
    said = repr((int(time.time()) // SPAN, *astuple(replace(event, request_id=""))))
    return "entry:" + salted_hmac("dashboard.audit.repeated", said, algorithm="sha256").hexdigest()
