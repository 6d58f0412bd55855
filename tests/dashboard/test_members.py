"""Admins of a tenant say who its members are, and what each may do; the admin site says it in every tenant."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from dashboard.accounts.models import User
from dashboard.tenants.models import Membership
from dashboard.tenants.roles import Role
from tests.dashboard.support import PageClient, make_user

URL = "/nordhavn/members/"


@pytest.fixture
def karen(db):
    return make_user("karen", ["nordhavn"], first_name="Karen", last_name="Holm")


def roles_of(username, tenant="nordhavn"):
    found = Membership.objects.filter(user__username=username, tenant=tenant).first()
    return found and {role for role in Role if getattr(found, role)}


def save(client, username="karen", roles=("clinician",), **more):
    data = {"username": username, "roles": list(roles)} | more
    return client.page(f"{URL}edit/", method="post", data=data)


def test_members_are_listed_by_name_with_their_roles(admin_client, karen):
    make_user("stranger", ["riverside"])
    page = admin_client.page(URL)
    assert page.rows == [
        ["admin", "admin", "Clinician, Exporter, Auditor, Admin", "You"],
        ["Karen Holm", "karen", "Clinician", "Edit"],
    ]
    assert "stranger" not in page.html


def test_what_the_provider_s_groups_have_given_is_said_in_words(admin_client, karen):
    make_user("by-hand", ["nordhavn"])
    Membership.objects.filter(user=karen).update(provided=True)
    rows = {row[1]: row[2] for row in admin_client.page(URL).rows}
    assert rows["karen"] == "Clinician given by the provider’s groups; changes there"
    assert rows["by-hand"] == "Clinician"
    assert "lasts until the next sign-in only" in admin_client.page(f"{URL}edit/?username=karen").text
    assert "next sign-in" not in admin_client.page(f"{URL}edit/?username=by-hand").text


def test_roles_are_changed_in_the_row_and_take_effect_with_the_next_click(admin_client, karen, page_client):
    form = admin_client.page(f"{URL}edit/?username=karen")
    assert form.all(r'value="(\w+)"[^>]* checked') == ["clinician"]
    page = save(admin_client, roles=["auditor", "admin"])
    assert "The roles of “karen” are saved." in page.text
    assert roles_of("karen") == {Role.AUDITOR, Role.ADMIN}


def test_a_role_taken_away_ends_with_the_next_click(admin_client, page_client, clinician):
    assert page_client.page("/nordhavn/encounters/").status == 200
    save(admin_client, clinician.username, roles=["auditor"])
    assert page_client.page("/nordhavn/encounters/").status == 403
    save(admin_client, clinician.username, remove="yes")
    assert page_client.page("/nordhavn/encounters/").status == 404


def test_a_member_without_any_role_is_refused_and_nothing_is_lost(admin_client, karen):
    page = save(admin_client, roles=[])
    assert page.status == 422
    assert "Choose at least one role" in page.text
    assert roles_of("karen") == {Role.CLINICIAN}


def test_an_account_is_added_by_its_name(admin_client, db):
    make_user("newcomer", ["riverside"], list(Role))
    save(admin_client, "newcomer", ["clinician", "exporter"], adding="True")
    assert roles_of("newcomer") == {Role.CLINICIAN, Role.EXPORTER}
    assert roles_of("newcomer", "riverside") == set(Role)


@pytest.mark.parametrize("username", ["nobody", "gone", "karen", "", "ka\0ren", "x" * 151])
def test_who_cannot_be_added_is_said_and_what_was_typed_stays(admin_client, karen, username):
    make_user("gone", [], is_active=False)
    page = save(admin_client, username, ["auditor"], adding="True")
    assert page.status == 422
    assert page.all(r'value="(\w+)"[^>]* checked') == ["auditor"]
    assert roles_of("karen") == {Role.CLINICIAN}
    assert roles_of("gone") is None


def test_a_member_who_went_meanwhile_is_not_brought_back(admin_client, karen):
    Membership.objects.filter(user=karen).delete()
    page = save(admin_client)
    assert page.status == 422
    assert "no longer a member" in page.text
    assert roles_of("karen") is None


@pytest.mark.parametrize(
    "data", [{"roles": ["clinician"]}, {"remove": "yes"}, {"roles": ["clinician"], "adding": "True"}]
)
def test_nobody_changes_the_own_roles(admin_client, data):
    before = roles_of("admin")
    page = admin_client.page(f"{URL}edit/", method="post", data={"username": "admin"} | data)
    assert page.status == 403
    assert "Another admin of this tenant can do it for you" in page.text
    assert roles_of("admin") == before
    assert admin_client.page(f"{URL}edit/?username=admin").status == 403


def test_a_member_of_another_tenant_is_not_touched(admin_client, db):
    make_user("stranger", ["riverside"], [Role.AUDITOR])
    assert save(admin_client, "stranger").status == 422
    save(admin_client, "stranger", remove="yes")
    assert roles_of("stranger", "riverside") == {Role.AUDITOR}
    assert (
        "stranger"
        not in admin_client.page(f"{URL}edit/?username=stranger").html.split("<form", 1)[1].split("username=")[0]
    )


def test_names_are_text(admin_client, db):
    make_user("<b>bold</b>", ["nordhavn"], first_name="<script>alert(1)</script>")
    assert "<script>alert" not in admin_client.page(URL).html
    assert "<b>bold" not in admin_client.page(URL).html


# --- The admin site --------------------------------------------------------------------------------------------------

FLAGS = {"is_active": "on", "is_staff": "on", "is_superuser": "on"}


@pytest.fixture
def staff(upstream):
    """Staff who may change all accounts and memberships, but are no superusers."""
    user = make_user("staff", [], is_staff=True)
    kept = Permission.objects.filter(content_type__app_label__in=("accounts", "tenants", "auth"))
    user.user_permissions.set(kept)
    client = PageClient()
    client.force_login(user)
    return client


def save_account(client, user, **more):
    """Save an account in the admin site with a membership for it; the status."""
    form = {
        "username": user.username, "date_joined_0": "2026-01-01", "date_joined_1": "10:00:00", "is_active": "on",
        "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0", "memberships-0-tenant": "riverside",
        "memberships-0-user": user.pk, "memberships-0-clinician": "on",
    }  # fmt: skip
    return client.post(reverse("admin:accounts_user_change", args=[user.pk]), form | more).status_code


def rights(user):
    user.refresh_from_db()
    return user.is_active, user.is_staff, user.is_superuser, roles_of(user.username, "riverside")


@pytest.mark.parametrize("who", ["staff", "admin"])
def test_nobody_changes_the_own_account_in_the_admin_site(staff, admin_client, who):
    client, user = (staff if who == "staff" else admin_client), User.objects.get(username=who)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    Membership.objects.filter(user=user).delete()
    before = rights(user), user.password
    assert save_account(client, user, **FLAGS) == 403
    assert client.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"}).status_code == 403
    new = dict.fromkeys(("password1", "password2"), "correct horse battery staple")
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    assert client.post(url, new | {"usable_password": "true"}).status_code == 403
    for action in ("take_second_factors", "delete_selected"):
        form = {"action": action, "_selected_action": [user.pk], "post": "yes"}
        assert client.post(reverse("admin:accounts_user_changelist"), form).status_code == 403
    assert (rights(user), user.password) == before
    assert Authenticator.objects.filter(user=user).exists()
    assert client.get(reverse("admin:accounts_user_change", args=[user.pk])).status_code == 200


def test_staff_give_roles_to_others_and_superusers_flags_too(staff, admin_client, karen):
    assert save_account(staff, karen, **FLAGS) == 302
    assert rights(karen) == (True, False, False, {Role.CLINICIAN})
    Membership.objects.filter(user=karen).delete()
    assert save_account(admin_client, karen, **FLAGS) == 302
    assert rights(karen) == (True, True, True, {Role.CLINICIAN})


def test_only_superusers_change_superusers_and_groups(staff, admin):
    before = rights(admin), admin.password
    assert save_account(staff, admin) == 403
    form = {"action": "take_second_factors", "_selected_action": [admin.pk]}
    assert staff.post(reverse("admin:accounts_user_changelist"), form).status_code == 403
    url = reverse("admin:auth_user_password_change", args=[admin.pk])
    assert staff.post(url, {}).status_code == 403
    assert (rights(admin), admin.password) == before
    assert staff.post(reverse("admin:auth_group_add"), {"name": "ward"}).status_code == 403
    assert not Group.objects.exists()
