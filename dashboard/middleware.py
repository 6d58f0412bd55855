"""What every answer has in common: privacy, content policy, and a sign-in that is always a whole page."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.log import log_response
from django_htmx.middleware import HtmxDetails

Handler = Callable[[HttpRequest], HttpResponse]

# Addresses of parts of an opened encounter: by itself none is a page that anybody was on.
PARTS = {f"encounters:{name}" for name in ("documents", "facts", "transcript", "recordings", "headline")}
KNOWN_METHODS = ("GET", "HEAD", "POST")
_POLICY = "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in settings.SECURE_CSP.items())


def private(get_response: Handler) -> Handler:
    """No answer is stored anywhere, and none is mixed up with its fragment; but static files, which are
    the same for everybody."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith(settings.STATIC_URL) and response.status_code in (200, 304):
            return response
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), browsing-topics=()"
        patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
        return response

    return answer


def content_policy(get_response: Handler) -> Handler:
    """``Content-Security-Policy`` from SECURE_CSP, as Django 6's own middleware writes it."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        return response

    return answer


class KnownMethods:
    """Pages know GET, HEAD and POST. Django's own classes would take a PUT for a POST, and answer OPTIONS."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """By now the route is known, which is what the log tells."""
        if request.method in KNOWN_METHODS:
            return None
        response = HttpResponseNotAllowed(KNOWN_METHODS)
        log_response("Method Not Allowed (%s): %s", request.method, request.path, response=response, request=request)
        return response


class RefuseOtherSites:
    """What another site embeds, prefetches or asks by script is refused (SR-54), once the route is known, which is what
    the access log tells of it."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        if not from_another_site(request):
            return None
        return HttpResponse("Refused: asked for by another site.\n", status=403, content_type="text/plain")


def from_another_site(request: HttpRequest) -> bool:
    """Whether a browser says so; a link that somebody follows, as from a mail, is told apart from it. Whatever sends no
    such headers is not a browser that knows them."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    follows = (request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest"))
    return site not in ("same-origin", "none") and follows != ("navigate", "document")


def whole_page_sign_in(get_response: Handler) -> Handler:
    """A fragment asked for without a session moves the whole page to the sign-in, not the form into the table.

    The sign-in is told if a session has ended: by then its cookie is gone. It leads back to the page that the
    fragment was asked from where its own address says nothing about what was on it: that of a form, or of a part. A
    list that was asked for has an address that says more than the page behind it.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 302:
            return response
        sign_in = resolve_url(settings.LOGIN_URL)
        if response.headers["Location"].startswith(f"{sign_in}?"):
            query = QueryDict(response.headers["Location"].partition("?")[2], mutable=True)
            htmx = request.htmx  # type: ignore[attr-defined]  # set by django-htmx's middleware
            if htmx and (request.method == "POST" or _is_for_a_part(request)) and (page := _page_behind(htmx)):
                query["next"] = page
            if settings.SESSION_COOKIE_NAME in request.COOKIES:
                query["ended"] = "1"
            location = f"{sign_in}?{query.urlencode(safe='/')}"
            if htmx:
                response = HttpResponse(status=204)
                response["HX-Redirect"] = location
            else:
                response["Location"] = location
        return response

    return answer


def _is_for_a_part(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.view_name in PARTS


def _page_behind(htmx: HtmxDetails) -> str:
    """The path of the page that a fragment was asked from, if the header that says so makes sense."""
    try:
        path = htmx.current_url_abs_path or ""
    except ValueError:
        return ""
    return path if url_has_allowed_host_and_scheme(path, allowed_hosts=None) else ""
