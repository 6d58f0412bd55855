"""How often one user may ask for what costs much; counted per process, or with Redis over all of them."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from dashboard.fragments import is_fragment
from dashboard.remembering import count

MINUTE = 60
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def limited(name: str, when: Callable[[HttpRequest], bool] = bool) -> Callable[[View], View]:
    """At most ``settings.LIMITS[name]`` requests of a signed-in user a minute, of those that ``when`` is true for; more
    are answered with 429, the words and the time to wait."""

    def decorate(view: View) -> View:
        @wraps(view)
        def within_limit(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if when(request) and _count(name, request.user.pk) > settings.LIMITS[name]:
                return too_many(request, MINUTE - int(time.time()) % MINUTE)
            return view(request, *args, **kwargs)

        return within_limit  # type: ignore[return-value]  # the same view, before which is counted

    return decorate


def too_many(request: HttpRequest, seconds: int) -> HttpResponseBase:
    """The answer to somebody who asks too often: a page, or a fragment in the place of rows."""
    template = "429.html#results" if is_fragment(request) else "429.html"
    response = render(request, template, {"seconds": seconds}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _count(name: str, user: object) -> int:
    """How many requests it is in this minute, this one included."""
    return count(f"limit:{name}:{user}:{int(time.time()) // MINUTE}", 2 * MINUTE)
