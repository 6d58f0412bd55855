"""What faults do to the rows of an answered list: interactions, or whatever an interaction holds."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from corti_gateway.sandbox.faults import Fault
from corti_gateway.sandbox.items import ITEMS
from corti_gateway.sandbox.messages import JSON, Reply

Row = dict[str, Any]


# The key that holds the rows; None where the answer itself is a list of them.
_KEYS: dict[str, str | None] = {
    "list": "interactions",
    "recordings": "recordings",
    "transcripts": "transcripts",
    "transcript": "transcripts",
    "facts": "facts",
    "factgroups": "data",
    "documents": "data",
    "document": "sections",
    "guided": None,
    "guided_document": "sections",
}


def spoil(reply: Reply, fault: Fault, endpoint: str) -> Reply:
    """The answer with its rows spoiled as the fault says; refusals and what has no rows stay as they are."""
    if reply.status != 200 or endpoint not in _KEYS or fault.name not in ("nulls", "damage", "duplicates"):
        return reply
    content, key = json.loads(reply.body), _KEYS[endpoint]
    rows = _spoiled((content if key is None else content[key]) or [], fault, DAMAGES if endpoint == "list" else ITEMS)
    content = rows if key is None else {**content, key: rows}
    # ensure_ascii keeps a lone surrogate as an escape: as text it could not be encoded.
    return Reply(200, json.dumps(content, separators=(",", ":")).encode(), JSON)


def _spoiled(rows: list[Any], fault: Fault, damages: Mapping[str, Callable[[Any], Any]]) -> list[Any] | None:
    options = fault.options
    if fault.name == "nulls" and (options["when"] == "always" or not rows):
        return None
    if fault.name == "duplicates" and options["where"] == "page":
        return [*rows[:1], *rows]
    if fault.name != "damage":
        return rows
    wanted = range(len(rows)) if options["rows"] == "all" else options["rows"]
    return [damages[options["kind"]](row) if number in wanted else row for number, row in enumerate(rows)]


def _types(row: Row) -> Row:
    encounter = {**row["encounter"], "title": {"text": 1}, "period": "this morning", "identifier": 17}
    return {**row, "createdAt": 1764000000, "assignedUserId": ["x"], "encounter": encounter, "patient": "Testa Example"}


def _missing(row: Row) -> Row:
    return {"id": row["id"], "encounter": {"status": row["encounter"]["status"]}}


def _nulled(row: Row) -> Row:
    return {**dict.fromkeys(row), "id": row["id"]}


def _words(row: Row) -> Row:
    encounter = {**row["encounter"], "status": "entered-in-error", "type": "tele_visit"}
    return {**row, "encounter": encounter, "patient": {**(row.get("patient") or {}), "gender": "non-binary"}}


def _dates(row: Row) -> Row:
    period = {"startedAt": "0001-01-01T00:00:00Z", "endedAt": "2026-02-30T24:00:00Z"}
    patient = {**(row.get("patient") or {}), "birthDate": "yesterday"}
    return {
        **row,
        "createdAt": "",
        "updatedAt": "2026-11-03",
        "encounter": {**row["encounter"], "period": period},
        "patient": patient,
    }


def _titled(title: str) -> Callable[[Row], Row]:
    return lambda row: {**row, "encounter": {**row["encounter"], "title": title}}


DAMAGES: dict[str, Callable[[Row], Any]] = {
    "types": _types,
    "missing": _missing,
    "nulls": _nulled,
    "words": _words,
    "dates": _dates,
    "extra": lambda row: {
        **row,
        "risk": {"score": 0.7},
        "tags": ["new"],
        "encounter": {**row["encounter"], "room": "4B"},
    },
    "patient_null": lambda row: {**row, "patient": None},
    "patient_absent": lambda row: {key: value for key, value in row.items() if key != "patient"},
    "no_id": lambda row: {key: value for key, value in row.items() if key != "id"},
    "odd_id": lambda row: {**row, "id": "int_../abc 123?x=<b>"},
    "not_a_row": lambda row: 42,
    "null_row": lambda row: None,
    "surrogate": _titled("half \ud83d of a sign"),
    "nul": _titled("zero \x00 byte"),
    "markup": _titled("<script>alert('x')</script> & \"quotes\""),
    "long_text": _titled("Ünglaublich " * 20_000),
    "bidi": _titled("\u202egnirts desrever\u202c \u200b\ufeff"),
}
