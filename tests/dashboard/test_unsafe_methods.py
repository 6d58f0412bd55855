"""What reads changes nothing, and what changes something asks for the token first: every URL, every table.

Compared is the content of every table of every database, before and after. What may change by reading is the access
log and the session; what a refused form may change is no more.
"""

import hashlib
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib import admin
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.db import connections
from django.urls import reverse

from dashboard.accounts.models import User
from dashboard.clinicians.models import Clinician
from dashboard.tenants.roles import Role
from tests.dashboard.support import PageClient, make_user
from tests.dashboard.test_permissions import MATRIX, address

# When somebody last looked at a tenant, which the follower's pace goes by.
LOOKED_AT = ("index_tenantindex", "looked_at")
LOG_AND_SESSION = {"audit_entry", "audit_head", "audit_subject", "django_session"}
NEW = "correct horse battery staple"
# Everything that any of the forms asks for, so that the token alone decides.
FORM = {
    "adding": "True", "username": "newcomer", "roles": ["clinician"], "assigned_user_id": "u-9", "name": "Ida Beck",
    "text": "assigned_user_id,name\nu-8,Ida Beck\n", "time_zone": "Europe/Berlin", "shortcuts": "on", "theme": "dark",
    "old_password": "a long enough password", "new_password1": NEW, "new_password2": NEW,
    "password": "a long enough password", "password1": NEW, "password2": NEW, "post": "yes", "usable_password": "true",
}  # fmt: skip
# What these change with the token is more than the session: that shows that the comparison sees it.
CHANGES = {
    "accounts:password", "accounts:settings", "admin:accounts_user_delete", "clinicians:edit", "clinicians:import",
    "index:rebuild", "index:verify", "members:edit", "mfa_deactivate_totp", "mfa_generate_recovery_codes",
    "mfa_remove_webauthn",
}  # fmt: skip
pytestmark = pytest.mark.django_db


def every_url() -> Iterator[str]:
    """Every name of the URL map; of Django's admin site those for which the page of one account stands."""
    yield from MATRIX
    yield from ("admin:index", "admin:login", "admin:logout", "admin:password_change", "admin:jsi18n")
    for model in admin.site._registry:
        for page in ("changelist", "add", "change", "delete", "history"):
            yield f"admin:{model._meta.label_lower.replace('.', '_')}_{page}"


def address_of(name, newcomer):
    if name.startswith("admin:") and name.endswith(("user_change", "user_delete", "user_history")):
        return reverse(name, args=[newcomer.pk])
    if name.startswith("admin:auth_group") and not name.endswith(("_changelist", "_add")):
        return reverse(name, args=[Group.objects.get_or_create(name="ward")[0].pk])
    if name == "mfa_remove_webauthn":
        return reverse(name, args=[passkey().pk])
    return reverse(name) if name.startswith("admin:") else address(name)


def passkey():
    """A name is all that the page of its removal reads of it; elsewhere it would have to be a real one."""
    user, data = User.objects.get(username="officer"), {"name": "Key", "credential": {}}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def each_url(newcomer):
    """Every URL, and the tables as they are before it is asked for."""
    for name in every_url():
        url = address_of(name, newcomer)
        yield name, url, tables()
        Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).delete()


@pytest.fixture
def newcomer(indexed):
    """Somebody who can be changed, beside an index and a clinician's name."""
    indexed.note("nordhavn", verify_wanted=False)
    Clinician.objects.create(tenant="nordhavn", assigned_user_id="u-1", name="Karen Holm")
    return make_user("newcomer", ["riverside"])


@pytest.fixture
def officer(newcomer):
    """Somebody who may do everything, has just signed in and has every second factor; the token is asked for."""
    user = make_user("officer", ["nordhavn", "riverside"], roles=list(Role), is_staff=True, is_superuser=True)
    client = PageClient(enforce_csrf_checks=True)
    sign_in = reverse("accounts:sign-in")
    client.get(sign_in)
    form = {"username": "officer", "password": "a long enough password"}
    TOTP.activate(user, generate_totp_secret())
    code = RecoveryCodes.activate(user).generate_codes()[0]
    assert client.post(sign_in, with_token(client, form)).status_code == 302
    assert client.post(reverse("mfa_authenticate"), with_token(client, {"code": code})).status_code == 302
    # Looked at once: they are shown once only, which is what reading that page changes.
    client.get(reverse("mfa_view_recovery_codes"))
    client.get(reverse("accounts:settings"))
    return client


def with_token(client, form):
    return form | {"csrfmiddlewaretoken": client.cookies["csrf"].value}


def tables():
    """A digest of the rows of each table, but log and session."""
    found = {}
    for alias in connections:
        with connections[alias].cursor() as cursor:
            for table in set(connections[alias].introspection.table_names(cursor)) - LOG_AND_SESSION:
                cursor.execute(f'SELECT * FROM "{table}"')
                names = [column[0] for column in cursor.description]
                kept = [place for place, name in enumerate(names) if (table, name) != LOOKED_AT]
                rows = sorted(repr([row[place] for place in kept]) for row in cursor.fetchall())
                found[alias, table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def changed(before):
    """The tables that are no longer what they were."""
    now = tables()
    return {table for table in before | now if before.get(table) != now.get(table)}


def test_a_form_without_the_token_is_refused_and_changes_no_row(officer, newcomer):
    asked = 0
    for name, url, before in each_url(newcomer):
        for form in (FORM, FORM | {"remove": "1"}, FORM | {"csrfmiddlewaretoken": "a" * 64}):
            plain = urlencode(form, doseq=True)
            answers = [
                officer.post(url, form),
                officer.post(url, form, headers={"HX-Request": "true"}),
                officer.post(url, plain, content_type="application/x-www-form-urlencoded"),
                officer.post(url, "{}", content_type="application/json"),
            ]
            assert [answer.status_code for answer in answers] == [403] * 4, name
        assert (name, changed(before)) == (name, set())
        assert SESSION_KEY in officer.session, name
        asked += 1
    assert asked > 60


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_changes_no_row(officer, newcomer, method):
    for name, url, before in each_url(newcomer):
        # Tries are counted by what is no GET, and on the way to the provider and back.
        counted = method == "head" or name in ("accounts:provider", "accounts:provider-callback")
        may_change = {("default", "shared_cache")} if counted else set()
        assert getattr(officer, method)(url).status_code < 500, name
        assert (name, changed(before) - may_change) == (name, set())
        assert SESSION_KEY in officer.session, name


def test_methods_that_no_page_knows_are_refused_and_change_no_row(officer, newcomer):
    for name, url, before in each_url(newcomer):
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"):
            answer = officer.generic(method, url, headers={"X-CSRFToken": officer.cookies["csrf"].value})
            assert (name, answer.status_code, answer["Allow"]) == (name, 405, "GET, HEAD, POST")
        assert (name, changed(before)) == (name, set())


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_the_same_form_with_the_token_does_what_it_says(officer, newcomer, name):
    url, form = address_of(name, newcomer), with_token(officer, FORM)
    before = tables()
    if name == "clinicians:import":
        answer = officer.post(url, urlencode(form), content_type="application/x-www-form-urlencoded")
    else:
        answer = officer.post(url, form)
    assert answer.status_code == 302
    assert changed(before)


def test_a_token_of_another_session_is_none(officer, newcomer):
    stranger = PageClient(enforce_csrf_checks=True)
    stranger.get(reverse("accounts:sign-in"))
    before = tables()
    url = reverse("members:edit", args=["nordhavn"])
    assert officer.post(url, with_token(stranger, FORM)).status_code == 403
    assert changed(before) == set()
