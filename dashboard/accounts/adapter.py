"""How allauth signs people in here: by name and password, told apart from nobody, and slowed down when they guess."""

import base64
import secrets
import unicodedata
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows import login as flow
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from dashboard.accounts import encryption, known_addresses, own_sessions
from dashboard.accounts.models import User

# How the user has signed in: all that outlives the session from before the sign-in.
_KEPT = (flow.AUTHENTICATION_METHODS_SESSION_KEY, flow._AUTHENTICATION_METHODS_USER_SESSION_KEY)


class AccountAdapter(DefaultAccountAdapter):
    """Without sign-up and without mail."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "Please enter a correct username and password. Both may be case-sensitive.",
        "too_many_login_attempts": "Too many failed attempts. Please wait five minutes, then try again.",
        "too_many_anywhere": "Too many failed attempts at this account. Please sign in from where you usually do, or "
        "try again in an hour.",
        "rate_limited": "Too many failed attempts. Please wait five minutes, then try again.",
        "incorrect_code": "This code is not right. A code is good for half a minute, and only once.",
        "incorrect_password": "This is not your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only a path of this very host."""
        return bool(url and url.startswith("/")) and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Into a session that begins empty. A sign-in counts as fresh for what asks for a fresh one."""
        kept = {key: request.session[key] for key in _KEPT if key in request.session}
        for record in kept.get(flow.AUTHENTICATION_METHODS_SESSION_KEY, []):
            record["reauthenticated"] = True
        request.session.flush()
        request.session.update(kept)
        super().login(request, user)
        own_sessions.note(request)
        assert isinstance(user, User)
        known_addresses.note(request, user)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """A try that a limit holds off is told to the access log too."""
        try:
            return super().authenticate(request, **credentials)  # type: ignore[no-any-return]  # allauth is untyped
        except ValidationError:
            told = {"username": credentials.get("username", "")}
            user_login_failed.send(__name__, credentials=told, request=request, held_off=True)
            raise

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        user_login_failed.send(__name__, credentials={"username": user.get_username()}, request=request)
        return redirect("accounts:refused")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Only what went wrong is said; the pages themselves show what worked."""
        if kwargs.get("message"):
            super().add_message(request, level, message_template, *args, **kwargs)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Two limits: per account and address, and a slow one per account over all addresses that it has not signed in
        from lately. Where it has, only the first holds: guessing elsewhere keeps nobody out."""
        super().pre_authenticate(request, **credentials)
        name = str(credentials.get("username", ""))
        if known_addresses.is_known(request, name):
            return
        used = ratelimit.consume(request, app="allauth.account", action="login_failed_anywhere", key=_plain(name))
        if not used:
            raise self.validation_error("too_many_anywhere")
        # Given back by allauth, like its own, where the password is right.
        self._login_failed_rl_usage.usage.extend(used.usage)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Of an IPv6 address allauth takes the network (/64): a single computer has all of it.
        return f"{_plain(str(credentials.get('username', '')))} from {ratelimit.get_ip(request)}"


class FactorAdapter(DefaultMFAAdapter):
    """Second factors are encrypted in the database (encryption.py)."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"]
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return encryption.decrypt(encrypted_text)
        except InvalidToken:
            # Of a key that is gone. A secret that nobody knows fits no code; an empty one would fit everybody's.
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()


def _plain(name: str) -> str:
    """Every spelling of a name that signs in the same account, as one."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
