"""What is installed is exactly what was looked at: every distribution at one version, with the hashes of its files."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["requirements", "requirements-postgres", "requirements-dev"]
LINE = re.compile(r"([A-Za-z0-9._-]+)(?:\[[a-z,-]+\])?==([A-Za-z0-9.]+)((?: --hash=sha256:[0-9a-f]{64})+)")


def locked(name):
    """Versions by distribution; every line that is no comment must be a version with hashes."""
    text = (ROOT / f"{name}.txt").read_text().replace("\\\n", " ")
    lines = [re.sub(r"\s+", " ", line).strip() for line in text.splitlines()]
    found = {}
    for line in (line for line in lines if line and not line.startswith("#")):
        match = LINE.fullmatch(line)
        assert match, f"{name}.txt: {line[:80]}"
        found[canonical(match[1])] = match[2]
    return found


def asked(name):
    text = (ROOT / f"{name}.in").read_text()
    return [line for line in text.splitlines() if line and not line.startswith(("#", "-"))]


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", NAMES)
def test_every_distribution_has_an_exact_version_and_hashes(name):
    assert len(locked(name)) >= len(asked(name)) > 0


@pytest.mark.parametrize("name", NAMES)
def test_what_is_asked_for_is_what_is_locked(name):
    found = locked(name)
    for line in asked(name):
        wanted, version = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[a-z,-]+\])?==(\S+)", line).groups()
        assert found.get(canonical(wanted)) == version, f"{line}: run .ci/lock"


def test_all_files_agree_on_versions():
    everything = locked("requirements-dev")
    for name in NAMES[:2]:
        assert locked(name).items() <= everything.items()
