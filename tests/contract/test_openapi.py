"""Prism between gateway and sandbox finds no deviation from Corti's published OpenAPI document."""

import json
from collections.abc import Callable, Iterator
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
import requests

from corti_gateway.errors import Forbidden, Refused, ServerFailed
from corti_gateway.gateway import FAR_PAGE, CortiGateway
from corti_gateway.queries import InteractionQuery
from corti_gateway.sandbox import Sandbox, Stats
from corti_gateway.vocabulary import Direction, EncounterStatus, SortField
from tests.contract.conftest import CLINIC, FAULTY, NOON
from tests.contract.prism import DOCUMENT, DOCUMENT_SHA256, Prism, digest
from tests.contract.tokens import token_of

pytestmark = pytest.mark.node

Ask = Callable[..., requests.Response]
MakeGateway = Callable[..., CortiGateway]


def ids(gateway: CortiGateway, **query: Any) -> list[str]:
    page = gateway.list_interactions(InteractionQuery(**query))
    assert page.unreadable == 0
    return [row.id for row in page.interactions]


def walk(gateway: CortiGateway, **query: Any) -> list[str]:
    """The ids of all pages up to the empty one."""
    found: list[str] = []
    for page in range(1, 100):
        rows = ids(gateway, page=page, **query)
        if not rows:
            return found
        found += rows
    raise AssertionError("no empty page after the end")


@pytest.fixture
def stats(sandbox: Sandbox) -> Stats:
    stats = sandbox.tenant(CLINIC.slug).stats
    stats.reset()
    return stats


@pytest.fixture
def ask(prism: Prism, sandbox: Sandbox) -> Iterator[Ask]:
    """Asks the faulty tenant through Prism, and shows the bare answer."""
    faulty = sandbox.tenant(FAULTY.slug)
    headers = {"Authorization": f"Bearer {token_of(sandbox, FAULTY)}", "Tenant-Name": FAULTY.tenant_name}

    def get(question: Any = (), **changed: str | None) -> requests.Response:
        own = {key: value for key, value in (headers | changed).items() if value is not None}
        return requests.get(f"{prism.url}interactions/", params=question, headers=own, timeout=10)

    yield get
    faulty.faults.clear()


def places(response: requests.Response) -> set[str]:
    """Where in the answer Prism finds faults, as dotted paths."""
    remarks = json.loads(response.headers.get("sl-violations", "[]"))
    return {".".join(remark["location"]) for remark in remarks}


def test_the_document_is_the_published_one() -> None:
    assert digest(DOCUMENT) == DOCUMENT_SHA256


@pytest.mark.parametrize(("sort", "direction"), list(product(SortField, Direction)))
def test_all_pages_of_every_order_obey_the_document(
    judged: CortiGateway,
    direct: CortiGateway,
    violations: list[str],
    stats: Stats,
    sort: SortField,
    direction: Direction,
) -> None:
    found = walk(judged, sort=sort, direction=direction, page_size=100)
    assert stats.calls("list", 200) == CLINIC.size / 100 + 1
    assert found == ids(direct, sort=sort, direction=direction, page_size=CLINIC.size)
    assert len(set(found)) == CLINIC.size
    assert violations == []


@pytest.mark.parametrize("status", EncounterStatus)
def test_every_status_obeys_the_document(
    judged: CortiGateway, direct: CortiGateway, violations: list[str], status: EncounterStatus
) -> None:
    found = walk(judged, statuses=(status,), page_size=50)
    assert found
    assert found == ids(direct, statuses=(status,), page_size=CLINIC.size)
    assert violations == []


def test_every_choice_of_several_statuses_obeys_the_document(
    judged: CortiGateway, direct: CortiGateway, violations: list[str]
) -> None:
    for number in range(2, len(EncounterStatus) + 1):
        for statuses in combinations(EncounterStatus, number):
            query = {"statuses": statuses, "sort": SortField.UPDATED, "page_size": 25}
            assert ids(judged, **query) == ids(direct, **query)
    assert violations == []


