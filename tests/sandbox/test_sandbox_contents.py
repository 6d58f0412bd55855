"""The endpoints of what an interaction holds: paths, envelopes, statuses, and what a test can put there."""

import uuid
from typing import Any

import pytest
import requests

from corti_gateway.sandbox import Sandbox
from corti_gateway.sandbox.contents.shapes import SHAPES

NOBODY = "00000000-0000-4000-8000-000000000000"
GROUPS = """
chief-complaint history-of-present-illness past-medical-history family-history social-history functional-status
medications-prior-to-visit allergies demographics vital-signs laboratory-results imaging-results
normal-physical-findings abnormal-physical-findings denials-of-symptoms concerns-and-expectations assessment plan
actions other
"""


@pytest.fixture
def rich(north: Any) -> str:
    """The newest completed interaction, made rich."""
    interaction_id: str = north.rows(encounterStatus="completed", pageSize=1)[0]["id"]
    north.tenant.contents.put(interaction_id, "rich")
    return interaction_id


def read(caller: Any, path: str, **query: Any) -> Any:
    response = caller.call("GET", path, params=query)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/json"
    return response.json()


def recording(caller: Any, interaction_id: str) -> str:
    (found,) = read(caller, f"interactions/{interaction_id}/recordings/")["recordings"]
    return f"interactions/{interaction_id}/recordings/{found}"


def test_each_list_has_its_own_envelope(north: Any, rich: str) -> None:
    base = f"interactions/{rich}"
    assert list(read(north, f"{base}/recordings/")) == ["recordings"]
    assert list(read(north, f"{base}/transcripts/")) == ["transcripts"]
    assert list(read(north, f"{base}/facts/")) == ["facts"]
    assert list(read(north, f"{base}/documents/")) == ["data"]
    assert isinstance(read(north, "documents/", interactionId=rich), list)
    assert list(read(north, "factgroups/")) == ["data"]


def test_single_items_are_those_of_the_list(north: Any, rich: str) -> None:
    base = f"interactions/{rich}"
    (listed,) = read(north, f"{base}/transcripts/", full="true")["transcripts"]
    single = read(north, f"{base}/transcripts/{listed['id']}")
    assert single["id"] == listed["id"]
    assert listed["transcript"] == {"metadata": single["metadata"], "transcripts": single["transcripts"]}
    assert single["recordingId"] in read(north, f"{base}/recordings/")["recordings"]
    assert read(north, f"{base}/transcripts/{listed['id']}/status") == {"status": single["status"]}
    for document in read(north, f"{base}/documents/")["data"]:
        assert read(north, f"{base}/documents/{document['id']}") == document
    for document in read(north, "documents/", interactionId=rich):
        assert read(north, f"documents/{document['id']}") == document
        assert document["interactionId"] == rich


def test_the_list_of_transcripts_shows_segments_only_when_asked_for_all_of_them(north: Any, rich: str) -> None:
    base = f"interactions/{rich}/transcripts/"
    (item,) = read(north, base)["transcripts"]
    assert item.keys() == {"id", "transcriptSample"}
    (full,) = read(north, base, full="true")["transcripts"]
    spoken = " ".join(segment["text"] for segment in full["transcript"]["transcripts"])
    assert spoken.startswith(item["transcriptSample"])
    assert read(north, base, full="false") == {"transcripts": [item]}
    assert north.call("GET", base, params={"full": "perhaps"}).status_code == 400


def test_what_holds_nothing_has_empty_lists_but_null_transcripts(north: Any, rich: str) -> None:
    north.tenant.contents.put(rich)
    base = f"interactions/{rich}"
    assert read(north, f"{base}/recordings/") == {"recordings": []}
    assert read(north, f"{base}/transcripts/") == {"transcripts": None}
    assert read(north, f"{base}/facts/") == {"facts": []}
    assert read(north, f"{base}/documents/") == {"data": []}
    assert read(north, "documents/", interactionId=rich) == []


