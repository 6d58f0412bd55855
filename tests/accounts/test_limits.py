"""Guessing is slow, for an account from an address and for an address; nobody is kept out by somebody else."""

import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
import time_machine
from allauth.core.internal.ratelimit import parse_rates
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.db import connections
from django.test.utils import CaptureQueriesContext

from dashboard.accounts.models import KnownAddress
from tests.accounts.codes import code
from tests.accounts.conftest import PASSWORD
from tests.dashboard.support import PageClient, make_user

ROOT = Path(__file__).resolve().parents[2]
TOO_MANY = "Too many failed attempts"


def refused(answer):
    assert answer.status_code == 200
    return TOO_MANY in answer.content.decode()


def test_after_five_wrong_passwords_the_right_one_waits_five_minutes(karen, sign_in):
    with time_machine.travel(time.time(), tick=False) as clock:
        assert not any(refused(sign_in(password="wrong")) for _ in range(5))
        assert refused(sign_in(password="wrong"))
        assert refused(sign_in())
        clock.shift(timedelta(minutes=5, seconds=1))
        assert sign_in()["Location"] == "/"


def test_the_right_password_from_another_address_is_not_kept_out(karen, sign_in):
    for _ in range(7):
        sign_in(password="wrong", address="203.0.113.9")
    assert sign_in(address="192.0.2.1")["Location"] == "/"


def test_the_addresses_of_one_network_of_ipv6_are_one(karen, sign_in):
    for number in range(5):
        sign_in(password="wrong", address=f"2001:db8:1:2::{number}")
    assert refused(sign_in(address="2001:db8:1:2:ffff::9"))
    assert sign_in(address="2001:db8:1:3::9")["Location"] == "/"


def test_one_address_alone_never_uses_an_account_up(settings):
    rates = {name: parse_rates(rate) for name, rate in settings.ACCOUNT_RATE_LIMITS.items()}
    (here,) = [rate for rate in rates["login_failed"] if rate.per == "key"]
    (anywhere,) = rates["login_failed_anywhere"]
    assert anywhere.amount > 2 * here.amount * anywhere.duration / here.duration


@pytest.fixture
def six_an_hour(settings):
    """As few as need no long test."""
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed_anywhere": "6/h/key"}


def wrong_passwords(sign_in, count, username="karen"):
    """Each from an address of its own, so that no other limit is met."""
    return [refused(sign_in(username, "wrong", f"198.51.100.{number}")) for number in range(count)]


@pytest.mark.usefixtures("six_an_hour")
@pytest.mark.parametrize("username", ["karen", "nobody"])
def test_an_account_is_guessed_slowly_from_however_many_addresses(karen, sign_in, username):
    with time_machine.travel(time.time(), tick=False) as clock:
        assert not any(wrong_passwords(sign_in, 6, username))
        page = sign_in(username, "wrong", address="203.0.113.9")
        assert "Please sign in from where you usually do, or try again in an hour" in page.content.decode()
        assert refused(sign_in(username, PASSWORD, address="203.0.113.9"))
        clock.shift(timedelta(hours=1, seconds=1))
        assert not refused(sign_in(username, "wrong", address="203.0.113.9"))


@pytest.mark.usefixtures("six_an_hour")
def test_guessing_from_everywhere_keeps_nobody_out_where_they_sign_in(karen, sign_in, client):
    with time_machine.travel(time.time(), tick=False) as clock:
        assert sign_in(address="192.0.2.1")["Location"] == "/"
        client.post("/accounts/sign-out/")
        clock.shift(timedelta(days=29))
        wrong_passwords(sign_in, 7)
        assert sign_in(address="192.0.2.1")["Location"] == "/"
        client.post("/accounts/sign-out/")
        assert refused(sign_in(address="192.0.2.2"))
        # For nobody else either, and not for ever.
        clock.shift(timedelta(days=31))
        wrong_passwords(sign_in, 7)
        assert refused(sign_in(address="192.0.2.1"))


@pytest.mark.usefixtures("six_an_hour")
@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8:1:2::1"])
def test_a_cache_that_is_lost_and_a_new_key_forget_no_address(karen, sign_in, client, settings, address):
    sign_in(address=address)
    client.post("/accounts/sign-out/")
    cache.clear()
    settings.SECRET_KEY = "another key, of no use anywhere"
    wrong_passwords(sign_in, 7)
    assert refused(sign_in(address="192.0.2.2"))
    assert sign_in("KAREN", address=address)["Location"] == "/"


