"""Faults strike the endpoints of what an interaction holds, each by its name."""

import json
from typing import Any

import pytest
import requests

from corti_gateway.sandbox.bodies import BODIES
from corti_gateway.sandbox.catalogue import DAMAGES, ENDPOINTS
from corti_gateway.sandbox.items import ITEMS

LISTS = {
    "facts": "facts",
    "factgroups": "data",
    "documents": "data",
    "guided": None,
    "transcripts": "transcripts",
    "transcript": "transcripts",
    "recordings": "recordings",
    "document": "sections",
    "guided_document": "sections",
}
ALL = [*LISTS, "transcript_status", "recording"]


@pytest.fixture
def paths(north: Any) -> dict[str, str]:
    """An address of each endpoint, by its name."""
    interaction_id: str = north.rows(encounterStatus="completed", pageSize=1)[0]["id"]
    held = north.tenant.contents.put(interaction_id, "rich")
    base = f"interactions/{interaction_id}"
    transcript = f"{base}/transcripts/{held.transcripts[0]['id']}"
    return {
        "facts": f"{base}/facts/",
        "factgroups": "factgroups/",
        "documents": f"{base}/documents/",
        "document": f"{base}/documents/{held.documents[0]['id']}",
        "guided": f"documents/?interactionId={interaction_id}",
        "guided_document": f"documents/{held.guided[0]['id']}",
        "transcripts": f"{base}/transcripts/",
        "transcript": transcript,
        "transcript_status": f"{transcript}/status",
        "recordings": f"{base}/recordings/",
        "recording": f"{base}/recordings/{next(iter(held.recordings))}",
    }


def rows_of(endpoint: str, response: requests.Response) -> Any:
    content, key = response.json(), LISTS[endpoint]
    return content if key is None else content[key]


def test_every_endpoint_has_a_name_that_faults_know() -> None:
    assert set(ALL) < set(ENDPOINTS)
    assert set(ITEMS) == set(DAMAGES)


@pytest.mark.parametrize("endpoint", ALL)
def test_an_error_strikes_the_endpoint_named_and_no_other(north: Any, paths: dict[str, str], endpoint: str) -> None:
    north.tenant.faults.set("status", endpoint=endpoint, status=503)
    answers = {name: north.call("HEAD", path).status_code for name, path in paths.items()}
    assert answers == {name: 503 if name == endpoint else 200 for name in ALL}
    north.tenant.stats.reset()
    north.call("GET", paths[endpoint])
    assert north.tenant.stats.calls(endpoint, 503) == 1


@pytest.mark.parametrize("endpoint", ALL)
def test_every_answer_can_be_cut_short(north: Any, paths: dict[str, str], endpoint: str) -> None:
    north.tenant.faults.set("short", endpoint=endpoint)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        north.call("GET", paths[endpoint])
    north.tenant.faults.set("short", endpoint=endpoint, bytes=7, length=False)
    assert len(north.call("GET", paths[endpoint]).content) == 7


@pytest.mark.parametrize("endpoint", ALL)
def test_every_answer_can_hang_or_be_dropped(north: Any, paths: dict[str, str], endpoint: str) -> None:
    north.tenant.faults.set("hang", endpoint=endpoint, seconds=60)
    with pytest.raises(requests.exceptions.ReadTimeout):
        north.call("GET", paths[endpoint], timeout=0.05)
    north.tenant.faults.set("drop", endpoint=endpoint)
    with pytest.raises(requests.exceptions.ConnectionError):
        north.call("GET", paths[endpoint])


