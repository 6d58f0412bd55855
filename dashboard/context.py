"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEMES = ("system", "light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Theme, demo mark and the seconds that the session still has; the tenant is on the request where there is one."""
    theme = request.COOKIES.get("theme", "system")
    session = getattr(request, "session", None)  # not there where a request was refused before it was read
    ends_in = session.seconds_left if session is not None else 0
    return {
        "ends_in": ends_in,
        "theme": theme if theme in THEMES else "system",
        "themes": THEMES,
        "demo": settings.DEMO,
    }
