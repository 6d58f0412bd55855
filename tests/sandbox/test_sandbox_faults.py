"""Each fault is what it says, and only where and as often as it was asked for."""

import json
import time
from collections import Counter
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from corti_gateway.sandbox import CATALOGUE, Sandbox
from corti_gateway.sandbox.bodies import BODIES, TOKEN_ANSWERS
from corti_gateway.sandbox.catalogue import BODIES as BODY_WORDS
from corti_gateway.sandbox.catalogue import DAMAGES as DAMAGE_WORDS
from corti_gateway.sandbox.catalogue import TOKEN_ANSWERS as TOKEN_WORDS
from corti_gateway.sandbox.faults import Fault
from corti_gateway.sandbox.rows import DAMAGES


def test_the_catalogue_names_every_body_and_damage_there_is() -> None:
    assert set(BODY_WORDS) == set(BODIES)
    assert set(DAMAGE_WORDS) == set(DAMAGES)
    assert set(TOKEN_WORDS) == set(TOKEN_ANSWERS)


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_every_fault_can_be_switched_on_with_its_defaults_and_goes_through_json(name: str) -> None:
    fault = Fault(name)
    assert Fault.from_json(json.loads(json.dumps(fault.as_json()))) == fault


@pytest.mark.parametrize(
    "content",
    [
        {"name": "gremlin"},
        {"name": "latency", "seconds": 1},
        {"name": "latency", "ms": "long"},
        {"name": "status", "body": "poem"},
        {"name": "drop", "endpoint": "roof"},
        {"name": "drop", "times": "often"},
        {"name": "damage", "rows": 3},
        {"name": "refuse_sort", "sort": "title"},
        {"name": 1},
        [],
        None,
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(content: object) -> None:
    with pytest.raises(ValueError, match=r"fault|endpoint|option|whole|number|one of"):
        Fault.from_json(content)


def test_after_and_times_choose_the_calls_that_fail(north: Any) -> None:
    north.tenant.faults.set("status", status=503, endpoint="list", after=1, times=2)
    assert [north.ask().status_code for _ in range(5)] == [200, 503, 503, 200, 200]


def test_a_fault_strikes_only_its_endpoint_and_tenant(north: Any, callers: dict[str, Any]) -> None:
    north.tenant.faults.set("status", status=500, endpoint="item")
    assert north.ask().status_code == 200
    assert north.call("GET", "interactions/x").status_code == 500
    assert callers["south"].call("GET", "interactions/x").status_code == 400


def test_a_fault_for_all_strikes_everyone_until_cleared(sandbox: Sandbox, callers: dict[str, Any]) -> None:
    sandbox.faults.set("status", status=502)
    assert {caller.ask().status_code for caller in callers.values()} == {502}
    assert callers["north"].ask_token().status_code == 502
    sandbox.faults.clear()
    assert {caller.ask().status_code for caller in callers.values()} == {200}


def test_faults_add_up(north: Any) -> None:
    north.tenant.faults.set("latency", ms=120)
    north.tenant.faults.add("status", status=504)
    start = time.monotonic()
    assert north.ask().status_code == 504
    assert time.monotonic() - start >= 0.12


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 429, 500, 502, 503, 504])
def test_errors_come_with_every_kind_of_body(north: Any, status: int) -> None:
    bodies = {}
    for kind in ("rfc9457", "old", "empty", "html", "text", "oauth"):
        north.tenant.faults.set("status", status=status, body=kind, detail="because <b>")
        response = north.ask()
        assert response.status_code == status
        bodies[kind] = (response.headers.get("Content-Type", "").partition(";")[0], response.content)
    problem, old = json.loads(bodies["rfc9457"][1]), json.loads(bodies["old"][1])
    assert problem.keys() == {"requestid", "status", "type", "detail"}
    assert old.keys() == {"requestid", "type", "status", "title", "details", "instance"}
    assert problem["detail"] == old["details"] == "because <b>"
    assert bodies["empty"] == ("", b"")
    assert [bodies[kind][0] for kind in ("html", "text", "oauth")] == ["text/html", "text/plain", "application/json"]


def test_an_error_body_can_be_five_megabytes(north: Any) -> None:
    north.tenant.faults.set("status", status=500, body="huge")
    assert len(north.ask().content) > 5_000_000


