"""Corti's own JavaScript SDK reads from the sandbox what interactions hold."""

import json
import subprocess
from typing import Any

import pytest

from corti_gateway.sandbox import Sandbox
from corti_gateway.sandbox.contents import Held
from corti_gateway.sandbox.contents.shapes import SHAPES
from corti_gateway.sandbox.store import Listing
from tests.contract.conftest import CLINIC
from tests.contract.prism import NODE_FOLDER, node_environment

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("node_tools")]

Report = dict[str, Any]


def ask_sdk(sandbox: Sandbox, interactions: list[str]) -> Report:
    base = sandbox.api_url.rstrip("/")
    client = {
        "environment": {"base": base, "wss": base, "agents": base, "login": sandbox.auth_url.rstrip("/")},
        "tenantName": CLINIC.tenant_name,
        "auth": {"clientId": CLINIC.client_id, "clientSecret": CLINIC.client_secret},
    }
    done = subprocess.run(
        ["node", "contents.mjs"],
        cwd=NODE_FOLDER,
        env=node_environment(),
        input=json.dumps({"client": client, "interactions": interactions}),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report: Report = json.loads(done.stdout)
    return report


def in_javascript(content: Any) -> Any:
    """As the SDK hands it on: a moment is a JavaScript date, which knows milliseconds."""
    if isinstance(content, dict):
        return {
            key: _date(value) if key in ("createdAt", "updatedAt") else in_javascript(value)
            for key, value in content.items()
        }
    return [in_javascript(item) for item in content] if isinstance(content, list) else content


def _date(text: str) -> str:
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return f"{whole}.{fraction[:3]:0<3}Z"


def check_same(report: Report, held: Held) -> None:
    assert "error" not in report
    assert report["recordings"] == {id: len(audio) for id, audio in held.recordings.items()}
    assert report["facts"] == in_javascript(held.facts)
    assert report["documents"]["listed"] == report["documents"]["single"] == in_javascript(held.documents)
    transcripts = report["transcripts"]
    assert transcripts["none"] == (not held.transcripts)
    assert [each["single"] for each in transcripts["found"]] == held.transcripts
    for each in transcripts["found"]:
        assert each["listed"]["id"] == each["single"]["id"]
        assert each["listed"]["transcript"]["transcripts"] == each["single"]["transcripts"]
        assert each["status"] == each["single"]["status"]


def test_the_sdk_reads_contents_of_every_kind(sandbox: Sandbox) -> None:
    tenant = sandbox.tenant(CLINIC.slug)
    rows = tenant.store.page(Listing(size=len(SHAPES)))
    held = [tenant.contents.put(row.id, kind) for row, kind in zip(rows, SHAPES, strict=True)]
    try:
        report = ask_sdk(sandbox, [row.id for row in rows])
    finally:
        for row in rows:
            tenant.contents.forget(row.id)
    for each, wanted in zip(report["reports"], held, strict=True):
        check_same(each, wanted)


def test_the_sdk_reads_the_fact_groups(sandbox: Sandbox) -> None:
    groups = ask_sdk(sandbox, [])["groups"]
    assert len(groups) == 20
    assert groups[0]["key"] == "chief-complaint"
    assert {translation["name"] for translation in groups[0]["translations"]} >= {"Chief complaint", "Hauptbeschwerde"}


def test_the_sdk_knows_the_errors_it_gets(sandbox: Sandbox) -> None:
    unknown, malformed = ask_sdk(sandbox, ["00000000-0000-4000-8000-000000000000", "nobody"])["reports"]
    assert (unknown["status"], unknown["body"]["detail"]) == (404, "interaction not found")
    assert (malformed["error"], malformed["status"]) == ("BadRequestError", 400)
