"""One entry a request, in the log of each tenant that it is about, written before the answer leaves. An answer that
cannot be logged is not given, and what it has changed is undone."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dashboard.accounts.client_address import client_address
from dashboard.audit.changed import written
from dashboard.audit.kinds import FIRST, LEADS_ON, POLLED, READ_BY_POST, SILENT, kind_of
from dashboard.audit.noting import noted_of
from dashboard.audit.repeated import told_once
from dashboard.audit.together import Changes
from dashboard.audit.writing import Event, append
from dashboard.tenants.registry import registry
from dashboard.tenants.rights import Change

Handler = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger("dashboard.audit")


class Unlogged(Exception):
    """An entry could not be written, so what it was about must not happen."""


class AuditMiddleware:
    """After authentication, around everything that may refuse or show something."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with Changes(request) as changes:
            request.changes = changes  # type: ignore[attr-defined]  # ours
            response = self._get_response(request)
            if response.status_code >= 400:
                # What is refused or fails changes nothing, and is logged all the same.
                changes.undo()
            try:
                for event in events_of(request, response):
                    told_once(request, event, write)
            except Unlogged:
                changes.undo()
                response = _unavailable(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A sign-in that cannot be logged does not take place."""
        if not isinstance(exception, Unlogged):
            return None
        request.session.flush()
        request.user = AnonymousUser()
        return _unavailable(request)


def write(event: Event) -> bool:
    """Append an entry; where that fails, :class:`Unlogged`, or by AUDIT_REQUIRED=off False and a line in the log."""
    try:
        append(event)
        return True
    except (DatabaseError, OSError) as error:
        # Not the error's text, which may hold a value.
        logger.critical("The access log could not be written: %s", type(error).__name__)
        if settings.AUDIT_REQUIRED:
            raise Unlogged from error
        return False


def events_of(request: HttpRequest, response: HttpResponse) -> list[Event]:
    """The entry for an answer, in each log that it belongs to; none where there is nothing to tell."""
    match = request.resolver_match
    if match is None or match.view_name in SILENT or not request.user.is_authenticated:
        return []
    route = match.view_name or "admin"
    noted, is_fragment = noted_of(request), "HX-Request" in request.headers
    if noted.reached and ((route in LEADS_ON and response.status_code == 302) or (route in POLLED and is_fragment)):
        return []
    action = "R" if request.method in ("GET", "HEAD") or route in READ_BY_POST else "U"
    event = Event(
        kind=noted.kind or kind_of(route),
        action=action,
        outcome=_outcome(response, action) if noted.reached or response.status_code >= 500 else "refused",
        status=response.status_code,
        tenant=_tenant(request),
        route=route,
        filters=noted.filters,
        interactions=tuple(noted.interactions),
        patients=tuple(noted.patients),
        **whoever(request),
    )
    return [about(change, event) for change in sorted(noted.changes, key=lambda change: change.tenant)] or [event]


def about(change: Change, event: Event) -> Event:
    """The entry for the tenant in which somebody's rights were changed."""
    return replace(event, tenant=change.tenant if change.tenant in registry() else "", filters=written(change))


def _outcome(response: HttpResponse, action: str) -> str:
    """A change is answered by a redirect once it is done, and by its form again while it is not."""
    status, location = response.status_code, response.headers.get("Location", "")
    if status >= 500:
        return "failed"
    if status >= 400 or (location and location.partition("?")[0] in map(reverse, FIRST)):
        return "refused"
    return "done" if action == "U" and status != 200 else "shown"


def whoever(request: HttpRequest) -> dict[str, Any]:
    """Who asks, from where."""
    user = request.user
    key = getattr(request, "session", None) and request.session.session_key
    return {
        "user": user.pk if user.is_authenticated else None,
        "username": user.get_username(),
        "roles": ", ".join(sorted(getattr(request, "roles", ()))),
        "request_id": getattr(request, "request_id", ""),
        "address": client_address(request),
        "session": hashlib.sha256(key.encode()).hexdigest()[:16] if key else "",
    }


def _tenant(request: HttpRequest) -> str:
    """The tenant in the path, for refusals too; what names none of ours belongs to none."""
    match = request.resolver_match
    slug = str(match.kwargs.get("tenant", "")) if match else ""
    return slug if slug in registry() else ""


def _unavailable(request: HttpRequest) -> HttpResponse:
    return render(request, "audit/unavailable.html", status=503)
