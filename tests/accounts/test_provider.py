"""Sign-in by an OpenID provider: what is believed, and what a person gets by it."""

import base64
import hashlib
import json
import time
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.management import CommandError, call_command

from dashboard.accounts import oidc
from dashboard.accounts.models import User
from dashboard.audit import routing, writing
from dashboard.audit.models import Entry
from dashboard.tenants import provided
from dashboard.tenants.models import Membership
from dashboard.tenants.provided import describe
from tests.accounts.hostile import KEY, OTHER_KEY, query, signed
from tests.dashboard.support import PageClient, make_user

START, CALLBACK = "/accounts/sign-in/provider/", "/accounts/sign-in/provider/callback/"
DISCOVERY = "/.well-known/openid-configuration"
REFUSED = "/accounts/sign-in/refused/"


def begin(client, path=START):
    answer = client.get(path)
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def answered(client, provider, address):
    """The dashboard's answer to what the provider, asked by this address, sends back."""
    assert address.startswith(f"{provider.issuer}/authorize?"), address
    return client.get(f"{CALLBACK}?{query(provider.authorize(address))}")


def through(client, provider, path=START):
    """The whole way; answers the dashboard's answer to what the provider sends back."""
    return answered(client, provider, begin(client, path))


def asked_for(provider, wanted):
    return sum(path == wanted for path, _ in provider.asked)


def in_session(client):
    return SESSION_KEY in client.session


def roles(user):
    return {
        (found.tenant, role)
        for found in Membership.objects.filter(user=user)
        for role in ("clinician", "exporter", "auditor", "admin")
        if getattr(found, role)
    }


def test_a_person_with_a_group_gets_an_account_and_its_roles(client, provider):
    provider.person |= {"given_name": "Karen", "family_name": "Holm", "email": "karen@example.org"}
    assert through(client, provider)["Location"] == "/"
    user = User.objects.get()
    assert (user.username, user.get_full_name(), user.email) == ("karen.holm", "Karen Holm", "karen@example.org")
    assert not user.has_usable_password()
    assert not user.is_staff
    assert roles(user) == {("nordhavn", "clinician")}
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid, account.extra_data) == (provider.issuer, "k-1", {})
    assert client.session[SESSION_KEY] == str(user.pk)


def test_several_groups_of_a_tenant_add_up(client, provider):
    provider.person["groups"] = ["ward-7", "it", "research", "unknown"]
    through(client, provider)
    assert roles(User.objects.get()) == {
        ("nordhavn", "clinician"), ("nordhavn", "admin"), ("riverside", "clinician"), ("riverside", "exporter"),
    }  # fmt: skip


def test_each_sign_in_replaces_what_the_provider_gave_and_leaves_what_was_given_by_hand(client, provider):
    provider.person["groups"] = ["ward-7", "it"]
    through(client, provider)
    user = User.objects.get()
    provider.person["groups"] = ["research"]
    through(PageClient(), provider)
    assert roles(user) == {("riverside", "clinician"), ("riverside", "exporter")}
    Membership.objects.update_or_create(
        user=user, tenant="nordhavn", defaults={"clinician": False, "auditor": True, "provided": False}
    )
    provider.person["groups"] = ["ward-7"]
    through(PageClient(), provider)
    assert roles(user) == {("nordhavn", "auditor")}


def refused_told():
    entries = Entry.objects.using(routing.alias()).filter(kind="sign-in", outcome="refused").order_by("pk")
    return list(entries.values_list("username", flat=True))


@pytest.mark.parametrize("answer", [{}, {"state": "x"}, {"code": "x"}], ids=str)
def test_answers_that_anybody_can_send_are_one_entry_an_address_in_five_minutes(client, provider, answer):
    with time_machine.travel(time.time(), tick=False) as clock:
        for number in range(3):
            # A single computer has all addresses of a network of IPv6.
            client.get(f"{CALLBACK}?{query(answer)}", REMOTE_ADDR=f"2001:db8:1:2::{number}")
        assert refused_told() == [""]
        client.get(CALLBACK, REMOTE_ADDR="192.0.2.7")
        assert refused_told() == ["", ""]
        clock.shift(timedelta(minutes=5, seconds=1))
        client.get(CALLBACK, REMOTE_ADDR="192.0.2.7")
        assert refused_told() == ["", "", ""]


