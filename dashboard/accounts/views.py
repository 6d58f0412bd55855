"""Sign-in, sign-out, the password and the user's own settings."""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.account.views import LoginView
from allauth.decorators import rate_limit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.accounts import own_sessions, provider, sharing
from dashboard.accounts.forms import ChangePasswordForm, SettingsForm
from dashboard.accounts.models import User
from dashboard.context import THEMES

YEAR = 365 * 24 * 60 * 60


class SignIn(LoginView):
    """The sign-in page; it says so when a session has ended."""

    template_name = "accounts/sign_in.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context: dict[str, object] = super().get_context_data(**kwargs)
        ended = "ended" in self.request.GET and self.request.method == "GET"
        return context | {"ended": ended, "next": self.get_next_url() or "", "provider": settings.OIDC}


@login_not_required
@require_POST
def start_over(request: HttpRequest) -> HttpResponse:
    """Out of a sign-in that waits for its second step."""
    clear_login(request)
    return redirect("accounts:sign-in")


@login_not_required
@require_safe
def refused(request: HttpRequest) -> HttpResponse:
    """The provider's answer was not good enough, or gives no tenant. Which of the two, only the log says."""
    return render(request, "accounts/refused.html", {"provider": settings.OIDC}, status=403)


class SignOut(auth_views.LogoutView):
    """Ends the session here and on the server, and asks the browser to forget what it kept."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        records = get_authentication_records(request, request.user)
        by_provider = any(record.get("method") == "socialaccount" for record in records)
        response: HttpResponse = super().post(request, *args, **kwargs)
        if by_provider:
            response = redirect(f"{reverse('accounts:signed-out')}?provider=1")
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


@login_not_required
@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Signed out here; whoever the provider signed in is sent on to sign out there too, as a shared computer needs."""
    by_provider = "provider" in request.GET and settings.OIDC is not None
    address = provider.sign_out_address(request) if by_provider else ""
    context = {"provider": settings.OIDC, "by_provider": by_provider, "address": address}
    response = render(request, "accounts/signed_out.html", context)
    if address:
        # Not by a redirect: the sign-out was a form, and forms may lead to this host only.
        response["Refresh"] = f"1; url={address}"
    return response


@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End every session of the user but this one."""
    assert isinstance(request.user, User)
    request.user.end_sessions()
    update_session_auth_hash(request, request.user)
    messages.success(request, "You are signed out everywhere else.")
    return redirect("mfa_index")


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one other session of the user; one that is over already is over as well."""
    assert isinstance(request.user, User)
    if own_sessions.end(request.user, request.POST.get("session", "")):
        messages.success(request, "That device is signed out.")
    return redirect("mfa_index")


@method_decorator(rate_limit(action="change_password"), name="dispatch")
class ChangePassword(auth_views.PasswordChangeView):
    """Asks for the old password; every other session of the user ends."""

    form_class = ChangePasswordForm
    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:password-changed")

    def form_valid(self, form: Any) -> HttpResponse:
        # The try is counted by now. What follows is one transaction with its entry in the access log.
        self.request.changes.begin()  # type: ignore[attr-defined]  # of audit/together.py
        response: HttpResponse = super().form_valid(form)
        return response


@require_safe
def password_changed(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password_changed.html")


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Somebody is there: the session ends later. The answer's header says when."""
    request.session.note_activity(at_once=True)  # type: ignore[attr-defined]  # our own store
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
def own_settings(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your settings are saved.")
        return redirect("accounts:settings")
    return render(request, "accounts/settings.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponseBase:
    """Keep the colour theme in a cookie, and go back to the page it was chosen on."""
    response = sharing.back(request)
    if (chosen := request.POST.get("theme", "")) in THEMES:
        response.set_cookie("theme", chosen, max_age=YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response
