"""Accounts without any Corti behind them, and hostile or honest OpenID providers."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches

from dashboard.accounts.oidc import Grant, OidcConfig
from tests.accounts.hostile import Provider
from tests.dashboard.support import PageClient, make_user
from tests.tenants import config_without_api

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def tenants(settings, db):
    """Two tenants that nobody asks anything of; nothing is remembered from another test, such as a failed attempt."""
    settings.TENANTS = (config_without_api("nordhavn"), config_without_api("riverside"))
    for cache in caches.all(initialized_only=False):
        cache.clear()


@pytest.fixture
def no_redis(settings):
    """Nobody answers where the caches are."""
    gone = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": gone, "totals": gone}


@pytest.fixture
def karen():
    return make_user("karen", ["nordhavn"])


@pytest.fixture
def client():
    return PageClient()


@pytest.fixture
def sign_in(client):
    """Signs in by the form, from an address; answers the answer."""

    def sign_in(username="karen", password=PASSWORD, address="192.0.2.1", **more):
        form = {"username": username, "password": password} | more
        return client.post("/accounts/sign-in/", form, REMOTE_ADDR=address)

    return sign_in


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    with Provider() as running:
        yield running


@pytest.fixture
def provider(running_provider, settings):
    """A provider that tells the truth until a test bends it; the dashboard's, with two groups."""
    running_provider.reset()
    settings.OIDC = OidcConfig(
        issuer=running_provider.issuer,
        client_id="reading-room",
        client_secret="of no use anywhere",
        label="Hospital account",
        scopes=("openid", "profile", "email"),
        groups_claim="groups",
        grants=(
            Grant("ward-7", "nordhavn", frozenset({"clinician"})),
            Grant("it", "nordhavn", frozenset({"admin"})),
            Grant("research", "riverside", frozenset({"clinician", "exporter"})),
        ),
    )
    return running_provider
