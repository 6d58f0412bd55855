"""The pages of second factors: allauth's views with our templates, and what these need."""

import json
import re
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.views import ReauthenticateView as PasswordView
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as CodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from dashboard.accounts import own_sessions
from dashboard.accounts.models import User


class Security(IndexView):
    """How the user signs in, and where."""

    template_name = "accounts/security.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"sessions": own_sessions.of(self.request, self.request.user)}


class AddApp(ActivateTOTPView):
    """An authenticator app, by a picture to scan; drawn by the template, as the policy allows no data: URL."""

    template_name = "accounts/app_add.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        shape = re.search(r'viewBox="([\d. ]+)".* d="([\w., -]+)"', context["totp_svg"], re.DOTALL)
        assert shape is not None
        context["qr_box"], context["qr_path"] = shape.groups()
        secret = context["form"].secret
        context["secret"] = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        # Used up: whoever looked over a shoulder cannot sign in with it.
        app = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        app.wrap().validate_code(form.cleaned_data["code"])
        return response


class AddPasskey(AddWebAuthnView):
    template_name = "accounts/passkey_add.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"options": json.dumps(context["js_data"]["creation_options"])}


class TellsFailures:
    """allauth tells of a wrong code by itself, but not of a passkey, nor of what a limit holds off."""

    request: HttpRequest

    def form_invalid(self, form: Any) -> HttpResponse:
        held_off = any(form.has_error(field, "too_many_login_attempts") for field in form.fields)
        if held_off or "credential" in form.fields:
            authentication_failed.send(Authenticator, request=self.request, user=form.user, held_off=held_off)
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # of the view that it is mixed into
        return response


class Confirm:
    """Leads back to the form that was sent too late, to be sent again. allauth would answer what was sent then inside
    this page: past the access log, and the transaction that what is changed shares with its entry."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        if self.request.session.pop(STATE_SESSION_KEY, None):
            messages.info(self.request, "Nothing has been changed yet. Please go on from here.")
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # of the view that it is mixed into
        return response


class ConfirmByPassword(Confirm, PasswordView):
    template_name = "accounts/confirm.html"


class ConfirmByCode(TellsFailures, Confirm, CodeView):
    template_name = "accounts/confirm.html"


class ConfirmByPasskey(TellsFailures, Confirm, ReauthenticateWebAuthnView):
    template_name = "accounts/confirm_passkey.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        """Here again, and from here to where one was going; allauth would lead to the sign-in and from there home."""
        super().form_invalid(form)
        return HttpResponseRedirect(self.passthrough_next_url(reverse("mfa_reauthenticate_webauthn")))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"options": json.dumps(context["js_data"]["request_options"])}


class SecondStep(TellsFailures, AuthenticateView):
    """After the password: a code, or a passkey."""

    template_name = "accounts/second_step.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        types = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        return context | {
            "has_app": Authenticator.Type.TOTP in types,
            "has_passkey": Authenticator.Type.WEBAUTHN in types,
            "options": json.dumps(context["js_data"]["request_options"]),
        }


@receiver(authenticator_added)
def proven_by_setting_up(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Whoever sets a factor up has it at hand: this session is as good as one that began with it. The other sessions
    of the user began without any, and end with the first."""
    factors = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    if list(factors.values_list("pk", flat=True)) == [authenticator.pk]:
        user.end_sessions()
        update_session_auth_hash(request, user)
    record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
