"""Sign-in through an OpenID provider: allauth's code flow, with every token verified and every address checked."""

import logging
import secrets
from typing import Any
from urllib.parse import urlencode

from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.decorators import rate_limit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.accounts import discovery, tokens
from dashboard.accounts.oidc import OidcConfig

logger = logging.getLogger(__name__)


def config() -> OidcConfig:
    """The provider of the settings, where there must be one."""
    assert settings.OIDC is not None
    return settings.OIDC


class Discovery(OpenIDConnectOAuth2Adapter):
    """Where the provider is, by its own document; and how the answer to a sign-in is turned into a person."""

    state: dict[str, Any] | None = None

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, config().issuer)

    @property
    def openid_config(self) -> dict[str, Any]:
        if not hasattr(self, "_document"):
            self._document = discovery.document(config().issuer)
        return self._document

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return str(build_absolute_uri(request, reverse("accounts:provider-callback")))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> SocialLogin:
        request.was_given_a_token = True  # type: ignore[attr-defined]  # ours: whom the provider has signed in
        state = self.state or {}
        nonce = state.get("nonce")
        if not nonce:
            raise OAuth2Error("the sign-in was begun without a nonce")
        try:
            keys = discovery.read(self.openid_config["jwks_uri"])
            claims = tokens.verified(kwargs["response"].get("id_token"), keys, config(), nonce)
        except tokens.SignInTooOld as error:
            if state.get("again"):
                raise OAuth2Error(str(error)) from error
            # A provider need not heed max_age. One that does not heed prompt=login either is not asked again.
            again = self.get_provider().redirect(request, AuthProcess.LOGIN, state.get("next"), again=True)
            raise ImmediateHttpResponse(again) from error
        except tokens.TokenRefused as error:
            raise OAuth2Error(str(error)) from error
        # Many providers keep the ID token short and tell names and groups only when asked.
        if config().groups_claim not in claims and "userinfo_endpoint" in self.openid_config:
            more = self._fetch_user_info(token.token)
            if more.get("sub") != claims["sub"]:
                raise OAuth2Error("the user info is of somebody else")
            claims = more | claims
        return self.get_provider().sociallogin_from_response(request, claims)


class OidcProvider(OAuth2Provider):
    """The one provider of the configuration. Its accounts are known by (issuer, subject) and by nothing else."""

    id = "oidc"
    name = "OpenID Connect"
    oauth2_adapter_class = Discovery
    pkce_enabled_default = True
    # Of the sign-in under way: what the groups are read from.
    claims: dict[str, Any]

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: str | None = None,
        data: Any = None,
        again: bool = False,
        **kwargs: Any,
    ) -> HttpResponse:
        """To the provider; nonce and PKCE verifier stay in the session until it answers. ``again``: whoever is signed
        in there must sign in once more."""
        nonce = secrets.token_urlsafe(32)
        asked = {"nonce": nonce}
        if again:
            asked["prompt"] = "login"
        if config().acr:
            asked["acr_values"] = " ".join(config().acr)
        if config().max_age is not None:
            asked["max_age"] = str(config().max_age)
        response: HttpResponse = super().redirect(
            request, process, next_url, data, auth_params=asked, nonce=nonce, again=again
        )
        return response

    def get_scope(self) -> list[str]:
        return list(config().scopes)

    def sociallogin_from_response(self, request: HttpRequest, response: dict[str, Any]) -> SocialLogin:
        self.claims = response
        return super().sociallogin_from_response(request, response)

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}  # nothing of the provider's is kept but the subject

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}  # dashboard.tenants.provided describes the user

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []


provider_classes = [OidcProvider]


class Callback(OAuth2CallbackView):
    """The answer of the provider, which may be anything."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().dispatch(request, *args, **kwargs)
        except discovery.FAILURES as error:
            response = render_authentication_error(request, self.adapter.get_provider(), exception=error)
        return response

    def _get_state(self, request: HttpRequest, provider: OidcProvider) -> tuple[Any, Any]:
        state, response = super()._get_state(request, provider)
        if request.GET.get("iss", config().issuer) != config().issuer:  # RFC 9207
            raise OAuth2Error("another issuer answers")
        self.adapter.state = state
        return state, response


@login_not_required
@require_safe
@rate_limit(action="provider", limit_get=True)  # type: ignore[untyped-decorator]  # allauth has no types
def start(request: HttpRequest) -> HttpResponse:
    """To the provider. A link and no form: the policy for forms would hold for every host the provider sends one to."""
    if settings.OIDC is None:
        raise Http404
    provider = get_adapter(request).get_provider(request, OidcProvider.id)
    try:
        # Not what the address says about process and scope: nobody links an account to another by a crafted link.
        response: HttpResponse = provider.redirect(request, AuthProcess.LOGIN, get_next_redirect_url(request))
    except discovery.FAILURES as error:
        response = render_authentication_error(request, provider, exception=error)
    return response


@login_not_required
@require_safe
@rate_limit(action="provider_callback", limit_get=True)  # type: ignore[untyped-decorator]  # allauth has no types
def callback(request: HttpRequest) -> HttpResponse:
    if settings.OIDC is None:
        raise Http404
    response: HttpResponse = Callback.adapter_view(Discovery(request))(request)
    return response


def sign_out_address(request: HttpRequest) -> str:
    """Where the provider ends its own session, and comes back to us; empty if it has no such place, or no answer."""
    if settings.OIDC is None:
        return ""
    try:
        address = Discovery(request).openid_config.get("end_session_endpoint", "")
    except discovery.FAILURES as error:
        logger.warning("The provider's sign-out could not be found: %s", type(error).__name__)
        return ""
    if not address:
        return ""
    back = build_absolute_uri(request, reverse("accounts:signed-out"))
    query = urlencode({"client_id": config().client_id, "post_logout_redirect_uri": back})
    return f"{address}{'&' if '?' in address else '?'}{query}"
