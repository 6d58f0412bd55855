"""Django's promises about sessions hold for ours, which are read with SQL of our own."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from dashboard.accounts import sessions
from dashboard.accounts.backends import Accounts
from dashboard.accounts.models import User
from dashboard.accounts.sessions import SessionStore
from tests.dashboard.support import NOBODY, NOW, PageClient, make_user

URL = "/accounts/settings/"
PASSWORD = "a long enough password"
pytestmark = pytest.mark.django_db


def signed_in(client):
    return client.get(URL).status_code == 200


@pytest.fixture
def second_client(clinician):
    client = PageClient()
    client.force_login(clinician)
    return client


@pytest.mark.parametrize("table", ["django_session", "accounts_user", "tenants_membership"])
def test_a_page_asks_for_session_user_and_memberships_once_each(page_client, django_assert_max_num_queries, table):
    page_client.page("/nordhavn/encounters/")  # the tenant's log begins with its first page
    with django_assert_max_num_queries(20) as asked:
        page_client.page("/nordhavn/encounters/")
    assert sum(f"FROM {table} " in query["sql"].replace('"', "") for query in asked.captured_queries) == 1


def test_the_user_of_a_session_is_the_user_in_the_database(clinician):
    clinician.first_name, clinician.time_zone, clinician.shortcuts = "Ñandú", "Europe/Copenhagen", False
    clinician.save()
    found = Accounts().get_user(clinician.pk)
    assert found.get_deferred_fields() == {"last_login", "date_joined"}
    for field in User._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(User.objects.get(pk=clinician.pk), field.attname)


def test_nobody_is_found_for_a_deleted_or_disabled_account(clinician):
    User.objects.filter(pk=clinician.pk).update(is_active=False)
    assert Accounts().get_user(clinician.pk) is None
    clinician.delete()
    assert Accounts().get_user(clinician.pk) is None


def test_a_deleted_account_is_signed_out(page_client, clinician):
    assert signed_in(page_client)
    clinician.delete()
    assert not signed_in(page_client)


def test_a_session_past_its_end_is_over(page_client):
    assert signed_in(page_client)
    Session.objects.update(expire_date=timezone.now() - timedelta(milliseconds=10))
    assert not signed_in(page_client)


def test_a_session_shortly_before_its_end_is_not_over(page_client):
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    assert signed_in(page_client)


def test_sessions_that_are_over_go_with_those_that_begin(page_client, clinician, monkeypatch):
    monkeypatch.setattr(sessions, "TAKEN_AWAY", 2)
    alive = page_client.session.session_key
    for number in range(3):
        Session.objects.create(session_key=f"over{number}", expire_date=timezone.now() - timedelta(seconds=1))

    def left():
        return Session.objects.filter(session_key__startswith="over").count()

    SessionStore().create()
    assert left() == 1
    PageClient().force_login(clinician)
    assert left() == 0
    assert Session.objects.filter(session_key=alive).exists()


def test_a_session_that_was_never_made_is_empty_and_gives_its_key_up():
    store = SessionStore("x" * 32)
    assert store.get(SESSION_KEY) is None
    assert store.session_key is None


@pytest.mark.parametrize("data", ["", "no session at all", "eyJfYXV0aF91c2VyX2lkIjoiMSJ9:1vN:forged"])
def test_a_session_that_was_tampered_with_is_empty(page_client, data):
    Session.objects.update(session_data=data)
    assert not signed_in(page_client)


def test_a_sign_out_ends_the_session_on_the_server(page_client, settings):
    cookie = page_client.session.session_key
    page_client.post("/accounts/sign-out/")
    assert not Session.objects.filter(session_key=cookie).exists()
    other = PageClient()
    other.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert not signed_in(other)


def test_a_new_password_ends_every_other_session_of_the_user(page_client, second_client):
    assert signed_in(second_client)
    new = "an even longer password"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert page_client.post("/accounts/password/", form).status_code == 302
    assert signed_in(page_client)
    assert not signed_in(second_client)


def test_a_session_survives_a_rotated_key_with_a_new_session_key(page_client, settings):
    before = page_client.session.session_key
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another secret of the tests" * 2, [settings.SECRET_KEY]
    assert signed_in(page_client)
    assert page_client.session.session_key != before
    settings.SECRET_KEY_FALLBACKS = []
    assert signed_in(page_client)


def test_a_session_does_not_survive_a_key_that_was_replaced(page_client, settings):
    assert signed_in(page_client)
    settings.SECRET_KEY = "another secret of the tests" * 2
    assert not signed_in(page_client)


def test_settings_saved_from_a_page_leave_other_fields_alone(page_client, clinician):
    joined, login = clinician.date_joined, User.objects.get(pk=clinician.pk).last_login
    assert page_client.post(URL, {"time_zone": "Europe/Oslo"}).status_code == 302
    saved = User.objects.get(pk=clinician.pk)
    assert (saved.time_zone, saved.shortcuts, saved.date_joined, saved.last_login) == (
        "Europe/Oslo", False, joined, login,
    )  # fmt: skip


@pytest.fixture
def meanwhile(monkeypatch):
    """Changes the user's row once, right after the request has loaded it."""

    def meanwhile(**changes):
        load = Accounts.get_user

        def loaded(self, user_id):
            monkeypatch.setattr(Accounts, "get_user", load)
            user = load(self, user_id)
            User.objects.filter(pk=user_id).update(**changes)
            return user

        monkeypatch.setattr(Accounts, "get_user", loaded)

    return meanwhile


