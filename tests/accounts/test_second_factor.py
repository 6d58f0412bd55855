"""Second factors: set up, asked for, demanded by role, lost and taken away."""

import json
import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import SESSION_KEY
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils.http import urlencode

from dashboard.accounts.models import User
from dashboard.audit import routing
from dashboard.audit.models import Entry
from dashboard.tenants import second_factor
from dashboard.tenants.second_factor import OPEN
from tests.accounts.codes import code
from tests.accounts.conftest import PASSWORD
from tests.dashboard.support import PageClient, make_user, of_the_page

SECURITY, APP, CODES = "/accounts/security/", "/accounts/security/app/", "/accounts/security/codes/"
SECOND, CONFIRM = "/accounts/sign-in/second-step/", "/accounts/security/confirm/"
PAGE = "/accounts/settings/"


@pytest.fixture(autouse=True)
def commit(monkeypatch):
    """allauth tells of a new app once it is committed, which in these tests is never."""
    monkeypatch.setattr(transaction, "on_commit", lambda tell, using=None: tell())


@pytest.fixture
def clock():
    with time_machine.travel(1_790_000_010, tick=False) as clock:
        yield clock


@pytest.fixture
def enrolled(karen, client, sign_in, clock):
    """Karen with an app and recovery codes, signed out again: (secret of the app, the codes)."""
    sign_in()
    secret = client.page(APP).one(r'<p class="secret"><code>(.*?)</code>')
    page = client.page(APP, method="post", data={"code": code(secret)})
    codes = page.all(r"<li><code>(\d{8})</code></li>")
    client.post("/accounts/sign-out/")
    clock.shift(timedelta(minutes=10))
    return secret, codes


def signed_in(client):
    return SESSION_KEY in client.session


def second(client, answer):
    return client.post(SECOND, {"code": answer})


def test_an_app_is_set_up_with_a_picture_a_key_and_ten_codes_shown_once(karen, client, sign_in, clock):
    sign_in()
    page = client.page(APP)
    assert re.search(r'<svg class="qr" viewBox="0 0 [\d.]+ [\d.]+".*<path d="M', page.html, re.DOTALL)
    secret = page.one(r'<p class="secret"><code>(.*?)</code>')
    shown = client.page(APP, method="post", data={"code": code(secret)})
    assert shown.response.redirect_chain == [(CODES, 302)]
    assert len(shown.all(r"<li><code>(\d{8})</code></li>")) == 10
    again = client.page(CODES)
    assert again.all(r"<li><code>") == []
    assert "10 are left" in again.text


def test_a_wrong_code_sets_nothing_up(karen, client, sign_in, clock):
    sign_in()
    secret = client.page(APP).one(r'<p class="secret"><code>(.*?)</code>')
    wrong = f"{(int(code(secret)) + 1) % 1_000_000:06}"
    assert "This code is not right" in client.page(APP, method="post", data={"code": wrong}).text
    assert not Authenticator.objects.exists()


def test_the_password_alone_no_longer_signs_in(enrolled, client, sign_in):
    assert sign_in()["Location"] == SECOND
    assert not signed_in(client)
    assert client.get(PAGE).status_code == 302
    assert "Second step" in client.page("/accounts/sign-in/").title


def test_password_and_code_lead_to_the_page_that_was_asked_for(enrolled, client, sign_in):
    sign_in(next=PAGE)
    before = client.session.session_key
    assert second(client, code(enrolled[0]))["Location"] == PAGE
    assert signed_in(client)
    assert client.session.session_key != before


def test_the_code_that_set_the_app_up_signs_nobody_in(karen, client, sign_in, clock):
    sign_in()
    secret = client.page(APP).one(r'<p class="secret"><code>(.*?)</code>')
    client.post(APP, {"code": code(secret)})
    client.post("/accounts/sign-out/")
    sign_in()
    second(client, code(secret))
    assert not signed_in(client)
    clock.shift(timedelta(seconds=30))
    second(client, code(secret))
    assert signed_in(client)


def test_a_code_works_once(enrolled, client, sign_in):
    sign_in()
    now = code(enrolled[0])
    second(client, now)
    client.post("/accounts/sign-out/")
    sign_in()
    assert "only once" in second(client, now).content.decode()
    assert not signed_in(client)