@pytest.mark.parametrize("answer", [{"error": "access_denied"}, {"code": "made up"}], ids=str)
def test_a_sign_in_that_was_begun_and_made_up_is_no_entry_more(client, provider, answer):
    for _ in range(3):
        state = provider.authorize(begin(client))["state"]
        assert client.get(f"{CALLBACK}?{query(answer | {'state': state})}")["Location"] == REFUSED
    assert refused_told() == [""]


def test_whom_the_provider_signed_in_is_an_entry_at_each_refusal(client, provider):
    provider.bend = with_(aud="another-client")
    for _ in range(3):
        assert through(client, provider)["Location"] == REFUSED
    provider.bend = with_(groups=[])
    for _ in range(2):
        assert through(client, provider)["Location"] == REFUSED
    assert refused_told() == [""] * 5


def rights_told():
    entries = Entry.objects.using(routing.alias()).filter(kind="members").order_by("pk")
    return [(entry.tenant, entry.username, entry.action, dict(parse_qsl(entry.filters))) for entry in entries]


def test_what_groups_give_and_take_is_in_the_access_log(client, provider):
    through(client, provider)
    through(PageClient(), provider)
    user = User.objects.get()
    who = {"member": "karen.holm", "account": str(user.pk), "what": "by the provider’s groups"}
    first = ("nordhavn", "karen.holm", "U", who | {"before": "no account", "after": "clinician"})
    assert rights_told() == [first], "a sign-in that changes nothing tells nothing"
    provider.person["groups"] = ["research"]
    through(PageClient(), provider)
    assert rights_told() == [
        first,
        ("nordhavn", "karen.holm", "U", who | {"before": "clinician", "after": "not a member"}),
        ("riverside", "karen.holm", "U", who | {"before": "not a member", "after": "clinician, exporter"}),
    ]
    provider.person["groups"] = []
    assert through(PageClient(), provider)["Location"] == REFUSED
    assert rights_told()[3:] == [
        ("riverside", "karen.holm", "U", who | {"before": "clinician, exporter", "after": "not a member"})
    ]


@pytest.mark.parametrize("before", [True, False], ids=["an account", "nobody yet"])
def test_groups_give_nothing_that_cannot_be_logged(client, provider, monkeypatch, before):
    if before:
        through(PageClient(), provider)
    had, provider.person["groups"] = set(Membership.objects.values_list("tenant", flat=True)), ["research"]
    monkeypatch.setattr(writing, "_ADD", "INSERT INTO audit_nowhere (a) VALUES (1)")
    assert through(client, provider).status_code == 503
    assert set(Membership.objects.values_list("tenant", flat=True)) == had
    assert User.objects.count() == before
    assert not in_session(client)


@pytest.mark.parametrize("groups", [[], ["unknown"], "unknown", {"ward-7": True}, None, 7, [["ward-7"]]])
def test_without_a_tenant_there_is_no_account(client, provider, groups):
    provider.person["groups"] = groups
    assert through(client, provider)["Location"] == REFUSED
    assert not User.objects.exists()
    assert not in_session(client)


def test_whose_groups_are_all_gone_is_refused_and_has_no_tenant_any_more(client, provider):
    through(client, provider)
    provider.person["groups"] = []
    again = PageClient()
    assert through(again, provider)["Location"] == REFUSED
    assert roles(User.objects.get()) == set()
    assert not in_session(again)
    assert refused_told() == ["karen.holm"]


def test_a_disabled_account_is_refused(client, provider):
    through(client, provider)
    User.objects.update(is_active=False)
    again = PageClient()
    assert through(again, provider)["Location"] == REFUSED
    assert not in_session(again)
    assert refused_told() == ["karen.holm"]


