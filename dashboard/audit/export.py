"""Entries as files: a table, and FHIR R4 AuditEvents, one a line."""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dashboard.audit.changed import MEMBER, read
from dashboard.audit.models import Entry
from dashboard.audit.presenters import moment
from dashboard.audit.reading import listed

COLUMNS = (
    "number", "at", "tenant", "user", "roles", "kind", "action", "outcome", "status", "page", "filters", "encounters",
    "patients", "address", "session", "request_id", "hash",
)  # fmt: skip
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_EVENTS = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_KINDS = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ROLES = "http://terminology.hl7.org/CodeSystem/object-role"
_INTERACTIONS = "http://hl7.org/fhir/restful-interaction"
# https://hl7.org/fhir/R4/codesystem-audit-event-outcome.html: success, and that it was refused or failed.
_OUTCOMES = {"shown": "0", "done": "0", "refused": "4", "failed": "8"}


def table(entries: Iterable[Entry], rest: str = "") -> Iterator[Sequence[str]]:
    """A line of headings, one for each entry, and where these are not all one that says where the rest is."""
    yield COLUMNS
    for entry in entries:
        yield (
            str(entry.number), _instant(entry), entry.tenant, entry.username, entry.roles, entry.kind, entry.action,
            entry.outcome, str(entry.status), entry.route, entry.filters, " ".join(listed(entry.interactions)),
            " ".join(listed(entry.patients)), entry.address, entry.session, entry.request_id, entry.hash,
        )  # fmt: skip
    if rest:
        yield (f"These are not all entries. The next ones: {rest}",)


def ndjson(entries: Iterable[Entry]) -> str:
    return "".join(f"{json.dumps(audit_event(entry), ensure_ascii=False)}\n" for entry in entries)


def audit_event(entry: Entry) -> dict[str, Any]:
    """An entry as FHIR R4 has it, close to IHE's Basic Audit Log Patterns."""
    event = {
        "resourceType": "AuditEvent",
        "type": _type(entry),
        "subtype": [{"system": _INTERACTIONS, "code": _interaction(entry)}],
        "action": entry.action,
        "recorded": _instant(entry),
        "outcome": _OUTCOMES.get(entry.outcome, "8"),
        "agent": [_agent(entry)],
        "source": {
            "site": entry.tenant or "dashboard",
            "observer": {"display": "Corti dashboard"},
            "type": [{"system": "http://terminology.hl7.org/CodeSystem/security-source-type", "code": "4"}],
        },
    }
    if entities := [*_entities(entry)]:
        event["entity"] = entities
    return event


def _type(entry: Entry) -> dict[str, str]:
    if entry.kind in ("sign-in", "second-step", "sign-out"):
        return {"system": _DICOM, "code": "110114", "display": "User Authentication"}
    if entry.kind == "export":
        return {"system": _DICOM, "code": "110106", "display": "Export"}
    if entry.kind.startswith("access-log"):
        return {"system": _DICOM, "code": "110101", "display": "Audit Log Used"}
    return {"system": _EVENTS, "code": "rest", "display": "Restful Operation"}


def _interaction(entry: Entry) -> str:
    if entry.action == "E":
        return "operation"
    if entry.action in ("U", "D"):
        return "update" if entry.action == "U" else "delete"
    return "read" if entry.kind == "patient" else "search"


def _agent(entry: Entry) -> dict[str, Any]:
    agent: dict[str, Any] = {
        "requestor": True,
        "who": {"identifier": {"value": entry.username}} if entry.username else {"display": "not signed in"},
    }
    if entry.roles:
        agent["role"] = [{"text": role} for role in entry.roles.split(", ")]
    if entry.address:
        agent["network"] = {"address": entry.address, "type": "2"}
    return agent


def _entities(entry: Entry) -> Iterator[dict[str, Any]]:
    for patient in listed(entry.patients):
        yield _entity("1", "1", patient)
    for interaction in listed(entry.interactions):
        yield _entity("2", "4", interaction)
    if told := read(entry.filters):
        yield _entity("1", "11", told.pop(MEMBER)) | {
            "detail": [{"type": name, "valueString": value} for name, value in told.items() if value]
        }
    elif entry.filters:
        query = base64.b64encode(entry.filters.encode()).decode()
        yield _coded("2", "24") | {"query": query}
    if entry.request_id:
        yield {"what": {"identifier": {"value": entry.request_id}}, "type": {"code": "X-Request-Id"}}


def _entity(kind: str, role: str, value: str) -> dict[str, Any]:
    return _coded(kind, role) | {"what": {"identifier": {"value": value}}}


def _coded(kind: str, role: str) -> dict[str, Any]:
    return {"type": {"system": _KINDS, "code": kind}, "role": {"system": _ROLES, "code": role}}


def _instant(entry: Entry) -> str:
    return f"{moment(entry):%Y-%m-%dT%H:%M:%S.%fZ}"