NEW_PASSWORD = "an even longer password"
OWN_PASSWORD = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
TAKEN_AWAY = {"is_active": False, "is_staff": False, "is_superuser": False, "sessions_ended": 7}


@pytest.mark.parametrize(("url", "form"), [(URL, {"time_zone": "Europe/Oslo"}), ("/accounts/password/", OWN_PASSWORD)])
def test_what_was_taken_away_while_the_user_saves_something_stays_so(page_client, clinician, meanwhile, url, form):
    User.objects.filter(pk=clinician.pk).update(is_staff=True, is_superuser=True)
    meanwhile(**TAKEN_AWAY)
    assert page_client.post(url, form).status_code == 302
    saved = User.objects.get(pk=clinician.pk)
    assert {name: getattr(saved, name) for name in TAKEN_AWAY} == TAKEN_AWAY
    assert saved.time_zone == form.get("time_zone", "")
    assert saved.check_password(form.get("new_password1", PASSWORD))


def test_a_password_that_an_administrator_sets_while_the_user_changes_it_stays(page_client, clinician, meanwhile):
    given = "given by an administrator"
    meanwhile(password=make_password(given))
    assert page_client.post("/accounts/password/", OWN_PASSWORD).status_code == 302
    assert User.objects.get(pk=clinician.pk).check_password(given)
    assert not signed_in(page_client)


@pytest.fixture
def clock(db):
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture
def member(clock, clinician):
    """Someone who signed in at ``NOW``."""
    client = PageClient()
    client.force_login(clinician)
    return client


def wait(clock, **span):
    clock.shift(timedelta(**span))


def poll(client):
    return client.get(URL, headers={"X-Unattended": "1"})


def test_polling_never_keeps_a_session(member, clock):
    for _ in range(29):
        wait(clock, seconds=30)
        assert poll(member).status_code == 200
    wait(clock, seconds=30)
    assert poll(member).status_code == 302
    wait(clock, minutes=1)
    assert not signed_in(member)


def test_playing_a_sound_never_keeps_a_session(member, clock):
    """The browser's player asks for the next piece by itself, long after whoever pressed Play has left."""
    sound = reverse("encounters:recording", args=["nordhavn", NOBODY, NOBODY])
    for _ in range(29):
        wait(clock, seconds=30)
        assert SESSION_KEY in member.session
        member.get(sound, headers={"Range": "bytes=1000-"})
    wait(clock, seconds=30)
    assert member.get(sound).status_code == 302
    assert not signed_in(member)


def test_a_poll_that_writes_to_the_session_does_not_keep_it(member, clock):
    wait(clock, minutes=14)
    store = SessionStore(member.cookies["session"].value)
    store.attended = False
    store["something"] = 1
    store.save()
    wait(clock, minutes=1)
    assert not signed_in(member)


def test_activity_shortly_before_the_end_keeps_a_session(member, clock):
    for _ in range(3):
        wait(clock, minutes=14, seconds=59)
        assert signed_in(member)
    wait(clock, minutes=15)
    assert not signed_in(member)


def test_a_session_ends_twelve_hours_after_the_sign_in_in_spite_of_activity(member, clock):
    for _ in range(12 * 6 - 1):
        wait(clock, minutes=10)
        assert signed_in(member)
    assert member.get(URL)["X-Session-Ends-In"] == "600"
    wait(clock, minutes=10)
    assert not signed_in(member)


