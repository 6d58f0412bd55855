"""The sandbox's own door, its command line, and live mode."""

import datetime
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from corti_gateway.sandbox import CATALOGUE, Sandbox, SandboxTenant
from corti_gateway.sandbox.command import tenant

NOW = datetime.datetime(2026, 11, 20, 13, 0, tzinfo=datetime.UTC)


def admin(sandbox: Sandbox, method: str, path: str, content: Any = None) -> requests.Response:
    return requests.request(method, f"{sandbox.url}_sandbox/{path}", json=content, timeout=5)


def test_faults_are_put_shown_and_deleted_over_http(sandbox: Sandbox, north: Any) -> None:
    single = {"name": "status", "status": 503, "times": 1}
    for content in (single, [single], {"faults": [single]}):
        shown = admin(sandbox, "PUT", "tenants/north/faults", content).json()
        assert [fault["name"] for fault in shown["faults"]] == ["status"]
        assert [north.ask().status_code for _ in range(2)] == [503, 200]
    shown = admin(sandbox, "GET", "tenants/north/faults").json()["faults"]
    assert shown[0]["seen"] == 2
    assert admin(sandbox, "PUT", "tenants/north/faults", shown).status_code == 200
    assert admin(sandbox, "DELETE", "tenants/north/faults").json() == {"faults": []}
    assert north.ask().status_code == 200


def test_faults_for_all_have_their_own_address(sandbox: Sandbox, north: Any) -> None:
    admin(sandbox, "PUT", "faults", {"name": "status", "status": 500})
    assert north.ask().status_code == 500
    admin(sandbox, "DELETE", "faults")
    assert north.ask().status_code == 200


def test_a_fault_that_makes_no_sense_is_answered_with_400_and_changes_nothing(sandbox: Sandbox, north: Any) -> None:
    for content in ({"name": "gremlin"}, [3], "status", {"faults": {}}):
        assert admin(sandbox, "PUT", "tenants/north/faults", content).status_code == 400
    assert north.ask().status_code == 200


def test_statistics_are_read_and_reset_over_http(sandbox: Sandbox, north: Any) -> None:
    north.ask(patient="a b")
    north.ask_token(client_secret="wrong")
    stats = admin(sandbox, "GET", "tenants/north/stats").json()
    assert (stats["requests"], stats["token_calls"]) == (2, 1)
    assert stats["by_endpoint"] == {"list": 1, "token": 1}
    assert stats["by_status"] == {"list 200": 1, "token 401": 1}
    assert stats["log"][0]["query"] == "patient=a+b"
    assert admin(sandbox, "DELETE", "tenants/north/stats").json()["requests"] == 0


def test_tokens_are_revoked_over_http(sandbox: Sandbox, north: Any) -> None:
    assert admin(sandbox, "POST", "tenants/north/revoke").json()["revoked"] >= 1
    assert north.ask().status_code == 401


def test_the_catalogue_is_served(sandbox: Sandbox) -> None:
    assert admin(sandbox, "GET", "catalogue").json().keys() == CATALOGUE.keys()


def test_the_clock_is_advanced_over_http(sandbox: Sandbox) -> None:
    before = admin(sandbox, "GET", "health").json()["time"]
    assert admin(sandbox, "POST", "clock", {"advance": 60}).json()["time"] == before + 60
    assert admin(sandbox, "POST", "clock", {"advance": "x"}).status_code == 400


def test_what_the_door_does_not_know_is_not_found(sandbox: Sandbox) -> None:
    for path in ("", "tenants/nobody/faults", "tenants/north/secrets"):
        assert admin(sandbox, "GET", path).status_code == 404


def test_the_page_about_the_sandbox_names_every_fault_with_its_options() -> None:
    page = Path(__file__).parents[2].joinpath("docs/sandbox.md").read_text()
    for name, kind in CATALOGUE.items():
        line = next((line for line in page.splitlines() if line.startswith(f"| `{name}`")), "")
        assert line, name
        for option in kind.options:
            assert f"`{option}" in line, (name, option)
        for words in kind.choices.values():
            assert all(word in page for word in words), name
    for number in range(1, 31):
        assert f"F{number:02d}" in page


def snapshot(sandbox: Sandbox) -> list[str]:
    store = sandbox.tenant("live").store
    return sorted(row.as_json("live") for row in list(store._rows.values()))


def test_live_mode_is_the_same_at_every_start_with_the_same_steps() -> None:
    results = []
    for _ in range(2):
        sandbox = Sandbox([SandboxTenant("live", size=400)], now=NOW, live=True, events_per_minute=30)
        before = snapshot(sandbox)
        for _ in range(40):
            sandbox.advance(15)
        after = snapshot(sandbox)
        assert before != after
        results.append(after)
    assert results[0] == results[1]


def test_live_encounters_start_change_and_end() -> None:
    sandbox = Sandbox([SandboxTenant("live", size=400)], now=NOW, live=True, events_per_minute=60)
    before = {row["id"]: row for row in map(json.loads, snapshot(sandbox))}
    sandbox.advance(1200)
    after = {row["id"]: row for row in map(json.loads, snapshot(sandbox))}
    assert after.keys() > before.keys()
    moves = {
        (before[key]["encounter"]["status"], row["encounter"]["status"])
        for key, row in after.items()
        if key in before and row != before[key]
    }
    assert {("planned", "in-progress"), ("in-progress", "completed")} & moves
    for row in after.values():
        if row["encounter"]["status"] == "completed":
            assert row["encounter"]["period"]["endedAt"] >= row["encounter"]["period"]["startedAt"][:19]
    changed = [row for key, row in after.items() if row != before.get(key)]
    assert all(row["updatedAt"] >= "2026-11-20T13:00:00" for row in changed)


def test_a_live_sandbox_moves_by_itself() -> None:
    with Sandbox([SandboxTenant("live", size=50)], live=True, events_per_minute=6000) as sandbox:
        before = snapshot(sandbox)
        deadline = time.monotonic() + 5
        while snapshot(sandbox) == before and time.monotonic() < deadline:
            time.sleep(0.05)
        assert snapshot(sandbox) != before


def test_a_tenant_on_the_command_line_has_a_size_and_perhaps_a_seed() -> None:
    assert tenant("nordhavn:7").label == "Nordhavn Clinic"
    assert (tenant("other:7:3").size, tenant("other:7:3").seed) == (7, 3)
    for text in ("other", "other:x", ":5", "other:5:x"):
        with pytest.raises(Exception, match="slug:size"):
            tenant(text)


def test_secrets_do_not_show_in_the_representation_of_a_tenant() -> None:
    assert "hush" not in repr(SandboxTenant("x", client_secret="hush"))


def test_it_runs_in_a_process_of_its_own_until_interrupted(unused_port: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "corti_gateway.sandbox", "--port", str(unused_port), "--tenant", "a:20:5", "--live"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONWARNINGS": "error"},
        stderr=subprocess.PIPE,
    )
    try:
        deadline = time.monotonic() + 10
        while True:
            try:
                health = requests.get(f"http://127.0.0.1:{unused_port}/_sandbox/health", timeout=5).json()
                break
            except requests.exceptions.ConnectionError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        assert health["tenants"]["a"] >= 20
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert errors == b""
