"""What a page changes and its entry are one transaction: what cannot be logged, is refused or fails changes nothing."""

from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, transaction
from django.test.client import FakePayload
from django.urls import reverse

from dashboard.accounts.models import User
from dashboard.accounts.sharing import _KEY as SHARING
from dashboard.audit import routing, together, writing
from dashboard.audit.models import Entry
from dashboard.audit.writing import BEGUN
from dashboard.clinicians.models import Clinician
from dashboard.index.models import TenantIndex
from dashboard.members import views as members
from dashboard.tenants.models import Membership
from tests.dashboard.support import make_user

pytestmark = pytest.mark.django_db
EDIT = "/nordhavn/members/edit/"
NEW = "correct horse battery staple"
CLINICIANS = "assigned_user_id,name\nu-1,Ida Beck\n"
ROLES = {"username": "karen", "roles": ["auditor"]}


@pytest.fixture
def karen(db):
    return make_user("karen", ["nordhavn"])


@pytest.fixture
def kept(indexed):
    """Indexes that nobody has asked to verify."""
    indexed.note("nordhavn", verify_wanted=False)


@pytest.fixture
def full(monkeypatch):
    """The database itself refuses the entry."""
    monkeypatch.setattr(writing, "_ADD", "INSERT INTO audit_nowhere (a) VALUES (1)")


def rights(username="karen"):
    return list(Membership.objects.filter(user__username=username).values_list("tenant", "clinician", "auditor"))


def entries():
    return list(Entry.objects.using(routing.alias()).exclude(kind=BEGUN).order_by("pk"))


def state(client):
    """All that the forms below may change."""
    return (
        rights(),
        list(Clinician.objects.values_list("tenant", "name")),
        list(TenantIndex.objects.order_by("pk").values_list("slug", "verify_wanted")),
        client.session.get(SHARING),
        SESSION_KEY in client.session,
        User.objects.get(username="admin").password,
    )


FORMS = {
    "members": (EDIT, ROLES),
    "removal": (EDIT, {"username": "karen", "remove": "yes"}),
    "clinicians": ("/nordhavn/clinicians/edit/", {"adding": "True", "assigned_user_id": "u-1", "name": "Ida Beck"}),
    "import": ("/nordhavn/clinicians/import/", {}),
    "verify": ("/nordhavn/index/verify/", {}),
    "rebuild": ("/nordhavn/index/rebuild/", {}),
    "sharing": ("/accounts/sharing/on/", {}),
    "password": (
        "/accounts/password/",
        {"old_password": "a long enough password", "new_password1": NEW, "new_password2": NEW},
    ),
    "admin": ("/admin/accounts/user/", {"action": "delete_selected", "post": "yes"}),
}


def send(client, form, karen):
    url, data = FORMS[form]
    if form == "admin":
        data = data | {"_selected_action": karen.pk}
    if form == "import":
        data = {"file": SimpleUploadedFile("clinicians.csv", CLINICIANS.encode())}
    return client.post(url, data)


@pytest.mark.parametrize("form", FORMS)
def test_what_cannot_be_logged_is_not_changed(admin_client, kept, karen, full, monkeypatch, form):
    before = state(admin_client)
    answer = send(admin_client, form, karen)
    assert answer.status_code == 503
    assert b'data-state="unlogged"' in answer.content
    assert state(admin_client) == before
    monkeypatch.undo()
    assert admin_client.get("/accounts/settings/").status_code == 200, "still signed in"


@pytest.mark.parametrize("form", FORMS)
def test_the_same_forms_change_something_where_they_can_be_logged(admin_client, kept, karen, form):
    before, told = state(admin_client), len(entries())
    assert send(admin_client, form, karen).status_code == 302
    assert state(admin_client) != before
    assert [entry.outcome for entry in entries()[told:]] == ["done"]