def test_a_local_account_with_the_same_name_and_mail_stays_somebody_else(client, provider):
    local = make_user("karen.holm", ["riverside"], email="karen@example.org")
    provider.person |= {"email": "karen@example.org", "email_verified": True}
    through(client, provider)
    assert client.session[SESSION_KEY] != str(local.pk)
    assert set(User.objects.values_list("username", flat=True)) == {"karen.holm", "karen.holm-2"}
    assert roles(local) == {("riverside", "clinician")}


def test_the_same_mail_under_another_subject_is_somebody_else(client, provider):
    provider.person |= {"email": "karen@example.org", "email_verified": True}
    through(client, provider)
    provider.person["sub"] = "k-2"
    through(PageClient(), provider)
    assert User.objects.count() == 2


def test_the_same_subject_with_another_name_is_the_same_person(client, provider):
    through(client, provider)
    provider.person |= {"preferred_username": "karen.jensen", "name": "Karen Jensen"}
    through(PageClient(), provider)
    user = User.objects.get()
    assert (user.username, user.get_full_name()) == ("karen.holm", "Karen Jensen")


def test_what_was_taken_away_during_the_sign_in_stays_so(client, provider, monkeypatch):
    through(client, provider)
    User.objects.update(is_staff=True)

    def describe_late(user, claims):
        User.objects.update(is_active=False, is_staff=False, sessions_ended=7)
        describe(user, claims)

    monkeypatch.setattr(provided, "describe", describe_late)
    provider.person["name"] = "Karen Jensen"
    through(PageClient(), provider)
    user = User.objects.get()
    assert (user.is_active, user.is_staff, user.sessions_ended) == (False, False, 7)
    assert user.last_name == "Jensen"


def test_the_same_subject_of_another_issuer_is_somebody_else(client, provider):
    through(client, provider)
    SocialAccount.objects.update(provider="https://former.example.org")
    through(PageClient(), provider)
    assert User.objects.count() == 2


def test_groups_may_be_in_the_user_info_only(client, provider):
    groups = provider.person.pop("groups")
    provider.user_info = {"sub": "k-1", "groups": groups}
    assert through(client, provider)["Location"] == "/"
    assert roles(User.objects.get()) == {("nordhavn", "clinician")}


def test_the_user_info_of_somebody_else_is_refused(client, provider):
    groups = provider.person.pop("groups")
    provider.user_info = {"sub": "k-2", "groups": groups}
    for tries in (1, 2):
        assert through(client, provider)["Location"] == REFUSED
        assert len(refused_told()) == tries, "nobody but the provider can make such an answer, so each is told"


def test_the_sign_in_uses_pkce_state_and_nonce(client, provider):
    address = begin(client)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_type"] == "code"
    assert len(asked["nonce"]) > 32
    client.get(f"{CALLBACK}?{query(provider.authorize(address))}")
    sent = next(form for path, form in provider.asked if path == "/token")
    digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]
    assert "code_verifier" not in address


def test_no_token_of_the_provider_is_kept(client, provider):
    through(client, provider)
    assert not SocialToken.objects.exists()
    stored = json.dumps(dict(client.session))
    assert "access token" not in stored
    assert "eyJ" not in stored


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x"])
def test_the_way_back_is_a_page_of_this_dashboard(client, provider, target):
    assert through(client, provider, f"{START}?{query({'next': '/nordhavn/encounters/'})}")["Location"] == (
        "/nordhavn/encounters/"
    )
    assert through(PageClient(), provider, f"{START}?{query({'next': target})}")["Location"] == "/"


def test_a_crafted_link_links_no_account_to_somebody_else(karen, client, provider):
    client.force_login(karen)
    through(client, provider, f"{START}?process=connect&auth_params=prompt%3Dnone")
    assert SocialAccount.objects.get().user != karen


def without(name):
    return lambda claims: claims.pop(name)


def with_(**changes):
    return lambda claims: claims.update(changes)


def unsigned(claims):
    return jwt_of({"alg": "none", "typ": "JWT"}, claims, "")


def jwt_of(header, claims, signature):
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    return ".".join([*parts, signature])