def test_a_new_password_does_not_move_the_absolute_end(member, clock):
    for _ in range(12 * 6 - 1):
        wait(clock, minutes=10)
        assert signed_in(member)
    new = "an even longer password"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert member.post("/accounts/password/", form).status_code == 302
    wait(clock, minutes=10)
    assert not signed_in(member)


def test_staying_signed_in_moves_the_end_and_says_so(member, clock):
    wait(clock, minutes=14)
    assert poll(member)["X-Session-Ends-In"] == "60"
    answer = member.post("/accounts/stay/")
    assert (answer.status_code, answer["X-Session-Ends-In"]) == (204, "900")
    wait(clock, minutes=14)
    assert signed_in(member)


def test_nobody_stays_in_a_session_that_is_over(member, clock):
    wait(clock, minutes=15)
    answer = member.post("/accounts/stay/")
    assert answer.status_code == 302
    assert "ended=1" in answer["Location"]
    assert not signed_in(member)


def test_staying_takes_a_post(member):
    assert member.get("/accounts/stay/").status_code == 405


def test_the_activity_of_one_user_keeps_nobody_else(member, clock):
    other = PageClient()
    other.force_login(make_user("other", ["nordhavn"]))
    wait(clock, minutes=10)
    assert signed_in(member)
    wait(clock, minutes=6)
    assert signed_in(member)
    assert not signed_in(other)


def test_activity_is_written_once_a_minute(member, clock, django_assert_max_num_queries):
    def writes(seconds):
        wait(clock, seconds=seconds)
        with django_assert_max_num_queries(20) as asked:
            member.get(URL)
        return sum("UPDATE django_session" in query["sql"].replace('"', "") for query in asked.captured_queries)

    assert [writes(seconds) for seconds in (20, 20, 20, 20, 40)] == [0, 0, 1, 0, 1]


def test_the_page_knows_how_long_its_session_lasts(member, clock):
    wait(clock, minutes=5)
    assert member.page(URL).one(r'<body[^>]* data-ends-in="(\d+)"') == "900"


def test_a_sign_in_has_a_new_key_and_keeps_nothing_from_before(clinician):
    client = PageClient()
    planted = SessionStore()
    planted["planted"] = "something"
    planted.save()
    client.cookies["session"] = planted.session_key
    client.post("/accounts/sign-in/", {"username": "clinician", "password": PASSWORD})
    assert signed_in(client)
    assert client.session.session_key != planted.session_key
    assert "planted" not in client.session
    assert not Session.objects.filter(session_key=planted.session_key).exists()


def test_a_key_that_somebody_made_up_is_not_taken_over(clinician):
    client = PageClient()
    client.cookies["session"] = "x" * 32
    client.post("/accounts/sign-in/", {"username": "clinician", "password": PASSWORD})
    assert signed_in(client)
    assert client.cookies["session"].value != "x" * 32


def test_every_timer_in_a_template_says_that_nobody_asked():
    timers = [
        tag
        for path in Path("templates").rglob("*.html")
        for tag in re.findall(r"<[a-z][^>]*hx-trigger=[^>]*>", path.read_text())
        if re.search(r'hx-trigger="[^"]*\b(every|load|revealed|intersect)\b', tag)
    ]
    assert timers
    assert all("X-Unattended" in tag for tag in timers)


HTTPS_SIGN_IN = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
from dashboard.accounts.models import User
User.objects.create_user("someone", password="a long enough password")
client = Client(SERVER_NAME="localhost")
client.get("/accounts/sign-in/", secure=True)
client.post("/accounts/sign-in/", {"username": "someone", "password": "a long enough password"}, secure=True)
print(*[morsel.OutputString() for morsel in client.cookies.values()], sep="\\n")
"""


def test_over_https_cookies_are_bound_to_this_very_host():
    variables = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    variables |= {"HTTPS": "on", "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", HTTPS_SIGN_IN]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60)
    cookies = {line.partition("=")[0]: set(line.split("; ")) for line in done.stdout.splitlines()}
    assert set(cookies) == {"__Host-session", "__Host-csrf"}, done.stderr
    for marks in cookies.values():
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= marks
        assert not any(mark.startswith("Domain") for mark in marks)
