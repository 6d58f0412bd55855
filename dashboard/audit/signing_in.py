"""Entries for signing in and out, and for tries that failed."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from dashboard.accounts.client_address import client_address
from dashboard.audit.middleware import whoever, write
from dashboard.audit.writing import Event


def listen() -> None:
    user_logged_in.connect(_in, dispatch_uid="audit")
    user_logged_out.connect(_out, dispatch_uid="audit")
    user_login_failed.connect(_failed, dispatch_uid="audit")


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