def signed_with_the_public_key(claims):
    """HS256 with what everybody knows as the secret: believed by whoever takes the algorithm from the token."""
    import hmac

    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = jwt_of({"alg": "HS256", "typ": "JWT", "kid": "first"}, claims, "").rstrip(".")
    digest = hmac.new(pem, body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


BENT = {
    "another audience": with_(aud="another-client"),
    "no audience": without("aud"),
    "several audiences, for none": with_(aud=["reading-room", "another-client"]),
    "made for another client": with_(azp="another-client"),
    "another issuer": with_(iss="https://evil.example"),
    "no issuer": without("iss"),
    "expired": with_(exp=int(time.time()) - 300),
    "without an end": without("exp"),
    "not yet valid": with_(nbf=int(time.time()) + 3600),
    "from the future": with_(iat=int(time.time()) + 3600),
    "another nonce": with_(nonce="of another sign-in"),
    "no nonce": without("nonce"),
    "a nonce that is no text": with_(nonce=["x"]),
    "no subject": without("sub"),
    "an empty subject": with_(sub=""),
    "a subject too long": with_(sub="x" * 192),
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT.keys())
def test_a_bent_claim_is_refused(client, provider, bend):
    provider.bend = bend
    assert through(client, provider)["Location"] == REFUSED
    assert not in_session(client)
    assert not User.objects.exists()


FORGED = {
    "no signature": unsigned,
    "an empty signature": lambda claims: signed(claims).rpartition(".")[0] + ".",
    "the public key as a secret": signed_with_the_public_key,
    "another key": lambda claims: signed(claims, OTHER_KEY),
    "an unknown key": lambda claims: signed(claims, kid="second"),
    "no words but noise": lambda claims: "not.a.token",
    "an altered body": lambda claims: ".".join(
        [signed(claims).split(".")[0], signed(claims | {"sub": "admin"}).split(".")[1], signed(claims).split(".")[2]]
    ),
    "a number": lambda claims: 7,
    "nothing": lambda claims: None,
}


@pytest.mark.parametrize("sign", FORGED.values(), ids=FORGED.keys())
def test_a_forged_token_is_refused(client, provider, sign):
    provider.sign = sign
    assert through(client, provider)["Location"] == REFUSED
    assert not in_session(client)
    assert not User.objects.exists()


def test_a_code_or_an_answer_works_once(client, provider):
    back = f"{CALLBACK}?{query(provider.authorize(begin(client)))}"
    assert client.get(back)["Location"] == "/"
    client.post("/accounts/sign-out/")
    assert client.get(back)["Location"] == REFUSED
    assert not in_session(client)


def test_an_answer_to_somebody_elses_sign_in_is_refused(client, provider):
    theirs = provider.authorize(begin(PageClient()))
    begin(client)
    assert client.get(f"{CALLBACK}?{query(theirs)}")["Location"] == REFUSED
    assert not in_session(client)


def test_an_answer_that_comes_too_late_is_refused(client, provider):
    back = provider.authorize(begin(client))
    with time_machine.travel(time.time() + timedelta(minutes=11).total_seconds(), tick=False):
        assert client.get(f"{CALLBACK}?{query(back)}")["Location"] == REFUSED


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"code": "x"},
        {"state": "x"},
        {"error": "access_denied"},
        {"code": "x", "state": "x"},
        {"iss": "https://e.example"},
    ],
)
def test_an_answer_that_nobody_asked_for_is_refused(client, provider, parameters):
    assert client.get(f"{CALLBACK}?{query(parameters)}")["Location"] == REFUSED


def test_an_answer_that_names_another_issuer_is_refused(client, provider):
    back = provider.authorize(begin(client)) | {"iss": "https://evil.example"}
    assert client.get(f"{CALLBACK}?{query(back)}")["Location"] == REFUSED
    assert not in_session(client)


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": "http://169.254.169.254/"},
        {"token_endpoint": "https://user:secret@evil.example/"},
        {"token_endpoint": None},
        {"jwks_uri": 7},
    ],
    ids=str,
)
def test_a_discovery_document_of_odd_addresses_is_refused_before_any_is_asked(client, provider, document):
    provider.document = document
    assert client.get(START)["Location"] == REFUSED
    assert {path for path, _ in provider.asked} == {"/.well-known/openid-configuration"}