@pytest.mark.parametrize("steps", [-2, -1, 1, 2])
def test_a_code_of_another_half_minute_does_not_work(enrolled, client, sign_in, steps):
    sign_in()
    second(client, code(enrolled[0], steps))
    assert not signed_in(client)


def test_codes_cannot_be_guessed_in_a_row(enrolled, client, sign_in):
    sign_in()
    wrong = f"{(int(code(enrolled[0])) + 1) % 1_000_000:06}"
    answers = [second(client, wrong).content.decode() for _ in range(6)]
    assert ["Too many failed attempts" in answer for answer in answers] == [False] * 5 + [True]
    assert "Too many failed attempts" in second(client, code(enrolled[0])).content.decode()
    assert not signed_in(client)


def test_a_recovery_code_works_once(enrolled, client, sign_in):
    sign_in()
    assert second(client, enrolled[1][3])["Location"] == "/"
    assert "9 left" in client.page(SECURITY).text
    client.post("/accounts/sign-out/")
    sign_in()
    second(client, enrolled[1][3])
    assert not signed_in(client)
    assert second(client, enrolled[1][4])["Location"] == "/"


def test_new_recovery_codes_end_the_old_ones(enrolled, client, sign_in):
    sign_in()
    second(client, code(enrolled[0]))
    page = client.page("/accounts/security/codes/new/", method="post")
    fresh = page.all(r"<li><code>(\d{8})</code></li>")
    assert len(set(fresh) - set(enrolled[1])) == 10
    client.post("/accounts/sign-out/")
    sign_in()
    second(client, enrolled[1][0])
    assert not signed_in(client)


def test_a_waiting_sign_in_can_be_left(enrolled, client, sign_in):
    sign_in()
    assert client.post("/accounts/sign-in/start-over/")["Location"] == "/accounts/sign-in/"
    assert client.page("/accounts/sign-in/").title.startswith("Sign in")
    assert second(client, code(enrolled[0]))["Location"].startswith("/accounts/sign-in/")
    assert not signed_in(client)


def test_a_waiting_sign_in_ends_by_itself(enrolled, client, sign_in, clock):
    sign_in()
    clock.shift(timedelta(minutes=16))
    second(client, code(enrolled[0]))
    assert not signed_in(client)


CHANGES = [APP, "/accounts/security/app/remove/", "/accounts/security/passkeys/add/", "/accounts/security/codes/new/"]


@pytest.mark.parametrize("url", CHANGES)
def test_a_factor_changes_only_shortly_after_a_sign_in(enrolled, client, sign_in, clock, url):
    sign_in()
    second(client, code(enrolled[0]))
    clock.shift(timedelta(minutes=6))
    for method in ("get", "post"):
        answer = getattr(client, method)(url)
        if url == APP:  # set up already: led to where it is removed, which asks
            assert answer["Location"] in (
                "/accounts/security/app/remove/",
                f"{CONFIRM}?next=%2Faccounts%2Fsecurity%2Fapp%2F",
            )
        else:
            assert answer["Location"].startswith(f"{CONFIRM}?next=")
    assert Authenticator.objects.count() == 2
    client.post(f"{CONFIRM}?next={url}", {"password": PASSWORD})
    assert CONFIRM not in client.get(url).headers.get("Location", "")


def test_a_form_that_came_too_late_is_sent_again_and_logged_as_what_it_is(enrolled, client, sign_in, clock):
    url = "/accounts/security/app/remove/"
    sign_in()
    second(client, code(enrolled[0]))
    clock.shift(timedelta(minutes=6))
    told = Entry.objects.using(routing.alias()).count()
    confirm = client.post(url)["Location"]
    page = client.page(confirm, method="post", data={"password": PASSWORD})
    assert page.response.redirect_chain == [(url, 302)]
    assert "Nothing has been changed yet" in page.text
    assert Authenticator.objects.count() == 2
    assert client.post(url)["Location"] == SECURITY
    assert not Authenticator.objects.exists()
    entries = Entry.objects.using(routing.alias()).order_by("pk")[told:]
    assert [(entry.route, entry.outcome) for entry in entries if entry.action == "U"] == [
        ("mfa_deactivate_totp", "refused"),
        ("account_reauthenticate", "done"),
        ("mfa_deactivate_totp", "done"),
    ]


