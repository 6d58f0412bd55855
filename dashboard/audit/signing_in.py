"""Entries for signing in and out, for tries that failed, and for what the provider's groups give and take."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from dashboard.accounts.client_address import client_address
from dashboard.accounts.models import User
from dashboard.audit.middleware import about, whoever, write
from dashboard.audit.writing import Event
from dashboard.tenants.rights import Change, rights_changed


def listen() -> None:
    user_logged_in.connect(_in, dispatch_uid="audit")
    user_logged_out.connect(_out, dispatch_uid="audit")
    user_login_failed.connect(_failed, dispatch_uid="audit")
    rights_changed.connect(_rights, dispatch_uid="audit")


def _in(sender: object, request: HttpRequest | None, user: Any, **kwargs: object) -> None:
    if request is not None and hasattr(request, "user"):
        write(Event("sign-in", "E", "done", **whoever(request) | {"user": user.pk, "username": user.get_username()}))


def _out(sender: object, request: HttpRequest, user: Any, **kwargs: object) -> None:
    if user is not None and hasattr(request, "user"):
        write(Event("sign-out", "E", "done", **whoever(request) | {"user": user.pk, "username": user.get_username()}))


def _failed(sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: object) -> None:
    """Not what was typed as the name: it may be a password."""
    request_id = getattr(request, "request_id", "")
    address = client_address(request) if request else ""
    write(Event("sign-in", "E", "refused", 403, request_id=request_id, address=address))


def _rights(sender: object, request: HttpRequest, user: User, changes: list[Change], **kwargs: object) -> None:
    """Who is told as the one who did it is the person who signs in."""
    who = whoever(request) | {"user": user.pk, "username": user.get_username()}
    for change in changes:
        write(about(change, Event("members", "U", "done", route="accounts:provider-callback", **who)))
