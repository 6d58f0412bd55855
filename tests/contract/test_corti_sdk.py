"""Corti's own JavaScript SDK takes the sandbox for Corti."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from corti_gateway.gateway import CortiGateway
from corti_gateway.models import Interaction
from corti_gateway.queries import InteractionQuery
from corti_gateway.sandbox import Sandbox, SandboxTenant
from corti_gateway.vocabulary import EncounterStatus
from tests.contract.conftest import CLINIC, FAULTY
from tests.contract.prism import NODE_FOLDER, node_environment

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("node_tools")]

Report = dict[str, Any]
AskSdk = Callable[..., list[Report]]


@pytest.fixture
def ask_sdk(sandbox: Sandbox) -> AskSdk:
    """Runs the SDK with client credentials; a report for each question, in its own words."""

    def ask(*questions: dict[str, Any], tenant: SandboxTenant = CLINIC, secret: str = "") -> list[Report]:
        base = sandbox.api_url.rstrip("/")
        login = sandbox.auth_url.rstrip("/")
        client = {
            "environment": {"base": base, "wss": base, "agents": base, "login": login},
            "tenantName": tenant.tenant_name,
            "auth": {"clientId": tenant.client_id, "clientSecret": secret or tenant.client_secret},
        }
        done = subprocess.run(
            ["node", "list.mjs"],
            cwd=NODE_FOLDER,
            env=node_environment(),
            input=json.dumps({"client": client, "questions": questions}),
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        reports: list[Report] = json.loads(done.stdout)
        return reports

    return ask


def rows_of(gateway: CortiGateway, **query: Any) -> tuple[Interaction, ...]:
    """All rows on one page, as our gateway reads them."""
    return gateway.list_interactions(InteractionQuery(page_size=CLINIC.size, **query)).interactions


def check_same(report: Report, rows: tuple[Interaction, ...], size: int) -> None:
    """The SDK has walked all pages to the empty one, and found these rows in this order."""
    assert "error" not in report
    wanted = [row.id for row in rows]
    assert [row["id"] for page in report["pages"] for row in page] == wanted
    assert report["ids"] == wanted
    full, rest = divmod(len(wanted), size)
    assert [len(page) for page in report["pages"]] == [size] * full + [rest] * bool(rest) + [0]


def test_the_sdk_pages_through_every_interaction(ask_sdk: AskSdk, direct: CortiGateway, sandbox: Sandbox) -> None:
    sandbox.tenant(CLINIC.slug).stats.reset()
    (report,) = ask_sdk({"pageSize": 100})
    assert sandbox.tenant(CLINIC.slug).stats.calls("token", 200) == 1
    rows = rows_of(direct)
    assert len(rows) == CLINIC.size
    check_same(report, rows, 100)


def test_the_sdk_reads_the_same_fields(ask_sdk: AskSdk, direct: CortiGateway) -> None:
    (report,) = ask_sdk({"pageSize": CLINIC.size})
    for theirs, ours in zip(report["pages"][0], rows_of(direct), strict=True):
        encounter, patient = theirs["encounter"], theirs["patient"]
        assert ours.patient
        assert (theirs["assignedUserId"], encounter["identifier"], encounter["status"], encounter["type"]) == (
            ours.assigned_user_id,
            ours.encounter.identifier,
            ours.encounter.status,
            ours.encounter.type,
        )
        assert encounter.get("title") == ours.encounter.title
        assert patient["identifier"] == ours.patient.identifier
        assert (patient.get("name"), patient.get("gender")) == (ours.patient.name, ours.patient.gender)
        for name, moment in (("createdAt", ours.created_at), ("endedAt", ours.ended_at)):
            # The SDK makes a JavaScript date of it, which knows milliseconds.
            expected = moment and f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
            assert theirs.get(name) == expected


def test_the_sdk_sorts_both_ways(ask_sdk: AskSdk, direct: CortiGateway) -> None:
    sorts = ("id", "assignedUserId", "patient", "createdAt", "endedAt", "updatedAt")
    orders = [{"sort": sort, "direction": direction} for sort in sorts for direction in ("asc", "desc")]
    for order, report in zip(orders, ask_sdk(*({**order, "pageSize": 500} for order in orders)), strict=True):
        check_same(report, rows_of(direct, **order), 500)


def test_the_sdk_filters_by_one_status_and_by_several(ask_sdk: AskSdk, direct: CortiGateway) -> None:
    words = [status.value for status in EncounterStatus]
    choices = [[word] for word in words] + [words[:2], words[2:], words[::-2], words]
    questions = ({"encounterStatus": choice, "pageSize": 200} for choice in choices)
    for choice, report in zip(choices, ask_sdk(*questions), strict=True):
        rows = rows_of(direct, statuses=tuple(choice))
        assert {row.encounter.status for row in rows} == set(choice)
        check_same(report, rows, 200)


def test_the_sdk_filters_by_patient(ask_sdk: AskSdk, direct: CortiGateway) -> None:
    known = {row.patient.identifier for row in rows_of(direct) if row.patient and row.patient.identifier}
    odd = sorted(identifier for identifier in known if set(identifier) & set("+&?#Ø/ "))
    plain = sorted(known.difference(odd))
    assert odd
    assert plain
    patients = odd[:10] + plain[:5]
    for patient, report in zip(patients, ask_sdk(*({"patient": patient} for patient in patients)), strict=True):
        rows = rows_of(direct, patient=patient)
        assert rows
        check_same(report, rows, 10)


def test_the_sdk_finds_nothing_of_an_unknown_patient_and_past_the_end(ask_sdk: AskSdk) -> None:
    for report in ask_sdk(
        {"patient": "nobody"}, {"index": 1000}, {"patient": "nobody", "encounterStatus": ["planned"]}
    ):
        assert report == {"pages": [[]], "ids": []}


def test_the_sdk_knows_the_errors_it_gets(ask_sdk: AskSdk, sandbox: Sandbox) -> None:
    faults = sandbox.tenant(FAULTY.slug).faults
    try:
        for status, name in ((403, "ForbiddenError"), (504, "GatewayTimeoutError"), (500, "CortiError")):
            faults.set("status", endpoint="list", status=status, detail="No, says the sandbox.")
            (report,) = ask_sdk({}, tenant=FAULTY)
            assert (report["error"], report["status"]) == (name, status)
            assert report["body"]["detail"] == "No, says the sandbox."
            assert report["body"]["requestid"]
    finally:
        faults.clear()


def test_the_sdk_is_refused_with_a_wrong_secret(ask_sdk: AskSdk) -> None:
    (report,) = ask_sdk({}, secret="not the secret")
    assert report["status"] == 401
    assert report["body"]["error"] == "unauthorized_client"