def test_every_patient_obeys_the_document(judged: CortiGateway, direct: CortiGateway, violations: list[str]) -> None:
    everything = direct.list_interactions(InteractionQuery(page_size=CLINIC.size)).interactions
    rows_of: dict[str, set[str]] = {}
    for row in everything:
        assert row.patient
        assert row.patient.identifier
        rows_of.setdefault(row.patient.identifier, set()).add(row.id)
    # Blanks, signs of URLs and letters beyond ASCII are all among them.
    assert {" ", "/", "+", "?", "#", "&", "Ø"} <= set("".join(rows_of))
    for identifier, rows in rows_of.items():
        assert set(ids(judged, patient=identifier, page_size=100)) == rows
    assert violations == []


def test_patient_status_order_and_page_together_obey_the_document(
    judged: CortiGateway, direct: CortiGateway, violations: list[str]
) -> None:
    for row in direct.list_interactions(InteractionQuery(page_size=5)).interactions:
        assert row.patient
        query = {
            "patient": row.patient.identifier,
            "statuses": (EncounterStatus.COMPLETED, EncounterStatus(str(row.encounter.status))),
            "sort": SortField.ENDED,
            "direction": Direction.ASC,
        }
        found = walk(judged, page_size=2, **query)
        assert row.id in found
        assert found == ids(direct, page_size=100, **query)
    assert violations == []


