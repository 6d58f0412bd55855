"""Django's promises about sessions hold for ours, which are read with SQL of our own."""

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from dashboard.accounts.backends import Accounts
from dashboard.accounts.models import User
from dashboard.accounts.sessions import SessionStore
from tests.dashboard.support import PageClient

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