def test_an_interaction_that_a_client_creates_holds_nothing(north: Any) -> None:
    encounter = {"identifier": f"made {uuid.uuid4()}", "status": "completed", "type": "emergency"}
    made = north.call("POST", "interactions/", json={"encounter": encounter}).json()["interactionId"]
    assert read(north, f"interactions/{made}/facts/") == {"facts": []}
    assert read(north, f"interactions/{made}/transcripts/") == {"transcripts": None}


def test_the_fact_groups_are_the_twenty_that_were_seen_in_three_languages(north: Any) -> None:
    groups = read(north, "factgroups/")["data"]
    assert [group["key"] for group in groups] == GROUPS.split()
    for group in groups:
        assert [translation["languages_id"] for translation in group["translations"]] == ["en", "da", "de"]
        assert all(isinstance(translation["id"], int) and translation["name"] for translation in group["translations"])
    assert len({group["id"] for group in groups}) == 20


@pytest.mark.parametrize("path", ["facts", "recordings", "transcripts", "documents"])
def test_a_collection_without_its_slash_is_redirected_to_it(north: Any, rich: str, path: str) -> None:
    response = north.call("GET", f"interactions/{rich}/{path}?full=true")
    assert response.status_code == 307
    assert response.headers["Location"] == f"/v2/interactions/{rich}/{path}/?full=true"


@pytest.mark.parametrize("path", ["documents", "factgroups"])
def test_a_collection_of_the_tenant_without_its_slash_is_redirected_too(north: Any, path: str) -> None:
    assert north.call("GET", path).headers["Location"] == f"/v2/{path}/"


@pytest.mark.parametrize(
    "path",
    [
        "interactions/not-a-uuid/facts/",
        "interactions/not-a-uuid/recordings/",
        "interactions/not-a-uuid/transcripts/",
        "interactions/not-a-uuid/documents/",
        "interactions/{rich}/recordings/not-a-uuid",
        "interactions/{rich}/transcripts/not-a-uuid",
        "interactions/{rich}/transcripts/not-a-uuid/status",
        "interactions/{rich}/documents/not-a-uuid",
        "documents/not-a-uuid",
        "documents/?interactionId=not-a-uuid",
    ],
)
def test_a_malformed_id_is_400(north: Any, rich: str, path: str) -> None:
    response = north.call("GET", path.format(rich=rich))
    assert response.status_code == 400
    assert response.json()["validationErrors"]


@pytest.mark.parametrize(
    "path",
    [
        f"interactions/{NOBODY}/facts/",
        f"interactions/{NOBODY}/recordings/",
        f"interactions/{NOBODY}/transcripts/",
        f"interactions/{NOBODY}/documents/",
        f"interactions/{{rich}}/recordings/{NOBODY}",
        f"interactions/{{rich}}/transcripts/{NOBODY}",
        f"interactions/{{rich}}/transcripts/{NOBODY}/status",
        f"interactions/{{rich}}/documents/{NOBODY}",
        f"documents/{NOBODY}",
    ],
)
def test_an_unknown_id_is_404(north: Any, rich: str, path: str) -> None:
    response = north.call("GET", path.format(rich=rich))
    assert (response.status_code, response.json()["type"]) == (404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "fact-groups/",
        "interactions/{rich}/facts/fct-1",
        "interactions/{rich}/codes/",
        "interactions/{rich}/transcripts/{rich}/segments",
        "documents/templates/",
        "documents/sections",
    ],
)
def test_an_unknown_route_is_403(north: Any, rich: str, path: str) -> None:
    assert north.call("GET", path.format(rich=rich)).status_code == 403