@pytest.mark.parametrize("endpoint", ALL)
def test_every_answer_can_drip_and_arrives_whole(north: Any, paths: dict[str, str], endpoint: str) -> None:
    good = north.call("GET", paths[endpoint]).content
    north.tenant.faults.set("drip", endpoint=endpoint, bytes=max(len(good) // 3, 1), ms=1)
    assert north.call("GET", paths[endpoint]).content == good


# Not those that take long, nor the one that differs only where the true body has letters beyond ASCII.
ALWAYS_WRONG = [kind for kind in BODIES if kind not in ("huge", "gzip_bomb", "bad_gzip", "deep", "latin1")]


@pytest.mark.parametrize("kind", ALWAYS_WRONG)
@pytest.mark.parametrize("endpoint", ["facts", "guided", "transcript", "recordings"])
def test_wrong_bodies_are_not_the_true_one(north: Any, paths: dict[str, str], endpoint: str, kind: str) -> None:
    good = north.call("GET", paths[endpoint])
    north.tenant.faults.set("body", endpoint=endpoint, kind=kind)
    spoiled = north.call("GET", paths[endpoint])
    assert spoiled.ok
    changed = (spoiled.content, spoiled.headers.get("Content-Type")) != (good.content, good.headers["Content-Type"])
    assert changed


def test_a_wrong_body_replaces_a_recording_too(north: Any, paths: dict[str, str]) -> None:
    north.tenant.faults.set("body", endpoint="recording", kind="html")
    answer = north.call("GET", paths["recording"])
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    north.tenant.faults.set("body", endpoint="recording", kind="content_type")
    answer = north.call("GET", paths["recording"])
    assert (answer.headers["Content-Type"], answer.content[:4]) == ("text/plain", b"RIFF")


@pytest.mark.parametrize("endpoint", list(LISTS))
def test_every_list_can_be_null(north: Any, paths: dict[str, str], endpoint: str) -> None:
    north.tenant.faults.set("nulls", endpoint=endpoint)
    assert rows_of(endpoint, north.call("GET", paths[endpoint])) is None


# A section of a classic document has no id that it could lose.
DAMAGED = [(name, kind) for name in LISTS for kind in DAMAGES if (name, kind) != ("document", "no_id")]


@pytest.mark.parametrize(("endpoint", "kind"), DAMAGED)
def test_damage_spoils_the_items_named_and_no_other(
    north: Any, paths: dict[str, str], endpoint: str, kind: str
) -> None:
    good = rows_of(endpoint, north.call("GET", paths[endpoint]))
    north.tenant.faults.set("damage", endpoint=endpoint, kind=kind, rows=[0])
    spoiled = rows_of(endpoint, north.call("GET", paths[endpoint]))
    assert spoiled[1:] == good[1:]
    assert spoiled[0] != good[0]


def test_damaged_types_keep_the_id_and_spoil_the_rest(north: Any, paths: dict[str, str]) -> None:
    north.tenant.faults.set("damage", endpoint="facts", kind="types", rows="all")
    for fact in rows_of("facts", north.call("GET", paths["facts"])):
        assert isinstance(fact["id"], str)
        assert not isinstance(fact["text"], str)
        assert not isinstance(fact["isDiscarded"], bool)
        assert not isinstance(fact["evidence"], list)


def test_guided_documents_of_others_can_leak_into_the_answer(north: Any, paths: dict[str, str]) -> None:
    own = north.call("GET", paths["guided"]).json()
    north.tenant.faults.set("ignore_filter", endpoint="guided")
    leaked = north.call("GET", paths["guided"]).json()
    assert [document for document in leaked if document in own] == own
    assert {document["interactionId"] for document in leaked} > {own[0]["interactionId"]}


def test_ranges_can_be_ignored(north: Any, paths: dict[str, str]) -> None:
    whole = north.call("GET", paths["recording"]).content
    north.tenant.faults.set("no_range")
    answer = north.call("GET", paths["recording"], headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.content) == (200, whole)
    assert "Accept-Ranges" not in answer.headers


def test_damage_to_a_list_of_facts_goes_through_json(north: Any, paths: dict[str, str]) -> None:
    north.tenant.faults.set("damage", endpoint="facts", kind="surrogate")
    assert "half \ud83d of a sign" in json.dumps(north.call("GET", paths["facts"]).json(), ensure_ascii=False)