@pytest.mark.parametrize("size", [1, 3, 10, 100])
def test_pages_at_every_depth_obey_the_document(
    judged: CortiGateway, direct: CortiGateway, violations: list[str], size: int
) -> None:
    everything = ids(direct, page_size=CLINIC.size)
    last = CLINIC.size // size
    for page in sorted({1, 2, last // 3, last // 2, last - 1, last}):
        assert ids(judged, page=page, page_size=size) == everything[(page - 1) * size : page * size]
    assert violations == []


def test_one_page_of_everything_obeys_the_document(judged: CortiGateway, violations: list[str]) -> None:
    assert len(ids(judged, page_size=CLINIC.size)) == CLINIC.size
    assert violations == []


@pytest.mark.parametrize(
    "query",
    [
        {"page": CLINIC.size + 1, "page_size": 1},
        {"page": FAR_PAGE, "page_size": 100},
        # Prism counts in JavaScript, which knows no whole number beyond.
        {"page": 2**53 - 1, "page_size": 100},
        {"patient": "nobody"},
        {"patient": "nobody", "statuses": tuple(EncounterStatus)},
        {"statuses": (EncounterStatus.DELETED,), "page": 1000},
    ],
)
def test_empty_pages_obey_the_document(judged: CortiGateway, violations: list[str], query: dict[str, Any]) -> None:
    assert ids(judged, **query) == []
    assert violations == []


def test_a_clinic_at_work_obeys_the_document(
    node_tools: None, gateway_at: MakeGateway, violations: list[str], tmp_path: Path
) -> None:
    """Rows that live mode starts, changes and ends, and rows that a client creates with as little as it may."""
    encounter = {"identifier": "made by hand", "status": "planned", "type": "emergency"}
    with (
        Sandbox([CLINIC], odd=False, now=NOON, live=True, events_per_minute=60) as sandbox,
        Prism(sandbox.api_url, tmp_path / "log") as prism,
    ):
        judged = gateway_at(prism.url, CLINIC, sandbox)
        before = walk(judged, page_size=100)
        sandbox.advance(240)
        headers = {"Authorization": f"Bearer {token_of(sandbox, CLINIC)}", "Tenant-Name": CLINIC.tenant_name}
        url = f"{sandbox.api_url}interactions/"
        created = requests.post(url, json={"encounter": encounter}, headers=headers, timeout=10)
        assert created.status_code == 201
        made = created.json()["interactionId"]
        changed = requests.patch(
            f"{url}{before[0]}", json={"encounter": {"title": "Changed"}}, headers=headers, timeout=10
        )
        assert changed.status_code == 200
        assert requests.delete(f"{url}{before[1]}", headers=headers, timeout=10).status_code == 204
        after = walk(judged, page_size=100, sort=SortField.UPDATED)
        assert made in after
        assert before[1] not in after
        assert len(set(after) - set(before)) > 1
        judged.close()
    assert violations == []


@pytest.mark.parametrize(("status", "error"), [(403, Forbidden), (504, ServerFailed)])
def test_the_documented_errors_obey_the_document(
    gateway_at: MakeGateway,
    ask: Ask,
    prism: Prism,
    sandbox: Sandbox,
    violations: list[str],
    status: int,
    error: type[Refused],
) -> None:
    sandbox.tenant(FAULTY.slug).faults.set("status", endpoint="list", status=status, detail="No, says the sandbox.")
    with pytest.raises(error) as caught:
        gateway_at(prism.url, FAULTY).list_interactions(InteractionQuery())
    assert caught.value.status == status
    assert caught.value.problem
    assert caught.value.problem.detail == "No, says the sandbox."
    assert caught.value.request_id
    assert violations == []


def test_a_wrong_tenant_name_is_refused_as_documented(ask: Ask) -> None:
    answer = ask(**{"Tenant-Name": CLINIC.tenant_name})
    assert answer.status_code == 403
    assert answer.json()["status"] == 403
    assert places(answer) == set()


def test_a_missing_tenant_name_is_refused_with_the_documented_body(ask: Ask, sandbox: Sandbox) -> None:
    """Prism refuses such a question itself, so the sandbox's own answer is set beside one that Prism has let pass."""
    assert ask(**{"Tenant-Name": None}).status_code == 422
    url = f"{sandbox.api_url}interactions/"
    bare = requests.get(url, headers={"Authorization": f"Bearer {token_of(sandbox, FAULTY)}"}, timeout=10)
    assert bare.status_code == 403
    assert bare.json().keys() == ask(**{"Tenant-Name": "someone-else"}).json().keys()


@pytest.mark.parametrize(
    ("damage", "path"),
    [
        ("words", "encounter.status"),
        ("words", "encounter.type"),
        ("words", "patient.gender"),
        ("types", "assignedUserId"),
        ("types", "createdAt"),
        ("types", "encounter.title"),
        ("dates", "encounter.period.endedAt"),
        ("dates", "patient.birthDate"),
        ("dates", "updatedAt"),
        ("odd_id", "id"),
        ("patient_null", "patient"),
        ("patient_absent", ""),
        ("no_id", ""),
        ("missing", "encounter"),
        ("not_a_row", ""),
    ],
)
def test_prism_reports_a_row_that_breaks_the_document(ask: Ask, sandbox: Sandbox, damage: str, path: str) -> None:
    assert ask().status_code == 200
    sandbox.tenant(FAULTY.slug).faults.set("damage", kind=damage, rows=[2])
    answer = ask()
    assert answer.status_code == 500
    assert f"response.body.interactions.2.{path}".rstrip(".") in places(answer)


@pytest.mark.parametrize("kind", ["wrong_key", "rows_object", "list", "html", "content_type", "no_content"])
def test_prism_reports_a_body_that_breaks_the_document(ask: Ask, sandbox: Sandbox, kind: str) -> None:
    sandbox.tenant(FAULTY.slug).faults.set("body", kind=kind)
    answer = ask()
    assert answer.status_code == 500
    assert places(answer)


@pytest.mark.parametrize("status", [403, 504])
@pytest.mark.parametrize("body", ["old", "empty", "html"])
def test_prism_reports_an_error_body_that_breaks_the_document(
    ask: Ask, sandbox: Sandbox, status: int, body: str
) -> None:
    sandbox.tenant(FAULTY.slug).faults.set("status", endpoint="list", status=status, body=body)
    answer = ask()
    assert answer.status_code == 500
    assert "response.body" in places(answer)


def test_the_gateway_gets_to_know_what_prism_finds(
    gateway_at: MakeGateway, ask: Ask, prism: Prism, sandbox: Sandbox, violations: list[str]
) -> None:
    sandbox.tenant(FAULTY.slug).faults.set("damage", kind="words", rows=[0])
    with pytest.raises(ServerFailed) as caught:
        gateway_at(prism.url, FAULTY).list_interactions(InteractionQuery())
    assert caught.value.status == 500
    assert "encounter" in violations[0]


@pytest.mark.parametrize(
    "question",
    [
        {"sort": "startedAt"},
        {"direction": "down"},
        {"pageSize": "ten"},
        {"index": "1.5"},
        {"encounterStatus": "finished"},
        {"encounterStatus": "planned,completed"},
    ],
)
def test_prism_reports_a_question_that_breaks_the_document(ask: Ask, question: dict[str, str]) -> None:
    """So the gateway's own spelling of questions is judged too."""
    assert ask(question).status_code == 422


def test_prism_reports_a_question_without_token(ask: Ask) -> None:
    assert ask(Authorization=None).status_code == 401
