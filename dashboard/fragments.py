"""Two renderings, one URL: the page, or the piece of it that HTMX puts into the page it has."""

from django.http import HttpRequest


def is_fragment(request: HttpRequest) -> bool:
    """Whether a piece is asked for; what restores the browser's history gets the whole page."""
    # Set by django-htmx's middleware, which a request that was refused before it has not passed.
    htmx = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.history_restore_request
