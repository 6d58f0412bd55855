"""Where a user is signed in: the live sessions, told apart by what was known when they began."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from dashboard.accounts.models import User
from dashboard.accounts.viewer import Viewer

WHERE = "signed_in_from"  # the session's key for what is noted here
# Words of a User-Agent header, the most telling first: Edge calls itself Chrome, and Chrome Safari.
_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class SignedIn:
    """One session as its user sees it. ``handle`` names it without being its key."""

    handle: str
    device: str
    address: str
    since: str
    is_this: bool


def note(request: HttpRequest) -> None:
    """At a sign-in: from where, with what, and when."""
    request.session[WHERE] = {
        "at": timezone.now().timestamp(),
        "address": get_adapter(request).get_client_ip(request),
        "device": device(request.headers.get("User-Agent", "")),
    }


def of(request: HttpRequest, user: User) -> list[SignedIn]:
    """This session, then the others, the latest first."""
    zone = Viewer.of(request).zone
    found = [(key == request.session.session_key, data.get(WHERE, {}), handle(key)) for key, data in _live(user)]
    found.sort(key=lambda session: (not session[0], -session[1].get("at", 0)))
    return [
        SignedIn(
            handle=name,
            device=began.get("device", "Unknown device"),
            address=began.get("address", ""),
            since=f"{datetime.fromtimestamp(began['at'], UTC).astimezone(zone):%-d %B, %H:%M}" if "at" in began else "",
            is_this=is_this,
        )
        for is_this, began, name in found
    ]


def end(user: User, wanted: str) -> bool:
    """End one session of the user, and of nobody else; whether there was one."""
    for key, _ in _live(user):
        if constant_time_compare(handle(key), wanted):
            Session.objects.filter(session_key=key).delete()
            return True
    return False


def device(agent: str) -> str:
    """“Firefox on Windows”, as far as the header says so."""
    browser = next((name for word, name in _BROWSERS if re.search(word, agent)), "Unknown browser")
    system = next((name for word, name in _SYSTEMS if word in agent), "")
    return f"{browser} on {system}" if system else browser


def handle(key: str) -> str:
    return salted_hmac("dashboard.accounts.own_sessions", key, algorithm="sha256").hexdigest()[:32]


def _live(user: User) -> Iterator[tuple[str, dict[str, Any]]]:
    # A session says whose it is only inside: all are read, which thousands of them allow on this page.
    valid = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        data = session.get_decoded()
        if data.get(SESSION_KEY) == str(user.pk) and data.get(HASH_SESSION_KEY) in valid:
            yield session.session_key, data