def test_a_wrong_password_confirms_nothing(enrolled, client, sign_in, clock):
    sign_in()
    second(client, code(enrolled[0]))
    clock.shift(timedelta(minutes=6))
    page = client.page(f"{CONFIRM}?next={CHANGES[1]}", method="post", data={"password": "wrong"})
    assert "not your password" in page.text
    assert client.get(CHANGES[1])["Location"].startswith(CONFIRM)


def test_removing_the_app_takes_the_recovery_codes_along(enrolled, client, sign_in):
    sign_in()
    second(client, code(enrolled[0]))
    client.page("/accounts/security/app/remove/")
    assert client.post("/accounts/security/app/remove/")["Location"] == SECURITY
    assert not Authenticator.objects.exists()
    client.post("/accounts/sign-out/")
    assert sign_in()["Location"] == "/"


def test_nothing_secret_is_in_the_database_in_clear(enrolled):
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert enrolled[0].replace(" ", "") not in stored
    assert not any(shown in stored for shown in enrolled[1])
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert seed.startswith("gAAAA")


@pytest.fixture
def rotated(enrolled, settings):
    """Under a new key, beside which the former one still stands."""
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of the tests" * 2
    return enrolled


def reencrypt():
    out = StringIO()
    call_command("reencrypt", stdout=out)
    return out.getvalue()


def warned():
    return [message.id for message in run_checks(tags=[Tags.database], databases=["default"])]


def test_factors_survive_a_rotated_key_and_not_a_lost_one(rotated, client, sign_in, settings):
    sign_in()
    assert second(client, code(rotated[0]))["Location"] == "/"
    settings.SECRET_KEY_FALLBACKS = []
    lost = get_adapter().decrypt(Authenticator.objects.get(type="totp").data["secret"])
    assert len(lost) == 32
    assert lost != get_adapter().decrypt(Authenticator.objects.get(type="totp").data["secret"])


def test_encrypted_anew_factors_need_the_former_key_no_longer(rotated, client, sign_in, settings, clock):
    assert warned() == ["dashboard.W005"]
    said = reencrypt()
    assert "2 secrets of second factors are encrypted anew" in said
    assert "No second factor needs SECRET_KEY_FALLBACKS" in said
    settings.SECRET_KEY_FALLBACKS = []
    assert warned() == []
    sign_in()
    assert second(client, code(rotated[0]))["Location"] == "/"
    client.post("/accounts/sign-out/")
    sign_in()
    assert second(client, rotated[1][0])["Location"] == "/"
    stored = list(Authenticator.objects.order_by("pk").values_list("data", flat=True))
    assert "0 secrets" in reencrypt()
    assert stored == list(Authenticator.objects.order_by("pk").values_list("data", flat=True))


def test_codes_that_are_used_up_stay_so_when_they_are_encrypted_anew(rotated, client, sign_in):
    sign_in()
    second(client, rotated[1][0])
    client.post("/accounts/sign-out/")
    reencrypt()
    sign_in()
    second(client, rotated[1][0])
    assert not signed_in(client)


def test_factors_of_a_key_that_was_removed_too_early_are_told_and_left_as_they_are(rotated, settings):
    former, settings.SECRET_KEY_FALLBACKS = settings.SECRET_KEY_FALLBACKS, []
    assert warned() == ["dashboard.W006"]
    with pytest.raises(CommandError, match="2 are opened by no key"):
        reencrypt()
    settings.SECRET_KEY_FALLBACKS = former
    assert "2 secrets" in reencrypt()


# --- Demanded by role -------------------------------------------------------------------------------------------------


@pytest.fixture
def demanded(settings):
    settings.MFA_REQUIRED = ("admin", "auditor")


