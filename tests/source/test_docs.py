"""What comments and documents say about the source and about each other is there."""

import ast
import re

import pytest

from tests.source.rules import ROOT

PYTHON = [path for folder in ("corti_gateway", "dashboard", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]
# “facts 3.1 to 3.6”, “facts 2.2, 2.1 and 5”, “facts, quirk 12”.
CITED = re.compile(r"\bfacts,? (quirk )?(\d(?:[\d.]|, (?=\d)| to | and )*)")
NUMBER = re.compile(r"\d+(?:\.\d)?")


def cited(text):
    return {f"{quirk}{number}" for quirk, some in CITED.findall(text) for number in NUMBER.findall(some)}


def test_every_section_of_the_facts_that_is_cited_exists():
    facts = (ROOT / "docs" / "corti-api.md").read_text()
    quirks = facts.partition("\n## 6. Quirks")[2].partition("\n## 7.")[0]
    there = {f"quirk {number}" for number in re.findall(r"^\| (\d+) \|", quirks, re.MULTILINE)}
    there |= set(re.findall(r"^###? (\d(?:\.\d)?)[. ]", facts, re.MULTILINE))
    found = {path: cited(path.read_text()) for path in PYTHON if "source" not in path.parts}
    assert len(set().union(*found.values())) > 12
    assert {str(path): lost for path, those in found.items() if (lost := those - there)} == {}


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("(facts 3.1 to 3.6).", {"3.1", "3.6"}),
        ("(facts 2.2, 2.1 and 5)", {"2.2", "2.1", "5"}),
        ("(facts, quirk 12)", {"quirk 12"}),
        ("(facts 4.2, A0021)", {"4.2"}),
        ("the facts of 2026", set()),
    ],
)
def test_a_citation_is_recognised(text, sections):
    assert cited(text) == sections


def test_every_fault_that_is_numbered_is_in_the_matrix():
    sandbox = (ROOT / "docs" / "sandbox.md").read_text()
    matrix = re.findall(r"^\| (F\d\d) \|", sandbox, re.MULTILINE)
    assert matrix == [f"F{number:02}" for number in range(1, len(matrix) + 1)]
    for path in [*PYTHON, ROOT / "docs" / "sandbox.md"]:
        assert set(re.findall(r"\bF\d\d\b", path.read_text())) <= set(matrix), path


# --- The house of docs/architecture.md -------------------------------------------------------------------------------


def houses():
    """Folder -> the folders that it may ask, in the words of the table."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^\| `((?:dashboard|corti_gateway)/[a-z/]*)` \| .* \| (.*) \|$", text, re.MULTILINE)
    return {path.removeprefix("dashboard/").strip("/"): re.split(r", | and ", words) for path, words in rows}


HOUSES = houses()
PACKAGES = {"gateway": "corti_gateway", "the sandbox": "corti_gateway.sandbox"}


def allowed(name):
    """The folders that one may ask: “all below” is whatever those named before it may ask."""
    words = [word for word in HOUSES.get(name, []) if word]
    own = {PACKAGES.get(word, word) for word in words if word != "all below"}
    return own | (set().union(*(allowed(one) for one in own)) if "all below" in words else set())


def asked(name):
    """The folders that one does ask: of ours, and the gateway."""
    found = set()
    for path in (ROOT / "dashboard" / name).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for module in modules:
                first, _, rest = module.partition(".")
                if first == "dashboard" and (folder := rest.partition(".")[0]) in HOUSES:
                    found.add(folder)
                elif first == "corti_gateway":
                    found.add("corti_gateway.sandbox" if rest.startswith("sandbox") else first)
    return found - {name}


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "dashboard").iterdir() if path.is_dir()))
def test_a_folder_asks_whom_the_architecture_lets_it_ask(name):
    if name != "__pycache__":
        assert name in HOUSES
        assert asked(name) <= allowed(name)
