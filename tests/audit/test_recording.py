"""Each answer is one entry, which tells who was shown what; and what cannot be logged is not shown."""

import csv
import io
import json
import re
import time
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import DatabaseError
from django.urls import reverse
from fhir.resources.R4B.auditevent import AuditEvent

from dashboard.accounts.own_sessions import WHERE
from dashboard.audit import middleware, routing
from dashboard.audit.kinds import LEADS_ON, READ_BY_POST
from dashboard.audit.models import Entry
from dashboard.audit.verifying import verify
from dashboard.audit.writing import BEGUN
from dashboard.encounters.one.addresses import patient_url
from dashboard.listing.controls import PATIENT
from dashboard.listing.sealed import seal
from tests.dashboard.support import CANARY, PageClient, make_user
from tests.dashboard.test_permissions import MATRIX, address, is_of_a_tenant

LIST, PATIENTS, LOG = "/nordhavn/encounters/", "/nordhavn/patients/", "/nordhavn/audit/"
pytestmark = pytest.mark.django_db


def log(**filters):
    """Without what the chain of no tenant says of the beginning of another."""
    return list(Entry.objects.using(routing.alias()).filter(**filters).exclude(kind=BEGUN).order_by("pk"))


def shown(entry):
    """The encounters and the patients of an entry."""
    return tuple(set(json.loads(text)) if text else set() for text in (entry.interactions, entry.patients))


@pytest.fixture
def auditor_client(upstream):
    client = PageClient()
    client.force_login(make_user("auditor", ["nordhavn"], roles=["auditor"]))
    return client


@pytest.fixture
def marked(upstream, indexed):
    upstream.add(patient={"identifier": f"{CANARY}-1", "name": f"{CANARY} Testa"})
    indexed.once()
    return upstream


def test_a_list_is_one_entry_with_who_what_and_whom(page_client, clinician, indexed, htmx):
    before = len(log())
    page = page_client.page(f"{LIST}?status=completed", htmx=htmx)
    (entry,) = log()[before:]
    rows = page.response.context["rows"]
    assert shown(entry) == ({row.id for row in rows}, {row.patient.identifier for row in rows if row.patient})
    assert (entry.tenant, entry.user, entry.username, entry.roles) == (
        "nordhavn",
        clinician.pk,
        "clinician",
        "clinician",
    )
    assert (entry.kind, entry.action, entry.outcome, entry.status) == ("encounters", "R", "shown", 200)
    assert (entry.filters, entry.address) == ("status=completed", "127.0.0.1")
    assert entry.request_id == page.response["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{16}", entry.session)