@pytest.mark.parametrize(
    ("member", "asked"),
    [
        ({"roles": ("clinician",)}, False),
        ({"roles": ("clinician", "auditor")}, True),
        ({"roles": ("admin",)}, True),
        ({"roles": ()}, False),
        ({"roles": (), "is_staff": True}, True),
    ],
    ids=str,
)
def test_the_second_factor_is_demanded_by_role(client, demanded, member, asked):
    client.force_login(make_user("member", ["nordhavn"], **member))
    answer = client.get(PAGE)
    assert (answer.status_code == 302) is asked
    if asked:
        assert answer["Location"] == f"{SECURITY}?needed=1"


@pytest.mark.parametrize("required", ["clinician", "exporter", "auditor", "admin"])
def test_staff_need_a_second_factor_where_any_role_does(client, settings, required):
    settings.MFA_REQUIRED = (required,)
    client.force_login(make_user("staff", [], is_staff=True))
    for url in (PAGE, "/admin/", "/admin/accounts/user/"):
        assert client.get(url)["Location"] == f"{SECURITY}?needed=1"


def test_a_role_in_any_tenant_counts(client, demanded):
    user = make_user("member", ["nordhavn"])
    user.memberships.create(tenant="riverside", clinician=False, admin=True)
    client.force_login(user)
    assert client.get("/nordhavn/encounters/").status_code == 302


def urls():
    def walk(resolver, space=""):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
            elif pattern.name:
                yield f"{space}{pattern.name}"

    for name in sorted(set(walk(get_resolver()))):
        for arguments in ([], ["nordhavn"], ["nordhavn", "AAAA"], [1], ["accounts", "user"], ["tenants"]):
            try:
                yield name, reverse(name, args=arguments)
                break
            except Exception:
                continue


@pytest.mark.parametrize(("name", "url"), [found for found in urls() if found[0] not in OPEN])
def test_without_it_nothing_is_seen_on_any_page(client, settings, name, url):
    settings.MFA_REQUIRED = ("clinician", "admin")
    client.force_login(
        make_user("member", ["nordhavn"], roles=("clinician", "admin"), is_staff=True, is_superuser=True)
    )
    for headers in ({}, {"HX-Request": "true"}):
        for method in ("get", "post"):
            answer = getattr(client, method)(url, headers=headers)
            if name in {"admin:login", "admin:logout"} and method == "post":
                continue
            target = answer["HX-Redirect"] if headers else answer["Location"]
            assert target == f"{SECURITY}?needed=1"
            assert answer.content == b""


def test_setting_one_up_opens_the_way(karen, client, sign_in, settings, clock):
    settings.MFA_REQUIRED = ("clinician",)
    assert sign_in(next=PAGE)["Location"] == PAGE
    page = client.page(PAGE)
    assert page.state == ["factor-needed"]
    secret = client.page(APP).one(r'<p class="secret"><code>(.*?)</code>')
    client.post(APP, {"code": code(secret)})
    assert client.get(PAGE).status_code == 200


def test_a_session_from_before_is_asked_for_the_factor_that_was_set_up_elsewhere(enrolled, karen, client, settings):
    settings.MFA_REQUIRED = ("clinician",)
    client.force_login(User.objects.get())
    answer = client.get(PAGE)
    assert answer["Location"] == "/accounts/security/confirm/code/?next=%2Faccounts%2Fsettings%2F"
    assert client.get(APP, follow=True).redirect_chain[-1][0].startswith((CONFIRM, "/accounts/security/"))
    assert client.get(PAGE).status_code == 302
    assert client.post(answer["Location"], {"code": code(enrolled[0])})["Location"] == PAGE
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("required", [(), ("clinician",)], ids=str)
@pytest.mark.parametrize("name", sorted(second_factor.CHANGES))
def test_a_password_alone_changes_no_factor_of_an_account_that_has_one(
    karen, client, sign_in, settings, clock, name, required
):
    settings.MFA_REQUIRED = required
    sign_in()
    TOTP.activate(karen, "ABCDEFGHIJKLMNOP")
    url = reverse(name, args=[1] if name == "mfa_remove_webauthn" else [])
    assert client.get(url)["Location"] == f"{CONFIRM}code/?{urlencode({'next': url})}"
    assert client.post(url)["Location"] == f"{CONFIRM}code/?next=%2F"
    client.post(CONFIRM, {"password": PASSWORD})
    assert client.get(url)["Location"].startswith(f"{CONFIRM}code/")
    client.post(f"{CONFIRM}code/", {"code": code("ABCDEFGHIJKLMNOP")})
    assert not client.get(url).headers.get("Location", "").startswith(CONFIRM)


