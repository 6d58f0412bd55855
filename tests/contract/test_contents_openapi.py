"""Prism between a client and the sandbox finds no deviation from what is public about the contents of interactions."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from corti_gateway.sandbox import Sandbox
from corti_gateway.sandbox.contents.shapes import SHAPES
from corti_gateway.sandbox.store import Listing
from tests.contract.conftest import CLINIC
from tests.contract.prism import HERE, Prism
from tests.contract.tokens import headers_of

pytestmark = pytest.mark.node

DOCUMENT = HERE / "interaction-contents.openapi.yaml"
NOBODY = "00000000-0000-4000-8000-000000000000"


class Judged:
    """Asks the clinic through Prism."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update(headers)

    def ask(self, path: str, **options: Any) -> requests.Response:
        return self._session.get(self._url + path, timeout=10, allow_redirects=False, **options)

    def read(self, path: str, status: int = 200, **options: Any) -> Any:
        """The answer, which Prism has nothing to remark on."""
        response = self.ask(path, **options)
        assert response.headers.get("sl-violations") is None, response.headers["sl-violations"]
        assert response.status_code == status, response.text
        return response.json()

    def close(self) -> None:
        self._session.close()


@pytest.fixture(scope="module")
def contents_prism(node_tools: None, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prism]:
    log: Path = tmp_path_factory.mktemp("contents") / "log"
    with Prism(sandbox.api_url, log, DOCUMENT) as running:
        yield running


@pytest.fixture
def judged(contents_prism: Prism, sandbox: Sandbox) -> Iterator[Judged]:
    judged = Judged(contents_prism.url, headers_of(sandbox, CLINIC))
    yield judged
    judged.close()
    sandbox.tenant(CLINIC.slug).faults.clear()


@pytest.fixture
def newest(sandbox: Sandbox) -> Iterator[str]:
    tenant = sandbox.tenant(CLINIC.slug)
    (row,) = tenant.store.page(Listing(size=1))
    tenant.contents.put(row.id, "rich")
    yield row.id
    tenant.contents.forget(row.id)


def read_everything(judged: Judged, interaction_id: str) -> dict[str, Any]:
    """What an interaction holds, asked for by every address there is."""
    base = f"interactions/{interaction_id}"
    transcripts = judged.read(f"{base}/transcripts/")["transcripts"] or []
    judged.read(f"{base}/transcripts/?full=true")
    for item in transcripts:
        judged.read(f"{base}/transcripts/{item['id']}")
        judged.read(f"{base}/transcripts/{item['id']}/status")
    documents = judged.read(f"{base}/documents/")["data"]
    for document in documents:
        assert judged.read(f"{base}/documents/{document['id']}") == document
    guided = judged.read(f"documents/?interactionId={interaction_id}")
    for document in guided:
        assert judged.read(f"documents/{document['id']}") == document
    return {
        "transcripts": len(transcripts),
        "recordings": len(judged.read(f"{base}/recordings/")["recordings"]),
        "facts": len(judged.read(f"{base}/facts/")["facts"]),
        "documents": len(documents),
        "guided": len(guided),
    }


@pytest.mark.parametrize("kind", list(SHAPES))
def test_every_kind_of_contents_obeys_the_document(judged: Judged, sandbox: Sandbox, newest: str, kind: str) -> None:
    held = sandbox.tenant(CLINIC.slug).contents.put(newest, kind)
    assert read_everything(judged, newest) == {name: len(part) for name, part in held.as_json().items()}


def test_the_contents_of_many_interactions_obey_the_document(judged: Judged, sandbox: Sandbox) -> None:
    rows = sandbox.tenant(CLINIC.slug).store.page(Listing(size=CLINIC.size))[:: CLINIC.size // 60]
    sums = [read_everything(judged, row.id) for row in rows]
    assert all(sum(each[name] for each in sums) > 20 for name in sums[0])


def test_fact_groups_and_all_guided_documents_obey_the_document(judged: Judged) -> None:
    assert len(judged.read("factgroups/")["data"]) == 20
    assert judged.read("documents/")
    assert judged.read("documents/?label=to:patient&label=to:colleague")


def test_recordings_obey_the_document_whole_and_in_part(judged: Judged, newest: str) -> None:
    base = f"interactions/{newest}/recordings/"
    (recording,) = judged.read(base)["recordings"]
    whole = judged.ask(base + recording)
    part = judged.ask(base + recording, headers={"Range": "bytes=0-99"})
    assert (whole.status_code, part.status_code) == (200, 206)
    assert "sl-violations" not in whole.headers
    assert "sl-violations" not in part.headers
    judged.read(base + recording, 416, headers={"Range": "bytes=99999999-"})


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("interactions/nobody/facts/", 400),
        (f"interactions/{NOBODY}/facts/", 404),
        (f"interactions/{NOBODY}/transcripts/", 404),
        (f"interactions/{NOBODY}/recordings/", 404),
        (f"interactions/{NOBODY}/documents/", 404),
        ("documents/nobody", 400),
        (f"documents/{NOBODY}", 404),
    ],
)
def test_refusals_obey_the_document(judged: Judged, path: str, status: int) -> None:
    assert judged.read(path, status)["status"] == status


@pytest.mark.parametrize("endpoint", ["recordings", "transcripts", "facts", "documents"])
def test_prism_reports_contents_that_break_the_document(
    judged: Judged, sandbox: Sandbox, newest: str, endpoint: str
) -> None:
    """The judge is awake."""
    judged.read(f"interactions/{newest}/{endpoint}/")
    sandbox.tenant(CLINIC.slug).faults.set("damage", endpoint=endpoint, kind="types", rows=[0])
    answer = judged.ask(f"interactions/{newest}/{endpoint}/")
    assert answer.status_code == 500
    assert json.loads(answer.headers["sl-violations"])
