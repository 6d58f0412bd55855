"""What is installed is exactly what was looked at: every distribution at one version, with the hashes of its files."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

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


# --- The bill of materials -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bill():
    done = subprocess.run([sys.executable, ROOT / ".ci" / "sbom.py"], capture_output=True, check=True, timeout=60)
    again = subprocess.run([sys.executable, ROOT / ".ci" / "sbom.py"], capture_output=True, check=True, timeout=60)
    assert done.stdout == again.stdout
    return json.loads(done.stdout)


def test_the_bill_names_what_runs_with_version_hashes_and_licence_and_nothing_else(bill):
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    runs = locked("requirements") | locked("requirements-postgres")
    told = {one["name"]: one for one in bill["components"] if one.get("purl", "").startswith("pkg:pypi/")}
    assert {name: one["version"] for name, one in told.items()} == runs
    text = (ROOT / "requirements.txt").read_text() + (ROOT / "requirements-postgres.txt").read_text()
    for name, one in told.items():
        (files,) = one["externalReferences"]
        assert files["hashes"]
        assert all(f"--hash=sha256:{found['content']}" in text for found in files["hashes"])
        assert one["licenses"], name


def test_the_bill_says_who_needs_whom(bill):
    refs = [bill["metadata"]["component"]["bom-ref"], *(one["bom-ref"] for one in bill["components"])]
    assert len(refs) == len(set(refs))
    depends = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert set(depends) == set(refs) >= {one for some in depends.values() for one in some}
    direct = {re.split(r"[/@]", ref)[1] for ref in depends["corti-dashboard"]}
    names = [*asked("requirements"), *asked("requirements-postgres")]
    assert direct == {canonical(re.split(r"[\[=]", name)[0]) for name in names}
    requests = next(ref for ref in refs if ref.startswith("pkg:pypi/requests@"))
    assert any(ref.startswith("pkg:pypi/urllib3@") for ref in depends[requests])


@pytest.mark.parametrize(
    ("name", "served"),
    [("htmx.org", "django_htmx/htmx-2.min.js"), ("@github/webauthn-json", "mfa/js/webauthn-json.js")],
)
def test_scripts_from_within_distributions_are_told_as_they_are_served(bill, name, served):
    (one,) = [one for one in bill["components"] if one["name"] == name]
    content = Path(finders.find(served)).read_bytes()
    assert one["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}]