def test_the_first_factor_ends_the_sessions_that_began_without_one_and_a_further_one_ends_none(
    karen, client, sign_in, clock
):
    sign_in()
    other = PageClient()
    other.force_login(karen)
    secret = client.page(APP).one(r'<p class="secret"><code>(.*?)</code>')
    client.post(APP, {"code": code(secret)})
    assert (client.get(PAGE).status_code, other.get(PAGE).status_code) == (200, 302)
    other.force_login(User.objects.get(pk=karen.pk))
    passkey = Authenticator.objects.create(user=karen, type=Authenticator.Type.WEBAUTHN, data={})
    request = client.get(PAGE).wsgi_request
    authenticator_added.send(Authenticator, request=request, user=request.user, authenticator=passkey)
    assert (client.get(PAGE).status_code, other.get(PAGE).status_code) == (200, 200)


def test_a_session_with_a_second_factor_costs_no_query_for_it(enrolled, client, sign_in, settings):
    sign_in()
    second(client, code(enrolled[0]))
    client.get(PAGE)
    for required in ((), ("clinician",)):
        settings.MFA_REQUIRED = required
        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE)
        assert len(of_the_page(asked)) == 2


# --- Help by an administrator, and by oneself -------------------------------------------------------------------------


@pytest.fixture
def administrator(client):
    boss = make_user("boss", [], is_staff=True, is_superuser=True)
    admin_client = PageClient()
    admin_client.force_login(boss)
    return admin_client


def act(administrator, action, user):
    form = {"action": action, "_selected_action": [user.pk]}
    return administrator.post("/admin/accounts/user/", form, follow=True)


def test_an_administrator_signs_somebody_out_everywhere(karen, sign_in, client, administrator):
    sign_in()
    other = PageClient()
    other.force_login(karen)
    act(administrator, "sign_out_everywhere", karen)
    assert client.get(PAGE).status_code == other.get(PAGE).status_code == 302
    assert administrator.get(PAGE).status_code == 200
    assert sign_in()["Location"] == "/"


def test_an_administrator_takes_the_factors_of_a_lost_phone_away(enrolled, karen, sign_in, client, administrator):
    sign_in()
    second(client, code(enrolled[0]))
    act(administrator, "take_second_factors", karen)
    assert client.get(PAGE).status_code == 302
    assert not Authenticator.objects.exists()
    assert sign_in()["Location"] == "/"


def test_a_user_signs_out_everywhere_else_and_stays_here(karen, sign_in, client):
    sign_in()
    other = PageClient()
    other.force_login(karen)
    page = client.page("/accounts/sign-out/everywhere-else/", method="post")
    assert "signed out everywhere else" in page.text
    assert client.get(PAGE).status_code == 200
    assert other.get(PAGE).status_code == 302


def test_the_admin_site_has_no_sign_in_of_its_own(client, db):
    User.objects.create_superuser("boss", password=PASSWORD)
    answer = client.post("/admin/login/", {"username": "boss", "password": PASSWORD})
    assert answer["Location"].startswith("/accounts/sign-in/?next=")
    assert not signed_in(client)
    assert client.get("/admin/")["Location"].startswith(("/accounts/sign-in/?next=", "/admin/login/"))


def test_no_table_of_secrets_is_in_the_admin_site(administrator):
    page = administrator.page("/admin/")
    for word in ("authenticator", "Social", "Email"):
        assert word not in page.text


def test_the_pages_say_what_is_set_up(enrolled, client, sign_in):
    sign_in()
    assert "Code from your authenticator app, or a recovery code" in client.page(SECOND).text
    second(client, code(enrolled[0]))
    page = client.page(SECURITY)
    assert "Authenticator app Set up" in page.text
    assert "10 left" in page.text
    assert client.page("/accounts/security/passkeys/add/").all(r'data-options="(\{.*?\})"')
