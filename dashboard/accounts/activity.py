"""What counts as activity of a user, and what a sign-in begins with."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from dashboard.accounts.sessions import SessionStore
from dashboard.middleware import from_another_site

# Sent along by what a page asks for by itself (hx-headers beside every hx-trigger that is a timer).
UNATTENDED = "X-Unattended"
# Asked for piece by piece by the browser's player, which sends no header of ours, for as long as a sound plays.
BY_THE_PLAYER = re.compile(r"/[^/]+/encounters/[^/]+/recordings/[^/]+")
ENDS_IN = "X-Session-Ends-In"
# What the sign-in itself has just put there; anything else is from before it.
_OF_THE_SIGN_IN = ("_auth_user_", "account_", "socialaccount_", "_messages")


def activity(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Requests of a signed-in user move the end of the session; every answer says when that is."""

    def answer(request: HttpRequest) -> HttpResponse:
        session: Any = request.session
        by_itself = UNATTENDED in request.headers or BY_THE_PLAYER.fullmatch(request.path_info)
        session.attended = not by_itself and not from_another_site(request)
        if session.session_key and SESSION_KEY in session and session.attended:
            session.note_activity()
        response = get_response(request)
        if session.accessed and session.session_key and SESSION_KEY in session:
            response[ENDS_IN] = str(session.seconds_left)
        return response

    return answer


@receiver(user_logged_in, dispatch_uid="a session begins")
def begin(request: HttpRequest, **kwargs: object) -> None:
    """Nothing from before the sign-in is kept in its session; Django has given it a new key."""
    session = request.session
    assert isinstance(session, SessionStore)
    for name in [name for name in session.keys() if not name.startswith(_OF_THE_SIGN_IN)]:  # noqa: SIM118  # no mapping
        del session[name]
    session.begin()
