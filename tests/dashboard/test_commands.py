"""What an administrator types."""

import time
from collections import Counter
from dataclasses import replace
from io import StringIO

import pytest
import requests
from django.core.management import CommandError, call_command

from corti_gateway import errors
from corti_gateway.sandbox import DEMO_TENANTS, Sandbox
from corti_gateway.sandbox.store import Listing
from dashboard.clinicians.models import Clinician
from dashboard.demo import accounts
from dashboard.demo.management.commands import demo
from dashboard.demo.processes import ProcessEndedError, Processes, listening
from dashboard.index.models import TenantIndex
from dashboard.tenants import circuit
from dashboard.tenants.models import Membership
from dashboard.tenants.registry import registry


def doctor(*tenants):
    out = StringIO()
    call_command("doctor", *tenants, stdout=out, no_color=True)
    return out.getvalue()


def test_doctor_says_in_words_what_a_tenant_honours(upstream, db):
    said = doctor()
    assert said.count("yes, the credentials are accepted") == 2
    assert "Nordhavn Clinic (nordhavn)" in said
    assert "yes, by patient.identifier" in said
    assert "nordhavn-secret" not in said


def test_doctor_says_what_a_tenant_does_not_honour(upstream, db):
    upstream.faults().set("one_status", which="first")
    upstream.faults().add("page_cap", cap=20)
    registry()["nordhavn"].gateway.sizes.__init__()  # as in a new process
    said = doctor("nordhavn")
    assert "each status is asked for on its own and the answers are merged" in said
    assert "at most 20 rows, whatever is asked" in said
    assert "Riverside" not in said


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (("status", {"endpoint": "token", "status": 401, "body": "oauth"}), "401"),
        (("refuse_tokens", {"status": 403}), "403"),
        (("status", {"endpoint": "list", "status": 404}), "404"),
        (("drop", {}), "no: "),
    ],
)
def test_doctor_exits_with_an_error_on_a_broken_configuration(upstream, db, fault, words):
    name, options = fault
    upstream.sandbox.revoke_tokens("nordhavn")
    upstream.faults().set(name, **options)
    out = StringIO()
    with pytest.raises(CommandError, match="Not in order: nordhavn"):
        call_command("doctor", stdout=out, no_color=True)
    assert words in out.getvalue()
    assert "yes, the credentials are accepted" in out.getvalue(), "the other tenant is examined all the same"


def test_doctor_says_how_the_indexes_stand_and_what_is_stored_in_vain(upstream, db, settings):
    TenantIndex.objects.create(slug="riverside", rows=12, patients=3, stage="filling")
    assert "on. Nothing follows this tenant" in doctor("nordhavn")
    assert "on, filling: 12 encounters, 3 patients. Nobody keeps the index now" in doctor("riverside")
    settings.TENANTS = tuple(replace(tenant, index=False) for tenant in settings.TENANTS)
    said = doctor()
    assert said.count("off: nothing about its patients is stored here") == 2
    assert "riverside has no index by the settings, but 12 encounters are stored" in said


def test_doctor_knows_only_configured_tenants(upstream):
    with pytest.raises(CommandError, match=r"nowhere\. Configured: nordhavn, riverside"):
        doctor("nowhere")


def test_the_demo_names_clinicians_that_its_sandbox_has_and_leaves_what_somebody_changed(db):
    accounts.create()
    accounts.name_clinicians()
    sandbox = Sandbox([replace(tenant, size=200) for tenant in DEMO_TENANTS])
    for tenant in DEMO_TENANTS:
        named = set(Clinician.objects.filter(tenant=tenant.slug).values_list("assigned_user_id", flat=True))
        assigned = Counter(row.user for row in sandbox.tenant(tenant.slug).store.page(Listing(size=200)))
        assert named < {key for key, times in assigned.items() if times > 1}
        assert len(named) == 10
    own = Clinician.objects.get(user__username="clinician")
    assert (own.tenant, own.name) == ("nordhavn", "Karen Holm")
    Clinician.objects.filter(pk=own.pk).update(name="Karen H.")
    accounts.name_clinicians()
    assert Clinician.objects.count() == 20
    assert Clinician.objects.get(pk=own.pk).name == "Karen H."


def test_demo_accounts_see_one_tenant_and_both_and_are_put_back_as_they_were(upstream, db):
    accounts.create()
    Membership.objects.all().delete()
    accounts.create()
    seen = {name: set() for name in ("clinician", "admin")}
    for membership in Membership.objects.select_related("user"):
        seen[membership.user.username].add(membership.tenant)
    assert seen == {"clinician": {"nordhavn"}, "admin": {"nordhavn", "riverside"}}


def test_demo_wants_a_sandbox_and_a_free_port(upstream, settings):
    settings.SANDBOX_URL = upstream.sandbox.url
    settings.DEMO = True
    with pytest.raises(CommandError, match="port is taken"):
        call_command("demo", port=1)
    settings.DEMO = False
    with pytest.raises(CommandError, match="make run"):
        call_command("demo")


def test_sandbox_runs_alone_and_ends_with_its_parent(tmp_path):
    program = "import sys; from django.core.management import execute_from_command_line as run; run(sys.argv)"
    url = "http://127.0.0.1:9399"
    assert not listening(url)
    environment = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": "."}
    with Processes() as processes:
        processes.start("sandbox", ["-c", program, "sandbox", "--port", "9399", "--tenant", "nordhavn:30"], environment)
        processes.wait_for(url, seconds=30)
        assert requests.get(f"{url}/_sandbox/health", timeout=5).ok
    assert not listening(url)


def test_a_process_that_ends_by_itself_is_an_error():
    with Processes() as processes:
        processes.start("liar", ["-c", "raise SystemExit(3)"], {})
        with pytest.raises(ProcessEndedError, match="exit code 3"):
            processes.wait_for("http://127.0.0.1:9398", seconds=10)


def test_what_may_end_is_told_once_and_may_be_started_again():
    told = []
    with Processes() as processes:
        processes.start("sandbox", ["-c", "raise SystemExit(3)"], {})
        processes.start("dashboard", ["-c", "import time; time.sleep(60)"], {})
        end = time.monotonic() + 10
        while not told and time.monotonic() < end:
            processes.check({"sandbox": told.append})
        processes.check({"sandbox": told.append})
        assert told == [3]
        processes.start("sandbox", ["-c", "raise SystemExit(4)"], {})
        time.sleep(1)
        with pytest.raises(ProcessEndedError, match=r"sandbox.*exit code 4"):
            processes.check({"follower": told.append})


def test_the_demo_begins_with_nothing_of_an_earlier_world(upstream, db):
    old = TenantIndex.objects.create(slug="nordhavn", rows=12, stage="following")
    circuit.failed("riverside", errors.TimedOut("no answer", elapsed=5.0))
    demo.forget()
    new = TenantIndex.objects.get(slug="nordhavn")
    assert (new.pk != old.pk, new.stage, new.rows) == (True, "empty", 0)
    assert circuit.trouble("riverside") is None


def test_the_demo_tenants_are_the_two_of_the_readme():
    assert [(tenant.label, tenant.size) for tenant in DEMO_TENANTS] == [
        ("Nordhavn Clinic", 5_000),
        ("Riverside Hospital", 40_000),
    ]
