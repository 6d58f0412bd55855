"""What the documents name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def test_every_must_has_a_row_and_the_tests_that_it_names():
    text = (ROOT / "docs" / "security.md").read_text()
    rows = re.findall(r"^\| SR-(\d\d) ", text, re.MULTILINE)
    assert rows == [f"{number:02}" for number in range(1, 47)]
    tests = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    named = set(re.findall(r"`(test_\w+\.py)`", text))
    assert len(named) > 40
    assert named <= tests


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document):
    for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text()):
        assert (document.parent / link).exists(), link
