"""Screen-share mode: while it is on, a session is shown no name, no birth date and no whole identifier of a patient.

Only whether it is on is decided here; what is shown instead is for dashboard/listing/discretion.py.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

_KEY = "screen_sharing"
# What a page says of itself when it asks for a fragment: “on” or “off”, as it was when the page was drawn.
HEADER = "X-Screen-Sharing"
Handler = Callable[[HttpRequest], HttpResponse]


def is_on(request: HttpRequest) -> bool:
    """Whether the session shares its screen; a request that was refused before it had a session does not."""
    session = getattr(request, "session", None)
    return session is not None and bool(session.get(_KEY))


def word(request: HttpRequest) -> str:
    """The same for :data:`HEADER`."""
    return "on" if is_on(request) else "off"


def shell(request: HttpRequest) -> dict[str, str]:
    """For the frame of every page, with the way back to it. An address that is none of ours is not repeated: it may
    hold anything."""
    is_ours = getattr(request, "resolver_match", None) is not None
    return {"sharing": word(request), "page": request.path if is_ours else "/"}


@require_POST
def turn_on(request: HttpRequest) -> HttpResponse:
    request.session[_KEY] = True
    return back(request)


@require_POST
def turn_off(request: HttpRequest) -> HttpResponse:
    request.session.pop(_KEY, None)
    return back(request)


def back(request: HttpRequest) -> HttpResponse:
    """To the page that a form of the frame was sent from, if that is one of ours."""
    page = request.POST.get("next", "")
    is_ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return redirect(page if is_ours else "/")


def whole_page(get_response: Handler) -> Handler:
    """A page drawn before sharing was turned on or off in another tab is loaded anew as a whole: what its frame says
    of names and birth dates, and what its rows show, are never two things."""

    def answer(request: HttpRequest) -> HttpResponse:
        drawn = request.headers.get(HEADER)
        if drawn is None or drawn == word(request) or not request.user.is_authenticated:
            return get_response(request)
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response

    return answer


def refused_while_on(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For files: one with names is not for a shared screen, and one without them could be taken for the list later."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_on(request):
            return view(request, *args, **kwargs)
        # Turning it off leads to the list that the file is of.
        here = request.get_full_path().replace("/export/", "/", 1)
        return render(request, "accounts/no_file.html", {"here": here}, status=409)

    return answer