def test_an_address_is_kept_once_an_account_and_goes_when_it_is_forgotten(karen, sign_in, client):
    make_user("jonas", ["nordhavn"])
    with time_machine.travel(time.time(), tick=False) as clock:
        for name in ("karen", "karen", "jonas"):
            sign_in(name)
            client.post("/accounts/sign-out/")
        assert KnownAddress.objects.count() == 2
        clock.shift(timedelta(days=30))
        sign_in("jonas", address="192.0.2.2")
    assert [str(known) for known in KnownAddress.objects.all()] == ["192.0.2.2"]


@pytest.mark.usefixtures("six_an_hour")
def test_right_passwords_from_anywhere_use_nothing_up(karen, sign_in, client):
    for number in range(8):
        assert sign_in(address=f"192.0.2.{number}")["Location"] == "/"
        client.post("/accounts/sign-out/")


def test_where_an_account_signs_in_five_wrong_passwords_are_enough(karen, sign_in, client):
    sign_in()
    client.post("/accounts/sign-out/")
    assert [refused(sign_in(password="wrong")) for _ in range(6)] == [False] * 5 + [True]


@pytest.mark.parametrize("name", ["KAREN", "karen ", "kárén", "ｋａｒｅｎ"])
def test_other_spellings_of_a_name_are_no_further_tries(karen, sign_in, name):
    for _ in range(5):
        sign_in(password="wrong")
    assert refused(sign_in(username=name, password="wrong"))


def test_many_names_from_one_address_are_stopped_too(sign_in):
    answers = [sign_in(username=f"name{number}", password="wrong") for number in range(21)]
    assert [refused(answer) for answer in answers] == [False] * 20 + [True]


def test_right_passwords_use_nothing_up(karen, sign_in, client):
    for _ in range(30):
        assert sign_in()["Location"] == "/"
        client.post("/accounts/sign-out/")


def test_an_unknown_name_is_stopped_like_a_known_one(karen, sign_in):
    for name in ("karen", "nobody"):
        for _ in range(5):
            sign_in(username=name, password="wrong", address=f"192.0.2.{len(name)}")
        assert refused(sign_in(username=name, password="wrong", address=f"192.0.2.{len(name)}"))


