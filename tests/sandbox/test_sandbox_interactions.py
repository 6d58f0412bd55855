"""The endpoints of interactions, as an independent client sees them."""

import datetime
from typing import Any
from uuid import uuid4

import pytest
import requests

from corti_gateway.sandbox.clock import parse_timestamp
from corti_gateway.vocabulary import EncounterStatus

BIG = 2**63


def value_of(row: dict[str, Any], sort: str) -> Any:
    """What a row is sorted by; missing values stand after all others, as the sandbox decides."""
    if sort == "patient":
        return (row["patient"] or {}).get("identifier", "\U0010ffff")
    if sort in ("id", "assignedUserId"):
        return row[sort]
    return parse_timestamp(row[sort]) if row.get(sort) else BIG


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("sort", ["id", "assignedUserId", "patient", "createdAt", "endedAt", "updatedAt"])
def test_every_sort_is_honoured_both_ways_over_all_pages(north: Any, sort: str, direction: str) -> None:
    pages = [north.rows(sort=sort, direction=direction, pageSize=64, index=index) for index in range(1, 7)]
    rows = [row for page in pages for row in page]
    assert len(rows) == 300
    assert rows == sorted(rows, key=lambda row: (value_of(row, sort), row["id"]), reverse=direction == "desc")
    assert pages[-1] == []


def test_without_parameters_come_the_ten_newest(north: Any) -> None:
    assert north.rows() == north.rows(sort="createdAt", direction="desc", pageSize=10, index=1)
    assert len(north.rows()) == 10


@pytest.mark.parametrize("statuses", [[status.value] for status in EncounterStatus] + [["planned", "completed"], ["deleted", "on-hold"]])
def test_statuses_filter_with_or(north: Any, statuses: list[str]) -> None:
    everything = north.rows(pageSize=1000)
    expected = [row for row in everything if row["encounter"]["status"] in statuses]
    assert expected
    assert north.rows(pageSize=1000, encounterStatus=statuses) == expected


def test_the_unfiltered_list_holds_deleted_encounters(north: Any) -> None:
    assert any(row["encounter"]["status"] == "deleted" for row in north.rows(pageSize=1000))


def test_the_patient_filter_is_exact_and_joins_statuses_with_and(north: Any) -> None:
    rows = north.rows(pageSize=1000)
    identifiers = {(row["patient"] or {}).get("identifier") for row in rows} - {None}
    odd = [identifier for identifier in identifiers if not identifier.isalnum()]
    for identifier in odd[:20]:
        own = [row for row in rows if (row["patient"] or {}).get("identifier") == identifier]
        assert north.rows(patient=identifier, pageSize=1000) == own
        done = [row for row in own if row["encounter"]["status"] == "completed"]
        assert north.rows(patient=identifier, encounterStatus="completed", pageSize=1000) == done
        assert north.rows(patient=identifier + "x") == []


def test_past_the_end_the_list_is_empty_and_not_null(north: Any) -> None:
    for index in (31, 10**6, 2**63 - 1):
        assert north.ask(index=index).text == '{"interactions":[]}'
    assert north.ask(patient="nobody").text == '{"interactions":[]}'


def test_a_page_as_large_as_a_number_can_be_is_served(north: Any) -> None:
    assert len(north.rows(pageSize=2**63 - 1)) == 300


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, value) for name in ("pageSize", "index") for value in ("0", "-1", "1.5", "ten", "2 ", "٣", str(2**63))],
        ("sort", "startedAt"),
        ("direction", "up"),
        ("encounterStatus", "in_progress"),
        ("encounterStatus", "planned,completed"),
    ],
)
def test_values_that_are_not_understood_are_refused_by_name(north: Any, name: str, value: str) -> None:
    response = north.ask(**{name: value})
    assert response.status_code == 400
    assert name in response.json()["detail"]
    assert response.json()["validationErrors"] == [{name: response.json()["detail"].split(f"{name}: ")[1]}]


def test_unknown_and_empty_parameters_are_ignored(north: Any) -> None:
    assert north.rows(limit=3, offset=5, sort="", patient="", encounterStatus="") == north.rows()


def test_a_collection_without_its_slash_redirects_and_keeps_the_query(north: Any) -> None:
    response = north.call("GET", "interactions?index=2&patient=a%2Bb")
    assert response.status_code == 307
    assert response.headers["Location"] == "/v2/interactions/?index=2&patient=a%2Bb"


def test_routes_that_do_not_exist_are_forbidden(north: Any) -> None:
    for path in ("fact-groups/", "interactions/x/y/z", "", f"interactions/{uuid4()}/"):
        assert north.call("GET", path).status_code == 403


def test_wrong_methods_are_refused_with_those_that_are_right(north: Any) -> None:
    response = north.call("PUT", "interactions/")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, POST, OPTIONS"
    assert north.call("POST", f"interactions/{uuid4()}").status_code == 405


def test_head_answers_like_get_without_the_body(north: Any) -> None:
    head, get = north.call("HEAD", "interactions/"), north.call("GET", "interactions/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_options_names_the_methods(north: Any) -> None:
    response = north.call("OPTIONS", "interactions/", headers={"Authorization": None})
    assert response.status_code == 204
    assert "PATCH" in response.headers["Allow"]


def test_one_interaction_reads_as_in_the_list(north: Any) -> None:
    row = north.rows()[3]
    assert north.call("GET", f"interactions/{row['id']}").json() == row
    assert north.call("GET", f"interactions/{row['id'].upper()}").json() == row


def test_a_malformed_id_is_400_and_an_unknown_one_404(north: Any) -> None:
    for bad in ("1", "int_abc123", "{6b1f0c1e-7a55-4a0e-9d0c-2f6f3f0a9b11}", "%00"):
        assert north.call("GET", f"interactions/{bad}").status_code == 400
    assert north.call("GET", f"interactions/{uuid4()}").status_code == 404


def encounter(**fields: Any) -> dict[str, Any]:
    return {"identifier": f"ENC-{uuid4()}", "status": "planned", "type": "consultation", **fields}


def create(caller: Any, **fields: Any) -> requests.Response:
    response: requests.Response = caller.call("POST", "interactions/", json={"encounter": encounter(), **fields})
    return response


def test_created_interactions_are_listed_first_with_what_was_sent(north: Any) -> None:
    patient = {"identifier": "PT 1/ä", "name": "Testa \u202e Example", "birthDate": "1946-09-05", "gender": "other"}
    period = {"startedAt": "2026-11-20T08:00:00.120+01:00"}
    response = create(north, encounter=encounter(period=period, title="Knee"), patient=patient)
    assert response.status_code == 201
    assert response.json().keys() == {"interactionId", "websocketUrl"}
    row = north.call("GET", f"interactions/{response.json()['interactionId']}").json()
    assert north.rows(patient="PT 1/ä") == [row]
    assert row["id"] in {row["id"] for row in north.rows(pageSize=3)}
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
    now = north.sandbox.clock.time()
    assert datetime.datetime.fromtimestamp(now, datetime.UTC).year == 2026
