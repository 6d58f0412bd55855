"""Members with certain roles see nothing before a second factor is set up and used. Nobody changes one without it."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from dashboard.accounts.models import User
from dashboard.tenants.access import memberships_of

# What asks for a second factor, or leads out.
WAYS_OUT = frozenset(
    {
        "account_login",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "accounts:provider",
        "accounts:provider-callback",
        "accounts:refused",
        "accounts:sign-in",
        "accounts:sign-out",
        "accounts:signed-out",
        "accounts:theme",
    }
)
# Where the first one is set up.
SET_UP = frozenset(
    {
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_index",
        "mfa_view_recovery_codes",
        "accounts:password",
        "accounts:password-changed",
    }
)
# Who has a factor proves it before anything about it or the password is changed, whatever the role.
CHANGES = SET_UP | {"mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_remove_webauthn"}
OPEN = WAYS_OUT | SET_UP
# Recovery codes are never there without one of these.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# allauth's names for the ways in that are enough by themselves: the provider has seen to the second factor.
ENOUGH = frozenset({"mfa", "socialaccount"})


class SecondFactorMiddleware:
    """Leads to the page where a second factor is set up or asked for; a fragment moves the whole page there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        assert request.resolver_match is not None
        name = request.resolver_match.view_name
        if name in WAYS_OUT or not isinstance(request.user, User) or proven(request):
            return None
        demanded = bool(settings.MFA_REQUIRED) and name not in SET_UP and needed(request.user)
        if not demanded and not (name in CHANGES and is_mfa_enabled(request.user, FACTORS)):
            return None
        whole_page = not request.htmx  # type: ignore[attr-defined]  # set by django-htmx's middleware
        target = way(request.user, request.get_full_path() if whole_page and request.method == "GET" else "/")
        if whole_page:
            return redirect(target)
        response = HttpResponse(status=204)
        response["HX-Redirect"] = target
        return response


def way(user: User, back: str) -> str:
    """Where the second factor of the user is asked for; where one is set up, if there is none yet."""
    if is_mfa_enabled(user, [Authenticator.Type.TOTP]):
        name = "mfa_reauthenticate"
    elif is_mfa_enabled(user, [Authenticator.Type.WEBAUTHN]):
        name = "mfa_reauthenticate_webauthn"
    else:
        return f"{reverse('mfa_index')}?needed=1"
    return f"{reverse(name)}?{urlencode({'next': back})}"


def proven(request: HttpRequest) -> bool:
    """Whether this very session has seen a second factor; one that was set up elsewhere meanwhile proves nothing."""
    return any(record.get("method") in ENOUGH for record in get_authentication_records(request, request.user))


def needed(user: User) -> bool:
    """Whether any role of the user, in any tenant, asks for a second factor. Staff, who give all roles, always need one
    where any role does."""
    if user.is_staff:
        return True
    return any(role in settings.MFA_REQUIRED for roles in memberships_of(user).values() for role in roles)
