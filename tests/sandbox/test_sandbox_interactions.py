"""The endpoints of interactions, read as an independent client reads them."""

from typing import Any
from uuid import uuid4

import pytest

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


@pytest.mark.parametrize(
    "statuses", [[status.value] for status in EncounterStatus] + [["planned", "completed"], ["deleted", "on-hold"]]
)
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
        *[
            (name, value)
            for name in ("pageSize", "index")
            for value in ("0", "-1", "1.5", "ten", "2 ", "٣", str(2**63))
        ],
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
