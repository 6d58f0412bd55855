"""Creating, changing and deleting interactions."""

from typing import Any
from uuid import uuid4

import pytest
import requests

from corti_gateway.sandbox.clock import parse_timestamp


def encounter(**fields: Any) -> dict[str, Any]:
    return {"identifier": f"ENC-{uuid4()}", "status": "planned", "type": "consultation", **fields}


def create(caller: Any, **fields: Any) -> requests.Response:
    response: requests.Response = caller.call("POST", "interactions/", json={"encounter": encounter(), **fields})
    return response


def test_created_interactions_are_listed_first_with_what_was_sent(north: Any) -> None:
    patient = {"identifier": "PT 1/ä", "name": "Testa \u202e Example", "birthDate": "1946-09-05", "gender": "other"}
    period = {"startedAt": "2026-11-20T08:00:00.120+01:00"}
    # Later than what other tests made: the clock of this sandbox stands still.
    north.sandbox.advance(1)
    response = create(north, encounter=encounter(period=period, title="Knee"), patient=patient)
    assert response.status_code == 201
    assert response.json().keys() == {"interactionId", "websocketUrl"}
    row = north.call("GET", f"interactions/{response.json()['interactionId']}").json()
    assert north.rows(patient="PT 1/ä") == [row]
    assert north.rows()[0] == row
    assert row["patient"] == {**patient, "pronouns": None}
    assert row["encounter"]["period"] == {"startedAt": "2026-11-20T07:00:00.12Z", "endedAt": None}
    assert row["websocketUrl"] == response.json()["websocketUrl"]
    assert row["createdAt"] == row["updatedAt"]


def test_the_server_fills_in_user_and_start(north: Any) -> None:
    row = north.call("GET", f"interactions/{create(north).json()['interactionId']}").json()
    assert len(row["assignedUserId"]) == 36
    assert row["encounter"]["period"]["startedAt"] == row["createdAt"]
    assert row["patient"] is None


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"encounter": {"status": "planned", "type": "consultation"}}, "encounter.identifier"),
        ({"encounter": encounter(status="finished")}, "encounter.status"),
        ({"encounter": encounter(type="first-consultation")}, "encounter.type"),
        ({"encounter": encounter(status=["planned"])}, "encounter.status"),
        ({"encounter": encounter(period={"startedAt": "today"})}, "encounter.period.startedAt"),
        ({"assignedUserId": "me"}, "assignedUserId"),
        ({"patient": {"name": "No Identifier"}}, "patient.identifier"),
        ({"patient": {"identifier": "x", "gender": "f"}}, "patient.gender"),
        ({"patient": "Testa"}, "patient.identifier"),
    ],
)
def test_creating_names_the_fields_that_are_wrong(north: Any, fields: dict[str, Any], name: str) -> None:
    response = create(north, **fields)
    assert response.status_code == 400
    assert name in response.json()["validationErrors"][0]


def test_bodies_that_are_no_json_object_are_refused(north: Any) -> None:
    for body in (b"", b"[]", b"{", b"null", b"\xff", b"[" * 100_000):
        assert north.call("POST", "interactions/", data=body).status_code == 400


def test_a_lone_surrogate_in_a_body_is_replaced(north: Any) -> None:
    body = b'{"encounter":{"identifier":"sur-1","status":"planned","type":"emergency","title":"\\ud83d!"}}'
    made = north.call("POST", "interactions/", data=body).json()["interactionId"]
    assert north.call("GET", f"interactions/{made}").json()["encounter"]["title"] == "\ufffd!"


def test_an_encounter_identifier_cannot_be_used_twice_even_after_deletion(north: Any) -> None:
    taken = encounter()
    made = create(north, encounter=taken).json()["interactionId"]
    assert create(north, encounter=taken).status_code == 400
    assert north.call("DELETE", f"interactions/{made}").status_code == 204
    assert create(north, encounter=taken).status_code == 400


def test_a_change_touches_what_it_names_and_the_time(sandbox: Any, north: Any) -> None:
    made = create(north, patient={"identifier": "PT-9", "name": "Testa", "gender": "female"}).json()["interactionId"]
    before = north.call("GET", f"interactions/{made}").json()
    sandbox.advance(5)
    end = "2026-11-20T13:30:00Z"
    body = {"encounter": {"status": "completed", "period": {"endedAt": end}}, "endedAt": end, "patient": {"name": "Ny"}}
    after = north.call("PATCH", f"interactions/{made}", json=body)
    assert after.status_code == 200
    row = after.json()
    assert row["encounter"] == {
        **before["encounter"],
        "status": "completed",
        "period": {**before["encounter"]["period"], "endedAt": end},
    }
    assert row["patient"] == {**before["patient"], "name": "Ny"}
    assert row["endedAt"] == end
    assert parse_timestamp(row["updatedAt"]) - parse_timestamp(before["updatedAt"]) == 5 * 10**9
    assert north.rows(sort="updatedAt")[0] == row
    assert north.rows(patient="PT-9", encounterStatus="completed") == [row]
    assert north.rows(patient="PT-9", encounterStatus="planned") == []


def test_null_empties_what_may_be_empty_and_leaves_the_rest(north: Any) -> None:
    made = create(north, encounter=encounter(title="Knee")).json()["interactionId"]
    before = north.call("GET", f"interactions/{made}").json()
    body = {"assignedUserId": None, "encounter": {"identifier": None, "status": None, "title": None}, "patient": None}
    after = north.call("PATCH", f"interactions/{made}", json=body).json()
    assert after == {**before, "encounter": {**before["encounter"], "title": None}, **times_of(after)}


def times_of(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("updatedAt", "lastUpdated")}


def test_a_change_that_is_wrong_changes_nothing(north: Any) -> None:
    made = create(north).json()["interactionId"]
    before = north.call("GET", f"interactions/{made}").json()
    for body in ({"encounter": {"status": "gone"}}, {"encounter": {"title": 5, "type": "emergency"}}, []):
        assert north.call("PATCH", f"interactions/{made}", json=body).status_code == 400
    assert north.call("GET", f"interactions/{made}").json() == before


def test_a_deleted_interaction_is_gone_from_everywhere(north: Any) -> None:
    made = create(north, patient={"identifier": "PT-gone"}).json()["interactionId"]
    count = len(north.rows(pageSize=1000))
    response = north.call("DELETE", f"interactions/{made}")
    assert (response.status_code, response.content) == (204, b"")
    assert "Content-Length" not in response.headers
    assert north.call("GET", f"interactions/{made}").status_code == 404
    assert north.call("DELETE", f"interactions/{made}").status_code == 404
    assert north.rows(patient="PT-gone") == []
    assert len(north.rows(pageSize=1000)) == count - 1


def test_a_body_over_the_limit_is_refused_with_an_answer(north: Any) -> None:
    response = north.call("POST", "interactions/", data=b" " * (2 << 20))
    assert response.status_code == 413


def test_status_deleted_is_a_value_and_the_row_stays(north: Any) -> None:
    made = create(north, encounter=encounter(status="deleted")).json()["interactionId"]
    assert made in {row["id"] for row in north.rows(pageSize=1000, encounterStatus="deleted")}
    assert north.call("GET", f"interactions/{made}").status_code == 200