@pytest.mark.parametrize(
    "answer",
    [
        (302, {}), (500, {}), (200, "not json"), (200, []), (200, {}), (200, {"access_token": "x"}),
        (200, {"access_token": ["x"], "id_token": {}}), (200, {"access_token": "x", "expires_in": "soon"}),
    ],
    ids=str,
)  # fmt: skip
def test_an_odd_answer_at_the_token_endpoint_is_refused_and_followed_nowhere(client, provider, answer):
    provider.token_answer = answer
    assert through(client, provider)["Location"] == REFUSED
    assert "/elsewhere" not in {path for path, _ in provider.asked}


def test_a_provider_that_is_not_there_is_said_in_words(client, provider, settings):
    settings.OIDC = settings.OIDC.__class__(**vars(settings.OIDC) | {"issuer": "http://127.0.0.1:9"})
    page = client.page(START)
    assert page.status == 403
    assert "You are not signed in" in page.text


@pytest.mark.parametrize(
    ("demand", "claims", "accepted"),
    [
        ({"acr": ("gold", "silver")}, {"acr": "silver"}, True),
        ({"acr": ("gold",)}, {"acr": "silver"}, False),
        ({"acr": ("gold",)}, {}, False),
        ({"amr": ("mfa",)}, {"amr": ["pwd", "mfa"]}, True),
        ({"amr": ("mfa",)}, {"amr": ["pwd"]}, False),
        ({"amr": ("mfa",)}, {"amr": "mfa"}, False),
        ({"amr": ("mfa",)}, {}, False),
        ({"max_age": 600}, {"auth_time": int(time.time()) - 60}, True),
        ({"max_age": 600}, {"auth_time": int(time.time()) - 3600}, False),
        ({"max_age": 600}, {}, False),
    ],
)
def test_how_the_provider_signed_in_can_be_demanded(client, provider, settings, demand, claims, accepted):
    settings.OIDC = settings.OIDC.__class__(**vars(settings.OIDC) | demand)
    provider.bend = with_(**claims)
    assert (through(client, provider)["Location"] == "/") is accepted
    assert in_session(client) is accepted


VARIABLES = {"OIDC_ISSUER": "https://id.example.org", "OIDC_CLIENT_ID": "x", "OIDC_CLIENT_SECRET": "y"}


@pytest.mark.parametrize(
    ("said", "age"), [({}, 900), ({"OIDC_MAX_AGE": "43200"}, 43200), ({"OIDC_MAX_AGE": "any"}, None)]
)
def test_the_sign_in_at_the_provider_may_be_as_old_as_an_idle_session_unless_said_otherwise(said, age):
    assert oidc.read(VARIABLES | said, [], [], max_age=900).max_age == age


def test_what_is_demanded_is_asked_of_the_provider(client, provider, settings):
    assert "max_age" not in begin(client)
    settings.OIDC = replace(settings.OIDC, max_age=900, acr=("gold", "silver"))
    asked = parse_qs(urlsplit(begin(client)).query)
    assert (asked["max_age"], asked["acr_values"]) == (["900"], ["gold silver"])


def test_after_an_idle_end_whoever_comes_next_is_not_signed_in_as_the_one_before(client, provider, settings):
    """The provider ignores what it is asked for and answers at once, by a sign-in that is as old as the session."""
    settings.OIDC = replace(settings.OIDC, max_age=settings.SESSION_IDLE_MINUTES * 60)
    with time_machine.travel(time.time(), tick=False) as clock:
        provider.person["auth_time"] = int(time.time())
        assert through(client, provider)["Location"] == "/"
        clock.shift(timedelta(minutes=settings.SESSION_IDLE_MINUTES, seconds=31))
        assert client.get("/accounts/settings/").status_code == 302
        assert answered(client, provider, through(client, provider)["Location"])["Location"] == REFUSED
        assert not in_session(client)
        provider.person["auth_time"] = int(time.time())
        assert through(client, provider)["Location"] == "/"


