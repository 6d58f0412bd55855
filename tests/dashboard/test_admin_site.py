"""Django's admin site: who gets which of its pages, by the table of docs/permissions.md; and that it has no
sign-out and no password page of its own."""

import re
from fnmatch import fnmatch

import pytest
from allauth.account.internal.flows import login as flow
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import get_resolver, reverse

from dashboard.accounts.models import User
from dashboard.tenants.roles import Role
from tests.dashboard.support import PageClient, make_user
from tests.dashboard.test_permissions import DOC

PEOPLE = ("anybody", "account", "staff", "keeper", "superuser")
pytestmark = pytest.mark.django_db


def table():
    """Page, perhaps with a * -> who -> whether it answers."""
    (found,) = re.findall(r"^\| page of the admin site \|.*?(?=\n\n|\Z)", DOC.read_text(), re.MULTILINE | re.DOTALL)
    head, _, *rows = ([cell.strip() for cell in line.strip("| \n").split("|")] for line in found.splitlines())
    assert head[1:] == list(PEOPLE)
    return {name: {who: cell == "yes" for who, cell in zip(PEOPLE, cells, strict=True)} for name, *cells in rows}


def names(resolver=None):
    """Every name of the admin site."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns") and (resolver or getattr(pattern, "namespace", "") == "admin"):
            yield from names(pattern)
        elif resolver and pattern.name:
            yield f"admin:{pattern.name}"


TABLE, NAMES = table(), list(names())


def rows_of(name):
    return [row for row in TABLE if fnmatch(name, row)]


@pytest.fixture
def others(upstream):
    """Whom the pages are about: an account and a group."""
    return make_user("karen", ["nordhavn"]), Group.objects.create(name="ward")


def address(name, others):
    user, group = others
    if name == "admin:view_on_site":
        return reverse(name, args=[ContentType.objects.get_for_model(User).pk, user.pk])
    if name == "admin:app_list":
        return reverse(name, args=["accounts"])
    about = (name.endswith(("_change", "_delete", "_history")) and "user" in name) or name.endswith("group_change")
    if about or (name.startswith("admin:auth_group") and not name.endswith(("changelist", "add"))):
        return reverse(name, args=[group.pk if "group" in name else user.pk])
    return reverse(name)


def person(who):
    client = PageClient()
    if who == "anybody":
        return client
    roles = list(Role) if who == "account" else ()
    flags = {"is_staff": who != "account", "is_superuser": who == "superuser"}
    user = make_user(who, ["riverside"] if roles else [], roles=roles, **flags)
    if who == "keeper":
        kept = Permission.objects.filter(content_type__app_label__in=("accounts", "tenants", "auth"))
        user.user_permissions.set(kept)
    client.force_login(user)
    return client


def test_every_page_of_the_admin_site_has_one_row_and_every_row_a_page():
    assert len(NAMES) > 15
    assert {name: len(rows_of(name)) for name in NAMES} == dict.fromkeys(NAMES, 1)
    assert {row for name in NAMES for row in rows_of(name)} == set(TABLE)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", NAMES)
def test_each_page_of_the_admin_site_answers_whom_the_table_says(others, name, who):
    (row,) = rows_of(name)
    url = address(name, others)
    client = person(who)
    # In this order, as signing out ends the session.
    answers = [getattr(client, method)(url, follow=True) for method in ("get", "post")]
    known = [answer for answer in answers if answer.status_code != 405]
    assert known
    for answer in known:
        ways = [way for way, _ in answer.redirect_chain]
        if who == "anybody":
            assert ways[-1].startswith("/accounts/sign-in/")
        elif who == "account":
            assert answer.status_code == 403
        elif TABLE[row][who]:
            assert answer.status_code == 200
            assert not any(way.startswith("/admin/login/") for way in ways)
        else:
            assert answer.status_code in (403, 404)


def test_signing_out_of_the_admin_site_is_signing_out_of_the_dashboard(others):
    client = person("staff")
    cookie = client.cookies["session"].value
    assert client.get("/admin/logout/").status_code == 405
    answer = client.post("/admin/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert answer["Location"] == "/accounts/signed-out/"
    old = PageClient()
    old.cookies["session"] = cookie
    assert old.get("/admin/").status_code == 302


def test_whoever_came_from_the_provider_is_signed_out_there_as_well(others):
    client = person("staff")
    session = client.session
    session[flow.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "socialaccount", "at": 1}]
    session[flow._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(User.objects.get(username="staff").pk)
    session.save()
    assert client.post("/admin/logout/")["Location"] == "/accounts/signed-out/?provider=1"


def test_the_own_password_is_changed_on_the_page_that_has_the_limit(others):
    client = person("staff")
    assert client.get("/admin/password_change/")["Location"] == "/accounts/password/"
    assert client.get("/admin/password_change/done/")["Location"] == "/accounts/password/changed/"
    new = dict.fromkeys(("new_password1", "new_password2"), "correct horse battery staple")
    form = new | {"old_password": "a long enough password"}
    assert client.post("/admin/password_change/", form).status_code == 405
    assert User.objects.get(username="staff").check_password("a long enough password")