def test_retry_after_is_sent_as_given_or_as_a_date(north: Any) -> None:
    for given in ("1", 3600, "soon", "-1"):
        north.tenant.faults.set("status", status=429, retry_after=given)
        assert north.ask().headers["Retry-After"] == str(given)
    north.tenant.faults.set("status", status=429, retry_after="date:3600")
    moment = parsedate_to_datetime(north.ask().headers["Retry-After"])
    assert moment.timestamp() == north.sandbox.clock.time() + 3600
    north.tenant.faults.set("status", status=429)
    assert "Retry-After" not in north.ask().headers


def test_no_credit_is_a_429_that_speaks_of_balance(north: Any) -> None:
    north.tenant.faults.set("balance")
    response = north.ask()
    assert response.status_code == 429
    assert "balance" in response.json()["detail"]


def test_redirects_go_where_told(north: Any) -> None:
    for to, start in (("same", "/v2/"), ("other", "http://elsewhere.invalid/"), ("http://x.invalid/y", "http://x.")):
        north.tenant.faults.set("redirect", status=307, to=to)
        response = north.ask()
        assert (response.status_code, response.headers["Location"][: len(start)]) == (307, start)


@pytest.mark.parametrize("kind", [kind for kind in BODIES if kind not in ("huge", "gzip_bomb", "bad_gzip")])
def test_wrong_bodies_are_not_the_true_one(north: Any, kind: str) -> None:
    good = north.ask()
    north.tenant.faults.set("body", kind=kind, times=1)
    spoiled = north.ask()
    assert spoiled.ok
    changed = (spoiled.content, spoiled.headers.get("Content-Type")) != (good.content, good.headers["Content-Type"])
    assert changed
    assert north.ask().content == good.content


def test_a_gzip_bomb_is_small_on_the_wire_and_large_behind_it(north: Any) -> None:
    north.tenant.faults.set("body", kind="gzip_bomb", mb=4)
    response = north.ask(stream=None)
    assert int(response.headers["Content-Length"]) < 10_000
    assert len(response.content) > 4 << 20


def test_bad_gzip_and_huge_bodies_are_sent(north: Any) -> None:
    north.tenant.faults.set("body", kind="bad_gzip")
    with pytest.raises(requests.exceptions.ContentDecodingError):
        north.ask()
    north.tenant.faults.set("body", kind="huge", mb=2)
    assert len(north.ask().content) > 2 << 20


def test_null_lists_come_always_or_only_when_empty(north: Any) -> None:
    north.tenant.faults.set("nulls")
    assert north.ask().json() == {"interactions": None}
    north.tenant.faults.set("nulls", when="empty")
    assert len(north.rows()) == 10
    assert north.ask(index=999).json() == {"interactions": None}


@pytest.mark.parametrize("kind", list(DAMAGES))
def test_damage_spoils_the_rows_named_and_no_other(north: Any, kind: str) -> None:
    good = north.rows()
    north.tenant.faults.set("damage", kind=kind, rows=[1, 4])
    spoiled = north.rows()
    assert [number for number in range(10) if spoiled[number] != good[number]] == [1, 4]
    north.tenant.faults.set("damage", kind=kind, rows="all")
    assert all(new != old for new, old in zip(north.rows(), good, strict=True))


def test_a_row_twice_on_a_page_costs_no_other_row(north: Any) -> None:
    north.tenant.faults.set("duplicates", where="page")
    ids = [row["id"] for index in range(1, 36) for row in north.rows(index=index)]
    counts = Counter(ids)
    assert len(counts) == 300
    assert max(counts.values()) == 2
    assert len(north.rows()) == 10


def test_a_row_twice_on_neighbouring_pages_costs_no_other_row(north: Any) -> None:
    north.tenant.faults.set("duplicates", where="pages")
    assert north.rows(index=1)[-1] == north.rows(index=2)[0]
    assert len({row["id"] for index in range(1, 36) for row in north.rows(index=index)}) == 300


def test_more_rows_than_asked_for_can_come(north: Any) -> None:
    north.tenant.faults.set("extra_rows", count=3)
    assert len(north.rows(pageSize=7)) == 10


def test_a_cap_serves_less_and_places_pages_by_either_size(north: Any) -> None:
    everything = north.rows(pageSize=1000)
    north.tenant.faults.set("page_cap", cap=20, offsets="asked")
    assert north.rows(pageSize=50, index=2) == everything[50:70]
    north.tenant.faults.set("page_cap", cap=20, offsets="served")
    assert north.rows(pageSize=50, index=2) == everything[20:40]
    assert north.rows(pageSize=10, index=2) == everything[10:20]