def test_what_need_not_be_logged_is_changed(admin_client, karen, full, settings):
    settings.AUDIT_REQUIRED = False
    assert admin_client.post(EDIT, ROLES).status_code == 302
    assert rights() == [("nordhavn", False, True)]


@pytest.mark.parametrize("status", [403, 500])
def test_a_view_that_fails_half_way_changes_nothing_and_is_logged(admin_client, karen, monkeypatch, status):
    def fail(*args, **kwargs):
        assert rights() == [("nordhavn", False, True)]
        raise members.PermissionDenied if status == 403 else RuntimeError

    monkeypatch.setattr(members.messages, "success", fail)
    admin_client.raise_request_exception = False
    assert admin_client.post(EDIT, ROLES).status_code == status
    assert rights() == [("nordhavn", True, False)]
    last = entries()[-1]
    assert (last.route, last.status, last.outcome) == ("members:edit", status, "refused" if status == 403 else "failed")


def test_a_form_that_cannot_begin_fails_and_undoes_nothing(admin_client, karen, monkeypatch):
    """As where SQLite is locked by somebody else for too long."""

    def refuse():
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(together, "transaction", SimpleNamespace(atomic=refuse, set_rollback=transaction.set_rollback))
        admin_client.raise_request_exception = False
        assert admin_client.post(EDIT, ROLES).status_code == 500
    last = entries()[-1]
    assert (last.route, last.outcome) == ("members:edit", "failed")
    assert rights() == [("nordhavn", True, False)]


@pytest.mark.parametrize("form", ["pasted", "file"])
def test_a_file_that_comes_slowly_keeps_nobody_from_writing(admin_client, monkeypatch, form):
    """The form begins, and with it SQLite's lock, once all of it is there."""
    told = []
    read, begin = FakePayload.read, together.Changes.begin
    monkeypatch.setattr(FakePayload, "read", lambda *size: told.append("read") or read(*size))
    monkeypatch.setattr(together.Changes, "begin", lambda changes: told.append("begin") or begin(changes))
    if form == "file":
        answer = send(admin_client, "import", None)
    else:
        text = urlencode({"text": CLINICIANS})
        answer = admin_client.post(FORMS["import"][0], text, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302
    assert told[0] == "read"
    assert told.index("begin") == len(told) - 1


@pytest.mark.parametrize(("data", "status"), [({"username": "nobody"}, 422), (ROLES, 302)], ids=["refused", "done"])
def test_the_first_form_after_a_rotation_signs_nobody_out(admin_client, karen, settings, data, status):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the key after the rotation, fifty characters long..."
    before = admin_client.session.session_key
    assert admin_client.post(EDIT, data).status_code == status
    assert admin_client.session.session_key != before
    settings.SECRET_KEY_FALLBACKS = []
    assert admin_client.get("/accounts/settings/").status_code == 200


# --- What entries say came of it -------------------------------------------------------------------------------------


def test_a_page_refused_for_want_of_a_second_factor_was_not_shown(page_client, settings):
    settings.MFA_REQUIRED = ("clinician",)
    for url in ("/nordhavn/patients/", reverse("patients:one", args=["nordhavn", "AAAA"])):
        assert page_client.get(url).status_code == 302
        assert page_client.get(url, headers={"HX-Request": "true"}).status_code == 204
    assert [(entry.outcome, entry.status) for entry in entries()[-4:]] == [("refused", 302), ("refused", 204)] * 2


def test_whoever_has_to_confirm_first_has_done_nothing(page_client):
    assert page_client.post("/accounts/security/codes/new/").status_code == 302
    assert entries()[-1].outcome == "refused"
    # Not staff.
    page_client.get("/admin/")
    assert entries()[-1].outcome == "refused"


def test_a_form_that_is_shown_again_is_not_done(page_client):
    form = {"old_password": "wrong", "new_password1": "x", "new_password2": "x"}
    assert page_client.post("/accounts/password/", form).status_code == 200
    assert entries()[-1].outcome == "shown"