@pytest.mark.parametrize(
    ("proxies", "passed", "told"),
    [
        (0, "198.51.100.7", "127.0.0.1"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7, [2001:db8::1]:4711", "2001:db8::1"),
        (1, "", "127.0.0.1"),
        (1, "198.51.100.7, <forged>", ""),
    ],
)
def test_the_address_is_the_one_that_the_limits_of_the_sign_in_go_by(
    page_client, clinician, settings, proxies, passed, told
):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": passed} if passed else {}
    page_client.page(LIST, headers=headers)
    assert log()[-1].address == told
    client = PageClient()
    form = {"username": "clinician", "password": "a long enough password"}
    client.post("/accounts/sign-in/", form, headers=headers)
    # Without an address there is nothing to count tries by.
    assert (SESSION_KEY in client.session) == bool(told)
    if told:
        assert client.session[WHERE]["address"] == log()[-1].address == told


def test_filters_are_kept_as_in_the_address_and_never_in_clear(page_client, marked):
    page_client.page(LIST, method="post", data={"patient": f"{CANARY}-1", "size": "25"})
    (entry,) = log(kind="search")
    assert entry.filters == f"patient={seal('nordhavn', PATIENT, f'{CANARY}-1')}"
    assert CANARY not in entry.filters
    assert shown(entry)[1] == {f"{CANARY}-1"}


def test_patients_suggestions_and_one_patient_tell_whom(page_client, marked):
    page = page_client.page(f"{PATIENTS}?size=10")
    assert shown(log()[-1])[1] == set(page.all(r'name="exactly" value="([^"]*)"'))
    page_client.page(f"{PATIENTS}suggest/", method="post", data={"patient": CANARY}, htmx=True)
    assert (log()[-1].kind, shown(log()[-1])[1]) == ("search", {f"{CANARY}-1"})
    page = page_client.page(patient_url("nordhavn", f"{CANARY}-1"))
    assert log()[-1].kind == "patient"
    assert shown(log()[-1]) == ({row.id for row in page.response.context["rows"]}, {f"{CANARY}-1"})


def test_an_export_tells_every_row_of_the_file(admin_client, indexed):
    text = admin_client.get(f"{LIST}export/").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    ids = {row[0] for row in rows[rows.index([]) + 2 :]}
    assert log()[-1].kind == "export"
    assert shown(log()[-1])[0] == ids


@pytest.mark.parametrize("name", [name for name in MATRIX if is_of_a_tenant(name)])
@pytest.mark.parametrize("who", ["admin", "stranger"])
def test_every_page_of_a_tenant_writes_exactly_one_entry(upstream, name, who):
    client = PageClient()
    roles = ["clinician", "exporter", "auditor", "admin"]
    client.force_login(make_user(who, ["nordhavn"] if who == "admin" else ["riverside"], roles=roles))
    for method in ("get", "post"):
        before = len(log())
        answer = getattr(client, method)(address(name))
        more = log()[before:]
        # A filter form leads to the page that it asks for, and that page has the entry.
        leads_on = method == "post" and answer.status_code == 302 and name in LEADS_ON
        assert len(more) == (0 if leads_on else 1), name
        assert all(entry.tenant == "nordhavn" for entry in more)
        done = "shown" if method == "get" or name in READ_BY_POST else "done"
        assert all(entry.outcome == (done if answer.status_code < 400 else "refused") for entry in more), name


def test_a_refusal_is_in_the_log_of_the_tenant_that_was_asked_for(upstream, auditor_client, clinician):
    other = PageClient()
    other.force_login(make_user("stranger", ["riverside"]))
    other.get(LIST)
    (entry,) = log(username="stranger", tenant="nordhavn")
    assert (entry.outcome, entry.status, entry.route) == ("refused", 404, "encounters:list")
    assert "stranger" in auditor_client.page(LOG).text


def change(client, user, **memberships):
    """Save an account in the admin site with these memberships; the entries that this wrote."""
    rows = list(user.memberships.order_by("pk"))
    form = {
        "username": user.username, "date_joined_0": "2026-01-01", "date_joined_1": "10:00:00", "is_active": "on",
        "memberships-TOTAL_FORMS": str(max(len(rows), len(memberships))), "memberships-INITIAL_FORMS": str(len(rows)),
    }  # fmt: skip
    for number, slug in enumerate(memberships):
        form |= {f"memberships-{number}-{name}": value for name, value in memberships[slug].items()}
        form |= {f"memberships-{number}-user": user.pk, f"memberships-{number}-tenant": slug}
    before = len(log())
    assert client.post(reverse("admin:accounts_user_change", args=[user.pk]), form).status_code == 302
    return sorted((entry.tenant, entry.username, entry.kind, entry.action) for entry in log()[before:])


def test_what_is_changed_in_the_admin_site_is_in_the_log_of_the_tenants_it_is_about(upstream):
    staff = PageClient()
    staff.force_login(make_user("staff", [], is_staff=True, is_superuser=True))
    karen = make_user("karen", ["nordhavn"])
    told = [(slug, "staff", "admin", "U") for slug in ("nordhavn", "riverside")]
    (row,) = karen.memberships.all()
    assert change(staff, karen, nordhavn={"id": row.pk, "clinician": "on", "auditor": "on"}) == told[:1]
    # From one tenant to another: both are told.
    assert change(staff, karen, riverside={"id": row.pk, "clinician": "on"}) == told
    assert change(staff, karen, riverside={"id": row.pk, "DELETE": "on"}) == told[1:]
    # Of an account that belongs to nobody there is one entry that belongs to nobody.
    assert change(staff, karen) == [("", "staff", "admin", "U")]
    assert change(staff, karen, nordhavn={"clinician": "on"}) == told[:1]


def told(entry):
    """What an entry says of somebody's rights."""
    return {name: value for name, value in parse_qsl(entry.filters) if name != "account"}


def test_changed_roles_are_told_with_the_member_and_what_they_were(admin_client, upstream):
    karen = make_user("karen", ["nordhavn", "riverside"])
    for form in ({"roles": ["auditor", "admin"]}, {"roles": ["auditor", "admin"]}, {"remove": "yes"}):
        admin_client.post("/nordhavn/members/edit/", {"username": "karen"} | form)
    admin_client.post("/nordhavn/members/edit/", {"username": "karen", "roles": ["exporter"], "adding": "True"})
    entries = log(kind="members")
    assert {(entry.tenant, entry.username, entry.action, entry.outcome) for entry in entries} == {
        ("nordhavn", "admin", "U", "done")
    }
    assert [told(entry) for entry in entries] == [
        {"member": "karen", "before": "clinician", "after": "auditor, admin"},
        {"member": "karen"},
        {"member": "karen", "before": "auditor, admin", "after": "not a member"},
        {"member": "karen", "before": "not a member", "after": "exporter"},
    ]
    assert f"account={karen.pk}" in entries[0].filters


def test_what_is_typed_as_the_name_of_nobody_is_not_told(admin_client):
    admin_client.post("/nordhavn/members/edit/", {"username": CANARY, "roles": ["auditor"], "adding": "True"})
    assert log()[-1].status == 422
    assert log()[-1].filters == ""


def test_the_admin_site_tells_rights_of_the_account_too(upstream):
    staff = PageClient()
    staff.force_login(make_user("staff", [], is_staff=True, is_superuser=True))
    karen = make_user("karen", ["nordhavn"])
    (row,) = karen.memberships.all()
    change(staff, karen, nordhavn={"id": row.pk, "auditor": "on"})
    assert told(log()[-1]) == {"member": "karen", "before": "clinician", "after": "auditor"}
    for action in ("take_second_factors", "delete_selected"):
        form = {"action": action, "_selected_action": karen.pk, "post": "yes"}
        staff.post(reverse("admin:accounts_user_changelist"), form)
    assert [told(entry) for entry in log()[-2:]] == [
        {"member": "karen", "what": "Second factors taken away."},
        {"member": "karen", "before": "auditor", "after": "no account"},
    ]
    new = "correct horse battery staple"
    form = {"username": "ida", "password1": new, "password2": new, "usable_password": "true", "is_staff": "on"}
    staff.post(
        reverse("admin:accounts_user_add"), form | {f"memberships-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    )
    assert told(log()[-1])["member"] == "ida"
    assert told(log()[-1])["before"] == "no account"


def test_the_permissions_of_a_group_are_told_too(admin_client):
    kept = Permission.objects.get(codename="change_user")
    admin_client.post(reverse("admin:auth_group_add"), {"name": "ward", "permissions": [kept.pk]})
    group = Group.objects.get()
    form = {"action": "delete_selected", "_selected_action": group.pk, "post": "yes"}
    admin_client.post(reverse("admin:auth_group_changelist"), form)
    assert [(entry.tenant, entry.username, told(entry)) for entry in log()[-2:]] == [
        ("", "admin", {"member": "group ward", "before": "no permission", "after": "change_user"}),
        ("", "admin", {"member": "group ward", "before": "change_user", "after": "no group"}),
    ]


def test_a_change_of_rights_is_in_the_page_and_in_both_files(auditor_client, admin_client):
    karen = make_user("karen", ["nordhavn"])
    admin_client.post("/nordhavn/members/edit/", {"username": "karen", "roles": ["auditor"]})
    page = auditor_client.page(f"{LOG}?kind=members")
    assert f"karen (account {karen.pk}); clinician → auditor" in page.text
    head, row = csv.reader(io.StringIO(auditor_client.get(f"{LOG}export/?kind=members").content.decode("utf-8-sig")))
    assert row[head.index("filters")] == f"member=karen&account={karen.pk}&before=clinician&after=auditor"
    event = AuditEvent.model_validate_json(auditor_client.get(f"{LOG}export/?kind=members&format=fhir").content)
    (member,) = [entity for entity in event.entity if entity.role and entity.role.code == "11"]
    assert (event.outcome, event.action, member.what.identifier.value) == ("0", "U", "karen")
    details = {detail.type: detail.valueString for detail in member.detail}
    assert details == {"account": str(karen.pk), "before": "clinician", "after": "auditor"}


@pytest.mark.parametrize("how", ["page", "delete_selected", "sign_out_everywhere", "take_second_factors"])
def test_so_are_actions_and_the_end_of_an_account(upstream, how):
    staff = PageClient()
    staff.force_login(make_user("staff", [], is_staff=True, is_superuser=True))
    karen = make_user("karen", ["nordhavn", "riverside"])
    before = len(log())
    if how == "page":
        staff.post(reverse("admin:accounts_user_delete", args=[karen.pk]), {"post": "yes"})
    else:
        form = {"action": how, "_selected_action": karen.pk, "post": "yes"}
        staff.post(reverse("admin:accounts_user_changelist"), form)
    assert sorted((entry.tenant, entry.action) for entry in log()[before:]) == [("nordhavn", "U"), ("riverside", "U")]


def test_signing_in_and_out_and_failing_to_are_entries(upstream, clinician):
    client = PageClient()
    url = "/accounts/sign-in/"
    client.post(url, {"username": CANARY, "password": CANARY})
    client.post(url, {"username": "clinician", "password": "a long enough password"})
    client.post("/accounts/sign-out/")
    told = [(entry.kind, entry.outcome, entry.username) for entry in log(kind__startswith="sign-")]
    assert told == [("sign-in", "refused", ""), ("sign-in", "done", "clinician"), ("sign-out", "done", "clinician")]
    assert CANARY not in str([vars(entry) for entry in log()])


def tries(**filters):
    entries = log(outcome="refused", **filters)
    return [(entry.kind, entry.username, entry.user, entry.status, entry.route) for entry in entries]


def test_a_failed_try_names_the_account_if_there_is_one_and_never_what_was_typed(upstream, clinician):
    client = PageClient()
    for typed in ("clinician", CANARY, "a long enough password"):
        client.post("/accounts/sign-in/", {"username": typed, "password": "wrong"})
    page = "accounts:sign-in"
    assert tries() == [
        ("sign-in", "clinician", clinician.pk, 403, page),
        ("sign-in", "", None, 403, page),
        ("sign-in", "", None, 403, page),
    ]
    assert "a long enough" not in str([vars(entry) for entry in log()])


def test_what_the_limits_hold_off_is_told_once_an_address_in_five_minutes(upstream, clinician):
    cache.clear()
    client = PageClient()
    with time_machine.travel(time.time(), tick=False) as clock:
        for name in ("clinician", "nobody"):
            for _ in range(9):
                client.post("/accounts/sign-in/", {"username": name, "password": "wrong"})
        assert [(status, who) for _, who, _, status, _ in tries()] == (
            [(403, "clinician")] * 5 + [(429, "clinician")] + [(403, "")] * 5
        )
        client.post("/accounts/sign-in/", {"username": "nobody", "password": "x"}, REMOTE_ADDR="192.0.2.7")
        for _ in range(6):
            client.post("/accounts/sign-in/", {"username": "nobody", "password": "x"}, REMOTE_ADDR="192.0.2.7")
        assert len(tries(status=429)) == 2
        for number in range(9):
            # A single computer has all addresses of a network of IPv6.
            address = f"2001:db8:1:2::{number}"
            client.post("/accounts/sign-in/", {"username": "nobody", "password": "x"}, REMOTE_ADDR=address)
        assert len(tries(status=429)) == 3
        clock.shift(timedelta(minutes=5, seconds=1))
        for _ in range(7):
            client.post("/accounts/sign-in/", {"username": "clinician", "password": "wrong"})
        assert len(tries(status=429)) == 4
    cache.clear()


def test_wrong_codes_of_a_second_step_are_entries(upstream, clinician):
    cache.clear()
    TOTP.activate(clinician, generate_totp_secret())
    client = PageClient()
    client.post("/accounts/sign-in/", {"username": "clinician", "password": "a long enough password"})
    for _ in range(9):
        client.post("/accounts/sign-in/second-step/", {"code": "000000"})
    told = [("second-step", "clinician", clinician.pk, status, "mfa_authenticate") for status in (403, 429)]
    assert tries() == [told[0]] * 5 + [told[1]]
    cache.clear()
    client.post("/accounts/sign-in/second-step/", {"credential": "{}"})
    assert tries()[6:] == [told[0]]
    cache.clear()


def test_wrong_answers_of_whoever_confirms_who_it_is_are_entries(page_client, clinician):
    cache.clear()
    TOTP.activate(clinician, generate_totp_secret())
    Authenticator.objects.create(user=clinician, type=Authenticator.Type.WEBAUTHN, data={})
    page_client.post(reverse("account_reauthenticate"), {"password": "wrong"})
    passkey = reverse("mfa_reauthenticate_webauthn")
    answer = page_client.post(
        f"{passkey}?next=/accounts/security/", {"credential": "{}", "next": "/accounts/security/"}
    )
    assert answer["Location"] == f"{passkey}?next=%2Faccounts%2Fsecurity%2F", "once more, and then where one was going"
    for _ in range(7):
        page_client.post(reverse("mfa_reauthenticate"), {"code": "000000"})
    cache.clear()
    kinds = ("sign-in", "second-step")
    assert [(*told[:2], *told[3:]) for told in tries() if told[0] in kinds] == [
        ("sign-in", "clinician", 403, "account_reauthenticate"),
        ("second-step", "clinician", 403, "mfa_reauthenticate_webauthn"),
        *[("second-step", "clinician", 403, "mfa_reauthenticate")] * 5,
        ("second-step", "clinician", 429, "mfa_reauthenticate"),
    ]


def test_what_another_site_asks_for_in_a_session_is_an_entry(page_client, upstream):
    headers = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
    ends = Session.objects.get().expire_date
    with time_machine.travel(time.time() + 300, tick=False):
        assert page_client.get(LIST, headers=headers).status_code == 403
        assert Session.objects.get().expire_date == ends, "this is no activity of the user"
        assert page_client.get(LIST).status_code == 200
        assert Session.objects.get().expire_date > ends
    (entry,) = log(outcome="refused")
    assert (entry.tenant, entry.username, entry.route, entry.status) == (
        "nordhavn",
        "clinician",
        "encounters:list",
        403,
    )


def test_requests_of_nobody_fill_no_log(upstream, db):
    for headers in ({}, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}):
        for url in (LIST, "/admin/", "/nowhere/encounters/", "/accounts/settings/"):
            PageClient().get(url, headers=headers)
            PageClient().post(url, headers=headers)
    assert log() == []


def test_tries_at_an_account_are_for_the_auditors_of_its_tenants_and_at_staff_for_all(auditor_client):
    make_user("elsewhere", ["riverside"])
    make_user("karen", ["nordhavn"])
    make_user("boss", [], is_staff=True)
    for number, name in enumerate(("elsewhere", "karen", "boss", "nobody")):
        form = {"username": name, "password": "wrong"}
        PageClient().post("/accounts/sign-in/", form, REMOTE_ADDR=f"192.0.2.{number}")
    rows = auditor_client.page(f"{LOG}?kind=sign-in&order=oldest").rows
    assert [row[1] for row in rows] == ["karen", "boss", "Not signed in"]


# --- No entry, no data -----------------------------------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch):
    def fail(event):
        raise DatabaseError("disk full")

    monkeypatch.setattr(middleware, "append", fail)


def test_what_cannot_be_logged_is_not_shown(page_client, marked, broken, htmx):
    for url in (LIST, PATIENTS, patient_url("nordhavn", f"{CANARY}-1")):
        page = page_client.page(url, htmx=htmx)
        assert page.status == 503
        assert page.state == ["unlogged"]
        assert CANARY not in page.html
        assert page.rows == []


def test_nobody_signs_in_unlogged(upstream, clinician, broken):
    client = PageClient()
    answer = client.post("/accounts/sign-in/", {"username": "clinician", "password": "a long enough password"})
    assert answer.status_code == 503
    assert client.get("/accounts/settings/").status_code == 302


@pytest.mark.parametrize("url", ["/accounts/sign-out/", "/admin/logout/"])
def test_whoever_signs_out_is_signed_out_even_unlogged(upstream, broken, url):
    client = PageClient()
    client.force_login(make_user("staff", [], is_staff=True))
    assert client.post(url).status_code == 503
    assert SESSION_KEY not in client.session


def test_a_hospital_may_choose_to_go_on(page_client, marked, broken, settings, caplog):
    settings.AUDIT_REQUIRED = False
    assert page_client.page(LIST).status == 200
    assert "could not be written" in caplog.text
    assert CANARY not in caplog.text


# --- Reading it ------------------------------------------------------------------------------------------------------


def test_an_auditor_finds_who_looked_at_a_patient(auditor_client, page_client, marked):
    page_client.page(patient_url("nordhavn", f"{CANARY}-1"))
    page_client.page(f"{LIST}?status=planned")
    page = auditor_client.page(LOG, method="post", data={"who": f" {CANARY}-1 "})
    assert [row[1] for row in page.rows] == ["clinician clinician"]
    assert CANARY not in page.response.redirect_chain[-1][0]
    assert log()[-1].kind == "access-log"
    assert shown(log()[-1])[1] == {f"{CANARY}-1"}
    nobody = auditor_client.page(LOG, method="post", data={"who": "PT-none"})
    assert nobody.state == ["no-match"]


def test_filters_order_and_pages_hold_every_entry_once(auditor_client, page_client, indexed):
    for number in range(70):
        page_client.page(f"{LIST}?size=10&page={number % 3 + 1}", htmx=True)
    for query in ("kind=encounters", "kind=encounters&order=oldest", "user=clinician&kind=encounters"):
        page, found = auditor_client.page(f"{LOG}?{query}"), []
        while True:
            found += page.all(r"<dt>Entry</dt><dd>([\d,]+)")
            if not page.link("next"):
                break
            page = auditor_client.page(page.link("next"))
        wanted = [str(entry.number) for entry in log(kind="encounters")]
        assert found == (wanted if "oldest" in query else wanted[::-1])
    assert auditor_client.page(f"{LOG}?from=2031-01-01").state == ["no-match"]
    assert auditor_client.page(f"{LOG}?to=2001-01-01").state == ["no-match"]
    assert len(auditor_client.page(f"{LOG}?from=2001-01-01&to=2100-01-01&kind=encounters").rows) == 50


def test_nothing_of_another_tenant_is_in_it(auditor_client, admin_client, marked):
    admin_client.page("/riverside/encounters/")
    admin_client.page(LIST)
    make_user("elsewhere", ["riverside"])
    client = PageClient()
    client.post("/accounts/sign-in/", {"username": "elsewhere", "password": "a long enough password"})
    client.get("/riverside/encounters/")
    page = auditor_client.page(LOG)
    assert "elsewhere" not in page.html
    assert len([row for row in page.rows if row[1].startswith("admin") and row[2] == "Encounters"]) == 1


def test_the_files_hold_the_same_entries_and_are_logged(auditor_client, page_client, marked):
    page_client.page(patient_url("nordhavn", f"{CANARY}-1"))
    page_client.page(LIST)
    page_client.page("/nordhavn/members/")
    answer = auditor_client.get(f"{LOG}export/")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    told = {row[head.index("hash")] for row in rows}
    assert {entry.hash for entry in log(tenant="nordhavn")[:-1]} <= told
    assert log()[-1].kind == "access-log-export"
    answer = auditor_client.get(f"{LOG}export/?format=fhir")
    events = [AuditEvent.model_validate_json(line) for line in answer.content.decode().splitlines()]
    assert len(events) == len(rows) + 1
    (of_a_patient,) = [event for event in events if event.subtype[0].code == "read"]
    assert of_a_patient.agent[0].who.identifier.value == "clinician"
    assert f"{CANARY}-1" in [entity.what.identifier.value for entity in of_a_patient.entity if entity.what]
    assert {event.outcome for event in events} >= {"0", "4"}


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_file_that_does_not_hold_all_says_so_and_where_the_rest_is(auditor_client, page_client, monkeypatch, order):
    for _ in range(5):
        page_client.get(LIST)
    monkeypatch.setattr("dashboard.audit.views.MOST", 3)
    url, told = f"{LOG}export/?kind=encounters&order={order}", []
    first = auditor_client.get(url)
    assert first["Content-Disposition"].endswith('access-log-nordhavn-3.csv"')
    *rows, last = csv.reader(io.StringIO(first.content.decode("utf-8-sig"), newline=""))
    assert len(rows) == 4
    assert last == [f"These are not all entries. The next ones: {re.search('<(.+)>; rel=.next.', first['Link'])[1]}"]
    url += "&format=fhir"
    while url:
        answer = auditor_client.get(url)
        told += [AuditEvent.model_validate_json(line).recorded for line in answer.content.decode().splitlines()]
        rest = re.fullmatch('<http://testserver(.+)>; rel="next"', answer.get("Link", ""))
        assert ('-3.ndjson"' in answer["Content-Disposition"]) == bool(rest)
        url = rest and rest[1]
    assert len(told) == 5
    assert told == sorted(told, reverse=order == "newest")


def test_every_kind_of_entry_is_a_valid_audit_event(auditor_client, admin_client, upstream, indexed):
    for name in MATRIX:
        if is_of_a_tenant(name):
            admin_client.get(address(name))
    client = PageClient()
    client.post("/accounts/sign-in/", {"username": "nobody", "password": "x"})
    lines = auditor_client.get(f"{LOG}export/?format=fhir").content.decode().splitlines()
    assert len(lines) > 15
    for line in lines:
        AuditEvent.model_validate_json(line)


def test_the_chain_of_all_this_is_whole(auditor_client, page_client, admin_client, marked):
    for client in (page_client, admin_client, auditor_client):
        for url in (LIST, PATIENTS, LOG):
            client.get(url)
    assert verify("nordhavn").trouble == ""
    assert verify("nordhavn").entries == 9
