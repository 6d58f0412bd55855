"""Entries for signing in and out, for tries that failed, and for what the provider's groups give and take."""

from typing import Any

from allauth.account.internal.userkit import get_user_by_username
from allauth.core.internal.ratelimit import truncate_ip
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.cache import cache
from django.http import HttpRequest

from dashboard.accounts.client_address import client_address
from dashboard.accounts.models import User
from dashboard.audit.middleware import Unlogged, about, whoever, write
from dashboard.audit.writing import Event
from dashboard.tenants.rights import Change, rights_changed

FIVE_MINUTES = 5 * 60


def listen() -> None:
    user_logged_in.connect(_in, dispatch_uid="audit")
    user_logged_out.connect(_out, dispatch_uid="audit")
    user_login_failed.connect(_failed, dispatch_uid="audit")
    authentication_failed.connect(_failed_second, dispatch_uid="audit")
    rights_changed.connect(_rights, dispatch_uid="audit")


def _in(sender: object, request: HttpRequest | None, user: Any, **kwargs: object) -> None:
    if request is not None and hasattr(request, "user"):
        write(Event("sign-in", "E", "done", **whoever(request) | {"user": user.pk, "username": user.get_username()}))


def _out(sender: object, request: HttpRequest, user: Any, **kwargs: object) -> None:
    if user is not None and hasattr(request, "user"):
        write(Event("sign-out", "E", "done", **whoever(request) | {"user": user.pk, "username": user.get_username()}))


def _failed(
    sender: object,
    credentials: dict[str, Any],
    request: HttpRequest | None = None,
    held_off: bool = False,
    by_anybody: bool = False,
    **kwargs: object,
) -> None:
    """Never what was typed as the name, which may be a password: the account of that name, if there is one."""
    user = get_user_by_username(str(credentials.get("username", "")))
    _refused("sign-in", request, user, 429 if held_off else 403, seldom=held_off or by_anybody)


def _failed_second(sender: object, request: HttpRequest, user: User, held_off: bool = False, **kwargs: object) -> None:
    _refused("second-step", request, user, 429 if held_off else 403, seldom=held_off)


def _refused(kind: str, request: HttpRequest | None, user: User | None, status: int, *, seldom: bool) -> None:
    """Of what the limits hold off, and of answers that no provider gave, anybody can send as much as they like: one
    entry an address in five minutes tells of it, by whatever names. A network of IPv6 is one address, as for the
    limits."""
    tried = _tried(request, user)
    mark = f"audit-seldom:{kind}:{status}:{truncate_ip(tried['address'])}"
    if seldom and not cache.add(mark, True, FIVE_MINUTES):
        return
    try:
        write(Event(kind, "E", "refused", status, **tried))
    except Unlogged:
        if seldom:
            cache.delete(mark)
        raise


def _tried(request: HttpRequest | None, user: User | None) -> dict[str, Any]:
    """Whose account, from where, on which page."""
    match = getattr(request, "resolver_match", None)
    return {
        "user": user.pk if user else None,
        "username": user.get_username() if user else "",
        "route": match.view_name if match else "",
        "request_id": getattr(request, "request_id", ""),
        "address": client_address(request) if request else "",
    }


def _rights(sender: object, request: HttpRequest, user: User, changes: list[Change], **kwargs: object) -> None:
    """Who is told as the one who did it is the person who signs in."""
    who = whoever(request) | {"user": user.pk, "username": user.get_username()}
    for change in changes:
        write(about(change, Event("members", "U", "done", route="accounts:provider-callback", **who)))
