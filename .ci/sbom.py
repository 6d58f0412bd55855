#!/usr/bin/env python3
"""Writes what the dashboard is made of as CycloneDX 1.6 (JSON), from what is locked and installed; needs no network.

Run it with the environment's own Python (make sbom): names, versions and hashes come from requirements*.txt, licences
and who needs whom from the installed distributions. The same input gives the same text, so that two can be compared.
"""

import hashlib
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
LOCKED = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)((?:\s+--hash=sha256:[0-9a-f]{64})+)", re.MULTILINE)
# Scripts that browsers get from within a distribution: package, version, file.
SCRIPTS = (
    ("htmx.org", r'version:"([\d.]+)"', "django-htmx", "django_htmx/static/django_htmx/htmx-2.min.js"),
    ("@github/webauthn-json", "", "django-allauth", "allauth/mfa/static/mfa/js/webauthn-json.js"),
)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, tuple[str, list[str]]]:
    """Version and hashes by distribution, of what runs; what only tests need is no part of it."""
    found = {}
    for file in ("requirements.txt", "requirements-postgres.txt"):
        text = (ROOT / file).read_text().replace("\\\n", " ")
        for name, version, hashes in LOCKED.findall(text):
            found[canonical(name)] = (version, re.findall(r"[0-9a-f]{64}", hashes))
    return found


def purl(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"


def licences(name: str) -> list[dict[str, Any]]:
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    if expression := about.get("License-Expression"):
        return [{"expression": expression}]
    told = [one.rpartition(" :: ")[2] for one in about.get_all("Classifier") or [] if one.startswith("License :: ")]
    told = told or [about.get("License", "").strip().partition("\n")[0]]
    return [{"license": {"name": one}} for one in dict.fromkeys(told) if one]


def asked() -> dict[str, set[str]]:
    """What we ask for ourselves, each with the extras that come with it."""
    text = "\n".join((ROOT / file).read_text() for file in ("requirements.in", "requirements-postgres.in"))
    lines = re.findall(r"^([\w.-]+)(?:\[([\w,-]+)\])?==", text, re.MULTILINE)
    return {canonical(name): set(filter(None, extras.split(","))) for name, extras in lines}


def needs(name: str, known: set[str]) -> Iterator[str]:
    try:
        required = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return
    extras = {"", *asked().get(name, ())}
    for requirement in map(Requirement, required):
        applies = not requirement.marker or any(requirement.marker.evaluate({"extra": one}) for one in extras)
        if applies and canonical(requirement.name) in known:
            yield canonical(requirement.name)


def distribution(name: str, version: str, hashes: list[str]) -> dict[str, Any]:
    files = {
        "type": "distribution",
        "url": f"https://pypi.org/project/{name}/{version}/",
        "comment": "one hash for each file that may be installed",
        "hashes": [{"alg": "SHA-256", "content": one} for one in hashes],
    }
    ref = purl(name, version)
    about = {"type": "library", "bom-ref": ref, "name": name, "version": version, "purl": ref}
    return about | {"licenses": licences(name), "externalReferences": [files]}


def script(name: str, version: str, within: str, file: str) -> dict[str, Any]:
    path = Path(str(metadata.distribution(within).locate_file(file)))
    found = re.search(version, path.read_text()) if version else None
    number = found[1] if found else metadata.version(within)
    ref = f"pkg:npm/{name.replace('@', '%40')}@{number}" if found else f"{within}/{file}"
    about = {"type": "library", "bom-ref": ref, "name": name, "description": f"{file} of {within}"}
    about |= {"version": number, "purl": ref} if found else {}
    return about | {"hashes": [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}]}


def bill() -> dict[str, Any]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = locked()
    refs = {name: purl(name, version) for name, (version, _) in found.items()}
    itself = {"type": "application", "bom-ref": project["name"], "name": project["name"], "version": project["version"]}
    scripts = [(one, script(*one)) for one in SCRIPTS]
    depends = {refs[name]: sorted(refs[one] for one in needs(name, set(refs))) for name in refs}
    for (_, _, within, _), component in scripts:
        depends[refs[within]].append(component["bom-ref"])
        depends[component["bom-ref"]] = []
    depends[project["name"]] = sorted(refs[name] for name in asked())
    content = {
        "metadata": {"component": itself},
        "components": [
            *(distribution(name, version, hashes) for name, (version, hashes) in sorted(found.items())),
            *(component for _, component in scripts),
        ],
        "dependencies": [{"ref": ref, "dependsOn": some} for ref, some in sorted(depends.items())],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
    } | content


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=1)
    sys.stdout.write("\n")