def test_an_address_that_a_client_claims_is_not_believed(karen, client):
    form = {"username": "karen", "password": "wrong"}
    for number in range(6):
        answer = client.post("/accounts/sign-in/", form, headers={"X-Forwarded-For": f"198.51.100.{number}"})
    assert refused(answer)


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_adds(karen, client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def attempt(password, claimed, real):
        headers = {"X-Forwarded-For": f"{claimed}, {real}"}
        return client.post("/accounts/sign-in/", {"username": "karen", "password": password}, headers=headers)

    for number in range(5):
        attempt("wrong", f"198.51.100.{number}", "203.0.113.9")
    assert refused(attempt("wrong", "198.51.100.77", "203.0.113.9"))
    assert attempt(PASSWORD, "203.0.113.9", "192.0.2.1")["Location"] == "/"


def test_a_wrong_password_a_disabled_account_and_an_unknown_name_look_alike(karen, sign_in):
    pages = []

    def attempt(username, password):
        text = sign_in(username, password, address=f"192.0.2.{len(pages)}").content.decode()
        pages.append(
            text.split("csrfmiddlewaretoken")[0] + text.partition('class="errorlist')[2].replace(username, "…")
        )

    attempt("karen", "wrong")
    attempt("nobody", "wrong")
    karen.is_active = False
    karen.save()
    attempt("karen", PASSWORD)
    assert "correct username and password" in pages[0]
    assert pages[0] == pages[1] == pages[2]


class Counting(MD5PasswordHasher):
    """Notes each hash that it makes: that is what a sign-in takes its time for."""

    algorithm = "counting"
    made: ClassVar[list[int]] = []

    def encode(self, password, salt):
        self.made.append(len(password))
        return super().encode(password, salt)


@pytest.fixture
def counting(settings, karen):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    karen.set_password(PASSWORD)
    karen.save()


def work_of(sign_in, username, password, number):
    """The hashes and the statements that a try costs, on a fresh count of failures."""
    cache.clear()
    Counting.made.clear()
    with ExitStack() as stack:
        heard = [stack.enter_context(CaptureQueriesContext(connections[alias])) for alias in connections]
        assert sign_in(username, password, address=f"192.0.2.{number}").status_code == 200
    # The access log names the account that was tried, or none: NULL is a value like any.
    values = r"'[^']*'|\bs\d+_x\d+|\b\d+\b|\bNULL\b"
    kinds = [re.sub(values, "…", query["sql"]) for one in heard for query in one.captured_queries]
    return Counting.made[:], kinds


def test_every_try_that_fails_does_the_same_work_whoever_it_is(karen, sign_in, counting):
    """So they take the same time: one hash, of what was typed, and the same statements."""
    work_of(sign_in, "somebody", "a wrong password", 9)  # begins the access log
    known = work_of(sign_in, "karen", "a wrong password", 1)
    unknown = work_of(sign_in, "nobody", "a wrong password", 2)
    karen.is_active = False
    karen.save()
    disabled = work_of(sign_in, "karen", "a wrong password", 3)
    disabled_but_right = work_of(sign_in, "karen", PASSWORD, 4)
    karen.is_active = True
    karen.set_unusable_password()
    karen.save()
    by_provider_only = work_of(sign_in, "karen", "a wrong password", 5)
    for hashes, _ in (known, unknown, disabled, disabled_but_right, by_provider_only):
        assert len(hashes) == 1
    assert known[1] == unknown[1] == disabled[1] == disabled_but_right[1] == by_provider_only[1]
    assert any("accounts_user" in statement for statement in known[1])


def test_tries_at_the_old_password_are_limited_too(karen, client):
    client.force_login(karen)
    form = {"old_password": "wrong", "new_password1": "x", "new_password2": "x"}
    answers = [client.post("/accounts/password/", form).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert "Too many attempts" in client.page("/accounts/password/", method="post", data=form).text


@pytest.mark.usefixtures("no_redis")
@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_a_try_that_cannot_be_counted_is_not_looked_at(karen, client, caplog, password):
    assert client.page("/accounts/sign-in/").status == 200
    page = client.page("/accounts/sign-in/", method="post", data={"username": "karen", "password": password})
    assert (page.status, page.state) == (503, ["uncounted"])
    assert page.response["Retry-After"] == "60"
    assert SESSION_KEY not in client.session
    assert "no try to sign in can be counted: ConnectionError" in caplog.text


@pytest.mark.usefixtures("no_redis")
def test_whoever_is_signed_in_goes_on_without_a_count_but_changes_no_password(karen, client):
    client.force_login(karen)
    assert client.page("/accounts/settings/").status == 200
    form = {"old_password": PASSWORD, "new_password1": "x", "new_password2": "x"}
    assert client.page("/accounts/password/", method="post", data=form).status == 503


def test_no_code_counts_while_codes_cannot_be_counted(karen, sign_in, client, request):
    TOTP.activate(karen, secret := generate_totp_secret())
    assert sign_in().status_code == 302
    request.getfixturevalue("no_redis")
    answer = client.post("/accounts/sign-in/second-step/", {"code": code(secret)})
    assert answer.status_code == 503
    assert SESSION_KEY not in client.session


SHARED = """
import os, sys, django
from django.conf import settings
django.setup()
from django.test import Client, RequestFactory
form = {"username": "karen", "password": "wrong"}
answer = Client().post("/accounts/sign-in/", form, REMOTE_ADDR="192.0.2.1")
sys.stdout.write("stopped" if "Too many failed" in answer.content.decode() else "wrong")
"""


@pytest.fixture
def redis_url():
    """A real Redis, empty before and after; another than the usual one by REDIS_URL."""
    redis = pytest.importorskip("redis", reason="redis is not installed: requirements-postgres.txt")
    url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/14")
    with redis.Redis.from_url(url, socket_connect_timeout=1) as server:
        try:
            server.flushdb()
        except redis.exceptions.ConnectionError:
            missing = pytest.fail if "REDIS_URL" in os.environ else pytest.skip
            missing(f"nobody answers at {url}; REDIS_URL names another Redis")
        yield url
        server.flushdb()


def test_processes_count_together_in_the_database(tmp_path):
    assert counted(tmp_path, {}) == ["stopped"] * 3 + ["wrong"] * 5


@pytest.mark.redis
def test_processes_count_together_in_redis(tmp_path, redis_url):
    assert counted(tmp_path, {"CACHE_URL": redis_url}) == ["stopped"] * 3 + ["wrong"] * 5


def counted(tmp_path, variables):
    """What eight wrong passwords meet, each in a process of its own, as gunicorn's workers are."""
    environment = variables | {
        "PATH": os.environ["PATH"], "ENV_FILE": "", "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/limits.sqlite3",
    }  # fmt: skip

    def run(*command):
        return subprocess.Popen(
            [sys.executable, *command],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    _, errors = (process := run("manage.py", "migrate", "--verbosity", "0")).communicate(timeout=120)
    assert process.returncode == 0, errors
    processes = [run("-c", SHARED) for _ in range(8)]
    return sorted(process.communicate(timeout=120)[0] for process in processes)


def test_a_session_begins_empty_and_with_a_new_key_at_sign_in(karen, client, sign_in):
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    sign_in()
    assert client.session.session_key != session.session_key
    assert "planted" not in client.session
    assert client.session[SESSION_KEY] == str(karen.pk)
    old = PageClient()
    old.cookies["session"] = session.session_key
    assert old.get("/accounts/settings/").status_code == 302