def test_contents_can_only_be_read(north: Any, rich: str) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        response = north.call(method, f"interactions/{rich}/facts/")
        assert response.status_code == 405
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_contents_ask_for_token_and_tenant(north: Any, callers: dict[str, Any], rich: str) -> None:
    path = f"interactions/{rich}/facts/"
    assert north.call("GET", path, headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert north.call("GET", path, headers={"Tenant-Name": "other"}).status_code == 403
    assert callers["south"].call("GET", path).status_code == 404


def test_guided_documents_are_filtered_by_interaction_template_and_labels(north: Any, rich: str) -> None:
    first, second = read(north, "documents/", interactionId=rich)
    assert read(north, "documents/", interactionId=rich, templateId=first["templateId"]) == [first]
    labels = ["to:patient", "to:nobody"]
    assert read(north, "documents/", interactionId=rich, label=labels) == [second]
    assert read(north, "documents/", interactionId=NOBODY) == []
    everything = read(north, "documents/")
    assert first in everything
    assert len({document["interactionId"] for document in everything}) > 1


def test_a_recording_comes_whole_with_its_size(north: Any, rich: str) -> None:
    path = recording(north, rich)
    whole = north.call("GET", path)
    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "audio/wav")
    assert int(whole.headers["Content-Length"]) == len(whole.content)
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.content == north.call("GET", path).content
    head = north.call("HEAD", path)
    assert (head.headers["Content-Length"], head.content) == (whole.headers["Content-Length"], b"")


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=100-65635", slice(100, 65636)),
        ("bytes=43-", slice(43, None)),
        ("bytes=-500", slice(-500, None)),
        ("bytes=1000-99999999", slice(1000, None)),
    ],
)
def test_a_part_of_a_recording_is_that_part(north: Any, rich: str, header: str, part: slice) -> None:
    path = recording(north, rich)
    whole = north.call("GET", path).content
    answer = north.call("GET", path, headers={"Range": header})
    assert answer.status_code == 206
    assert answer.content == whole[part]
    first, last, _ = part.indices(len(whole))
    assert answer.headers["Content-Range"] == f"bytes {first}-{last - 1}/{len(whole)}"


@pytest.mark.parametrize("header", ["bytes=9-3", "bytes=a-b", "bytes=-", "items=0-5", "bytes=0-1,4-5"])
def test_a_range_that_is_not_understood_is_ignored(north: Any, rich: str, header: str) -> None:
    answer = north.call("GET", recording(north, rich), headers={"Range": header})
    assert (answer.status_code, len(answer.content)) == (200, int(answer.headers["Content-Length"]))


@pytest.mark.parametrize("header", ["bytes=99999999-", "bytes=-0"])
def test_a_range_past_the_end_is_416_with_the_size(north: Any, rich: str, header: str) -> None:
    path = recording(north, rich)
    size = len(north.call("GET", path).content)
    answer = north.call("GET", path, headers={"Range": header})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{size}")


def test_several_recordings_can_be_read_over_one_connection(north: Any, rich: str) -> None:
    path = recording(north, rich)
    sizes = [len(north.call("GET", path, headers={"Range": f"bytes=0-{last}"}).content) for last in (9, 99_999, 0)]
    assert sizes == [10, 100_000, 1]


def test_a_client_that_leaves_in_the_middle_of_a_recording_harms_nobody(north: Any, rich: str) -> None:
    north.tenant.contents.put(rich, recordings=[3600])
    with north.call("GET", recording(north, rich), stream=True) as answer:
        assert len(next(answer.iter_content(1000))) == 1000
    assert len(read(north, "factgroups/")["data"]) == 20


@pytest.mark.parametrize("kind", list(SHAPES))
def test_every_kind_can_be_put_and_read(north: Any, rich: str, kind: str) -> None:
    held = north.tenant.contents.put(rich, kind)
    base, shape = f"interactions/{rich}", SHAPES[kind]
    assert read(north, f"{base}/facts/")["facts"] == held.facts
    assert len(read(north, f"{base}/recordings/")["recordings"]) == shape.recordings
    transcripts = read(north, f"{base}/transcripts/")["transcripts"] or []
    assert len(transcripts) == shape.transcripts
    if transcripts:
        last = read(north, f"{base}/transcripts/{transcripts[-1]['id']}")
        assert last["status"] == shape.status
        assert (last["transcripts"] is None) == (shape.status == "failed" or shape.told == 0)


def test_three_hours_are_five_thousand_segments_and_a_recording_as_long(north: Any, rich: str) -> None:
    north.tenant.contents.put(rich, "hours")
    (listed,) = read(north, f"interactions/{rich}/transcripts/")["transcripts"]
    segments = read(north, f"interactions/{rich}/transcripts/{listed['id']}")["transcripts"]
    assert len(segments) == 5000
    assert 10_790_000 < segments[-1]["end"] <= 10_800_000
    size = int(north.call("HEAD", recording(north, rich)).headers["Content-Length"])
    assert segments[-1]["end"] <= (size - 44) / 8 <= segments[-1]["end"] + 1000
    end = north.call("GET", recording(north, rich), headers={"Range": "bytes=-1000"})
    assert len(end.content) == 1000


