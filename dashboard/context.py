"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEMES = ("system", "light", "dark")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Theme and demo mark; the tenant is on the request where there is one."""
    theme = request.COOKIES.get("theme", "system")
    return {"theme": theme if theme in THEMES else "system", "themes": THEMES, "demo": settings.DEMO}