def test_filters_can_be_ignored(north: Any) -> None:
    everything = north.rows(pageSize=1000)
    planned = north.rows(pageSize=1000, encounterStatus="planned")
    question = {"pageSize": 1000, "encounterStatus": "planned", "patient": "nobody"}
    north.tenant.faults.set("ignore_filter", filter="both")
    assert north.rows(**question) == everything
    north.tenant.faults.set("ignore_filter", filter="patient")
    assert north.rows(**question) == planned
    north.tenant.faults.set("ignore_filter", filter="status")
    assert north.rows(**question) == []


def test_of_several_statuses_the_first_or_the_last_can_win(north: Any) -> None:
    for which, status in (("first", "planned"), ("last", "cancelled")):
        north.tenant.faults.set("one_status", which=which)
        rows = north.rows(pageSize=1000, encounterStatus=["planned", "completed", "cancelled"])
        assert {row["encounter"]["status"] for row in rows} == {status}


def test_several_statuses_or_a_sort_can_be_refused(north: Any) -> None:
    north.tenant.faults.set("refuse_statuses")
    assert north.ask(encounterStatus=["planned", "completed"]).status_code == 400
    assert north.ask(encounterStatus="planned").status_code == 200
    north.tenant.faults.set("refuse_sort", sort="patient")
    assert north.ask(sort="patient").status_code == 400
    assert north.ask(sort="id").status_code == 200


def test_the_sort_can_be_ignored(north: Any) -> None:
    newest = north.rows()
    north.tenant.faults.set("ignore_sort")
    assert north.rows(sort="id", direction="asc") == newest


def test_the_patient_sort_can_differ_at_every_request(north: Any) -> None:
    true = north.rows(sort="patient", pageSize=300)
    north.tenant.faults.set("shuffle")
    first, second = (north.rows(sort="patient", pageSize=300) for _ in range(2))
    assert first != second
    assert {row["id"] for row in first} == {row["id"] for row in true}
    assert north.rows(sort="id") == north.rows(sort="id")


def test_ties_alone_can_be_shuffled(north: Any) -> None:
    north.tenant.faults.set("shuffle", sort="ties")
    first, second = (north.rows(sort="assignedUserId", pageSize=300) for _ in range(2))
    assert first != second
    users = [row["assignedUserId"] for row in first]
    assert users == [row["assignedUserId"] for row in second] == sorted(users, reverse=True)


def test_every_token_can_be_refused(north: Any) -> None:
    for status in (401, 403):
        north.tenant.faults.set("refuse_tokens", status=status)
        assert north.sign_in().ask().status_code == status
    north.tenant.faults.clear()
    assert north.ask().status_code == 200


def test_tokens_can_be_short_lived(north: Any) -> None:
    north.tenant.faults.set("token_life", seconds=2)
    assert north.ask_token().json()["expires_in"] == 2
    north.sign_in()
    assert north.ask().status_code == 200
    north.sandbox.advance(3)
    assert north.ask().status_code == 401


@pytest.mark.parametrize("kind", list(TOKEN_ANSWERS))
def test_token_answers_can_be_no_good(north: Any, kind: str) -> None:
    north.tenant.faults.set("token_answer", kind=kind)
    response = north.ask_token()
    assert response.status_code == 200
    try:
        content = response.json()
    except ValueError:
        content = None
    good = (
        isinstance(content, dict) and isinstance(content.get("access_token"), str) and content.get("expires_in") == 300
    )
    assert not good or kind in ("header_token", "huge")
    if kind.endswith("expires_in") or kind == "forever":
        north.token = content["access_token"]
        north.tenant.faults.clear()
        assert north.ask().status_code == 200


def test_the_clock_of_the_service_can_be_wrong(north: Any) -> None:
    assert north.ask().status_code == 200
    north.tenant.faults.set("clock_skew", seconds=600)
    late = north.ask()
    assert late.status_code == 401
    assert parsedate_to_datetime(late.headers["Date"]).timestamp() == north.sandbox.clock.time() + 600
    assert north.sign_in().ask().status_code == 200


def test_calls_are_counted_with_what_they_asked(north: Any) -> None:
    north.ask(pageSize=3)
    north.call("GET", "interactions/x")
    north.tenant.faults.set("status", status=500, times=1)
    north.ask()
    stats = north.tenant.stats
    assert stats.calls() == 3
    assert (stats.calls("list"), stats.calls("list", 500), stats.calls(status=400)) == (2, 1, 1)
    call = stats.log[0]
    assert (call.endpoint, call.method, call.path, call.query) == ("list", "GET", "/v2/interactions/", "pageSize=3")
    assert (call.client_id, call.status) == ("north-client", 200)