def test_a_test_says_what_an_interaction_holds(north: Any, rich: str) -> None:
    north.tenant.contents.put(
        rich,
        facts=["Knee pain", {"id": "fct-9", "text": None}, 42],
        transcripts=[["Good morning.", "My knee hurts."]],
        documents=["A note."],
        guided=["Dear colleague"],
    )
    base = f"interactions/{rich}"
    facts = read(north, f"{base}/facts/")["facts"]
    assert (facts[0]["text"], facts[0]["group"], facts[1:]) == (
        "Knee pain",
        "other",
        [{"id": "fct-9", "text": None}, 42],
    )
    (listed,) = read(north, f"{base}/transcripts/")["transcripts"]
    segments = read(north, f"{base}/transcripts/{listed['id']}")["transcripts"]
    assert [segment["text"] for segment in segments] == ["Good morning.", "My knee hurts."]
    assert north.call("GET", recording(north, rich)).status_code == 200
    assert read(north, f"{base}/documents/")["data"][0]["sections"][0]["text"] == "A note."
    (letter,) = read(north, "documents/", interactionId=rich)
    assert list(letter["stringDocument"].values()) == ["Dear colleague"]
    assert read(north, f"documents/{letter['id']}") == letter


def test_parts_replace_those_of_the_kind_and_leave_the_others(north: Any, rich: str) -> None:
    usual = north.tenant.contents.put(rich, "usual")
    north.tenant.contents.put(rich, "usual", facts=["Only this"])
    facts = read(north, f"interactions/{rich}/facts/")["facts"]
    assert [fact["text"] for fact in facts] == ["Only this"]
    assert read(north, f"interactions/{rich}/documents/")["data"] == usual.documents


def test_a_guided_document_with_an_id_of_its_own_is_found_by_it(north: Any, rich: str) -> None:
    north.tenant.contents.put(rich, guided=[{"id": NOBODY, "name": "Odd"}])
    assert read(north, f"documents/{NOBODY}") == {"id": NOBODY, "interactionId": rich, "name": "Odd"}
    north.tenant.contents.forget(rich)
    assert north.call("GET", f"documents/{NOBODY}").status_code == 404


def test_contents_are_put_shown_and_deleted_over_http(sandbox: Sandbox, north: Any, rich: str) -> None:
    address = f"{sandbox.url}_sandbox/tenants/north/contents/{rich}"
    north.tenant.contents.forget(rich)
    made = requests.get(address, timeout=5).json()
    shown = requests.put(address, json={"kind": "brief", "facts": ["Knee pain"]}, timeout=5).json()
    assert [fact["text"] for fact in shown["facts"]] == ["Knee pain"]
    assert read(north, f"interactions/{rich}/facts/")["facts"] == shown["facts"]
    assert requests.delete(address, timeout=5).json() == made
    assert "rich" in requests.get(f"{sandbox.url}_sandbox/tenants/north/contents", timeout=5).json()["kinds"]


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"kind": "gremlin"},
        {"kind": 3},
        {"kind": []},
        {"poems": []},
        {"facts": "Knee pain"},
        {"recordings": ["long"]},
        {"recordings": [-1]},
        {"transcripts": [3]},
        {"documents": [3]},
        {"guided": [None]},
    ],
)
def test_contents_that_make_no_sense_are_refused_and_change_nothing(
    sandbox: Sandbox, north: Any, rich: str, content: object
) -> None:
    address = f"{sandbox.url}_sandbox/tenants/north/contents/{rich}"
    before = requests.get(address, timeout=5).json()
    assert requests.put(address, json=content, timeout=5).status_code == 400
    assert requests.get(address, timeout=5).json() == before
    assert requests.put(f"{address[:-36]}{NOBODY}", json={}, timeout=5).status_code == 404