@pytest.fixture
def old_sign_in(provider, settings):
    """A provider that heeds no max_age: it answers by a sign-in of an hour ago."""
    settings.OIDC = replace(settings.OIDC, max_age=900)
    provider.person["auth_time"] = int(time.time()) - 3600
    return provider


def test_a_provider_that_heeds_no_max_age_is_asked_once_more_for_a_new_sign_in(client, old_sign_in):
    again = through(client, old_sign_in, f"{START}?{query({'next': '/nordhavn/encounters/'})}")["Location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(again).query).items()}
    assert (asked["prompt"], asked["max_age"], asked["code_challenge_method"]) == ("login", "900", "S256")
    assert not in_session(client)
    assert refused_told() == []
    old_sign_in.person["auth_time"] = int(time.time())
    assert answered(client, old_sign_in, again)["Location"] == "/nordhavn/encounters/"
    assert in_session(client)


def test_a_provider_that_heeds_no_prompt_either_is_refused_with_the_reason_in_the_log(client, old_sign_in, caplog):
    again = through(client, old_sign_in)["Location"]
    answer = answered(client, old_sign_in, again)
    assert answer["Location"] == REFUSED
    assert not in_session(client)
    assert "ID token: the sign-in at the provider is older than OIDC_MAX_AGE, also when asked to be new" in caplog.text
    assert refused_told() == [""]
    page = client.page(REFUSED)
    assert "the line “A sign-in by the OpenID provider was refused”" in page.text
    assert "OIDC_MAX_AGE" not in page.text


def test_no_other_fault_of_a_token_is_asked_about_again(client, old_sign_in):
    old_sign_in.bend = with_(aud="another-client")
    assert through(client, old_sign_in)["Location"] == REFUSED


def test_a_new_sign_in_is_not_asked_for_by_a_crafted_link_nor_at_first(client, provider):
    assert "prompt" not in begin(client, f"{START}?again=1&prompt=login")


def doctor():
    """What it says, and whether it finds something broken."""
    out = StringIO()
    try:
        call_command("doctor", stdout=out, no_color=True)
    except CommandError as error:
        return out.getvalue() + str(error)
    return out.getvalue()


@pytest.mark.parametrize(
    ("claims", "max_age", "warned"),
    [(["sub"], 900, True), (None, 900, True), (["sub", "auth_time"], 900, False), (["sub"], None, False)],
)
def test_doctor_warns_of_a_provider_that_does_not_promise_to_say_when_it_signed_in(
    provider, settings, claims, max_age, warned
):
    settings.OIDC = replace(settings.OIDC, max_age=max_age)
    provider.document = {"claims_supported": claims}
    said = doctor()
    assert ("Without auth_time every sign-in is refused" in said) is warned
    assert "the OpenID provider" not in said.partition("Not in order")[2]


def test_doctor_says_that_the_provider_cannot_be_used(provider):
    provider.document = {"token_endpoint": "http://evil.example/token"}
    said = doctor()
    assert "no discovery document that can be used: OAuth2Error" in said
    assert "the OpenID provider" in said.partition("Not in order")[2]


def test_a_provider_that_does_not_say_when_it_signed_in_is_named_in_the_log(client, provider, settings, caplog):
    settings.OIDC = replace(settings.OIDC, max_age=900)
    assert through(client, provider)["Location"] == REFUSED
    assert "does not say when the sign-in at the provider was (auth_time), see OIDC_MAX_AGE" in caplog.text


def test_a_sign_out_goes_on_to_the_provider(client, provider):
    through(client, provider)
    answer = client.post("/accounts/sign-out/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.exists()
    page = client.page(answer["Location"])
    address = page.response["Refresh"].removeprefix("1; url=")
    assert address.startswith(f"{provider.issuer}/end?")
    asked = parse_qs(urlsplit(address).query)
    assert asked["post_logout_redirect_uri"] == ["http://testserver/accounts/signed-out/"]
    assert "Sign out of Hospital account" in page.text


def test_a_provider_without_a_sign_out_leaves_a_warning(client, provider):
    through(client, provider)
    provider.document = {"end_session_endpoint": "http://evil.example/end"}
    caches["totals"].clear()
    page = client.page(client.post("/accounts/sign-out/")["Location"])
    assert "Refresh" not in page.response
    assert "You may still be signed in at Hospital account" in page.text


def test_a_local_user_does_not_meet_the_provider_at_sign_out(karen, sign_in, client, provider):
    sign_in()
    assert client.post("/accounts/sign-out/")["Location"] == "/accounts/signed-out/"


def test_everybody_asks_for_the_way_to_the_provider_and_it_is_asked_once_for_a_while(client, provider):
    with time_machine.travel(time.time(), tick=False) as clock:
        for _ in range(3):
            begin(PageClient())
        through(client, provider)
        assert asked_for(provider, DISCOVERY) == 1
        clock.shift(timedelta(minutes=5, seconds=1))
        begin(client)
        assert asked_for(provider, DISCOVERY) == 2


def test_a_discovery_document_that_is_refused_is_not_kept(client, provider):
    provider.document = {"issuer": "https://evil.example"}
    assert client.get(START)["Location"] == REFUSED
    provider.document = {}
    assert begin(client).startswith(provider.issuer)


def test_a_kept_document_is_believed_no_more_than_one_that_was_read(client, provider):
    begin(client)
    (key,) = [name.split(":", 2)[2] for name in caches["totals"]._cache if "provider:" in name]
    kept = caches["totals"].get(key)
    for bent in ({"token_endpoint": "http://evil.example/token"}, {"issuer": "https://evil.example"}):
        caches["totals"].set(key, kept | bent)
        assert client.get(START)["Location"] == REFUSED


@pytest.mark.usefixtures("no_redis")
def test_whoever_signs_out_while_redis_is_gone_is_led_to_the_provider_all_the_same(client, provider):
    page = client.page("/accounts/signed-out/?provider=1")
    assert page.response["Refresh"].startswith(f"1; url={provider.issuer}/end?")


@pytest.mark.usefixtures("no_redis")
@pytest.mark.parametrize("path", [START, CALLBACK])
def test_nobody_goes_to_the_provider_uncounted(client, provider, path):
    page = client.page(path)
    assert (page.status, page.state) == (503, ["uncounted"])
    assert not provider.asked


def test_an_address_asks_for_the_way_to_the_provider_so_often_and_no_more(client, provider, settings):
    assert settings.ACCOUNT_RATE_LIMITS["provider"] == "1200/m/ip"
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"provider": "3/m/ip"}
    answers = [client.get(START, REMOTE_ADDR="192.0.2.1").status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]
    assert Session.objects.count() == 1
    assert client.get(START, REMOTE_ADDR="192.0.2.2").status_code == 302


def test_an_address_comes_back_from_the_provider_so_often_and_no_more(client, provider, settings):
    assert settings.ACCOUNT_RATE_LIMITS["provider_callback"] == "1200/m/ip"
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"provider_callback": "3/m/ip"}
    answers = [client.get(CALLBACK, REMOTE_ADDR="192.0.2.1").status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]
    assert through(client, provider)["Location"] == "/"


def test_the_button_is_there_with_a_provider_only(client, provider, settings):
    page = client.page("/accounts/sign-in/?next=/nordhavn/encounters/")
    assert f'href="{START}?next=/nordhavn/encounters/"' in page.html
    assert "Sign in with Hospital account" in page.text
    settings.OIDC = None
    assert "Hospital account" not in client.page("/accounts/sign-in/").text
    assert client.get(START).status_code == 404
    assert client.get(CALLBACK).status_code == 404


def test_the_log_says_why_and_tells_nothing_of_the_token(client, provider, caplog):
    provider.bend = with_(aud="a-secret-audience")
    through(client, provider)
    assert "ID token: InvalidAudienceError" in caplog.text
    assert "a-secret-audience" not in caplog.text
