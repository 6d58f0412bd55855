"""People whom the OpenID provider signs in: who gets an account, and what the provider's groups give them."""

import logging
from collections.abc import Mapping
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect

from dashboard.accounts.models import User
from dashboard.accounts.provider import OidcProvider, config
from dashboard.accounts.tokens import TokenRefused
from dashboard.tenants.models import Membership
from dashboard.tenants.rights import Rights, changes, rights_changed
from dashboard.tenants.roles import Role

BY_GROUPS = "by the provider’s groups"
logger = logging.getLogger(__name__)
# The fields of a user that the provider describes.
DESCRIBED = ("first_name", "last_name", "email")


class ProviderAdapter(DefaultSocialAccountAdapter):
    """The provider of the configuration, and nobody without a tenant."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """The one provider of the settings; never one that somebody put into the database."""
        found = settings.OIDC
        if found is None or provider not in (None, OidcProvider.id, found.issuer):
            return []
        # By the provider's id the accounts are kept apart: the issuer, so that an account is (issuer, subject).
        return [
            SocialApp(
                provider=OidcProvider.id,
                provider_id=found.issuer,
                name=found.label,
                client_id=found.client_id,
                secret=found.client_secret,
            )
        ]

    def get_requests_session(self) -> Any:
        """Straight to the provider: no redirect is followed, and nothing of the process's environment is used."""
        session = super().get_requests_session()
        session.trust_env = False
        session.max_redirects = 0
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Every sign-in replaces what the provider gave before."""
        if not sociallogin.is_existing:
            return
        grants = config().grants_for(sociallogin.provider.claims)
        with transaction.atomic():
            describe(sociallogin.user, sociallogin.provider.claims)
            sociallogin.user.save(update_fields=DESCRIBED)
            replace(sociallogin.user, grants, request)
        if not sociallogin.user.memberships.exists() and not sociallogin.user.is_staff:
            self._refuse(request, "no group gives a tenant", sociallogin.user.get_username())

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        if not config().grants_for(sociallogin.provider.claims):
            self._refuse(request, "no group gives a tenant")
        return True

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """A new account, whatever its mail says: never one that is there already."""
        claims = sociallogin.provider.claims
        user: User = sociallogin.user
        user.set_unusable_password()
        with transaction.atomic():
            user.username = free_name(str(claims.get("preferred_username") or claims["sub"]))
            describe(user, claims)
            user.save()
            sociallogin.account.user = user
            sociallogin.account.save()
            replace(user, config().grants_for(claims), request, before=Rights())
        return user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        # Our own words, or the kind: others may hold what the provider, or somebody in its place, has sent.
        cause = getattr(exception, "__cause__", None)
        own = isinstance(cause, TokenRefused)
        reason = f"ID token: {cause}" if own else type(exception).__name__ if exception else str(error)
        # Without a token the provider has signed nobody in: anybody can come back with such an answer.
        self._refuse(request, reason, by_anybody=not getattr(request, "was_given_a_token", False))

    def _refuse(self, request: HttpRequest, reason: str, username: str = "", *, by_anybody: bool = False) -> None:
        logger.warning("A sign-in by the OpenID provider was refused: %s", reason)
        told = {"username": username}
        user_login_failed.send(__name__, credentials=told, request=request, by_anybody=by_anybody)
        raise ImmediateHttpResponse(redirect("accounts:refused"))


@transaction.atomic
def replace(
    user: User, grants: Mapping[str, frozenset[str]], request: HttpRequest, *, before: Rights | None = None
) -> None:
    """Give what the provider says and take what it no longer says, and tell the access log. A membership given by hand
    stays as it is. ``before``, if it is not what the account has now."""
    before = before or Rights.of(user)
    by_hand = set(Membership.objects.filter(user=user, provided=False).values_list("tenant", flat=True))
    Membership.objects.filter(user=user, provided=True).exclude(tenant__in=grants).delete()
    for tenant, roles in grants.items():
        if tenant not in by_hand:
            flags = {role.value: role.value in roles for role in Role}
            Membership.objects.update_or_create(user=user, tenant=tenant, defaults=flags | {"provided": True})
    if changed := [change for change in changes(user, before, Rights.of(user), BY_GROUPS) if change.before]:
        rights_changed.send(__name__, request=request, user=user, changes=changed)


def describe(user: User, claims: Mapping[str, Any]) -> None:
    """The name and the mail as the provider has them now; only shown, never used to find anybody."""
    full = str(claims.get("name") or "").strip().partition(" ")
    user.first_name = str(claims.get("given_name") or full[0])[:150]
    user.last_name = str(claims.get("family_name") or full[2])[:150]
    user.email = str(claims.get("email") or "")[:254]


def free_name(wanted: str) -> str:
    """The name, or the first of it with a number that nobody has."""
    wanted = "".join(letter for letter in wanted if letter.isalnum() or letter in "@.+-_")[:140] or "user"
    name, number = wanted, 1
    while User.objects.filter(username__iexact=name).exists():
        number += 1
        name = f"{wanted}-{number}"
    return name
