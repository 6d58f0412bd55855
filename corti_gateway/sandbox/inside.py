"""The endpoints of what an interaction holds. They only read: the real service writes by listening and by thinking."""

from collections.abc import Callable
from typing import Any

from corti_gateway.sandbox.contents import Held, ranges
from corti_gateway.sandbox.contents.audio import CONTENT_TYPE
from corti_gateway.sandbox.contents.groups import FACT_GROUPS
from corti_gateway.sandbox.contents.transcripts import listed
from corti_gateway.sandbox.faults import Fault
from corti_gateway.sandbox.messages import Reply, Request, json_reply, malformed, problem, wrong_method
from corti_gateway.sandbox.routes import Route
from corti_gateway.sandbox.tenants import HostedTenant
from corti_gateway.sandbox.writes import is_uuid

Item = dict[str, Any]

_READING = ("GET", "HEAD")
_TRUTHS = {"": False, "false": False, "0": False, "true": True, "1": True}
# What the ids of a path are the ids of.
_NAMES = {
    "recordings": ("interaction",),
    "recording": ("interaction", "recording"),
    "transcripts": ("interaction",),
    "transcript": ("interaction", "transcript"),
    "transcript_status": ("interaction", "transcript"),
    "facts": ("interaction",),
    "documents": ("interaction",),
    "document": ("interaction", "document"),
    "guided_document": ("document",),
}


def answer(request: Request, route: Route, tenant: HostedTenant, faults: list[Fault]) -> Reply:
    """The answer of one of these endpoints; the caller has checked the token."""
    if request.method not in _READING:
        return wrong_method("GET, HEAD, OPTIONS")
    if route.endpoint == "factgroups":
        return json_reply(200, {"data": FACT_GROUPS})
    if route.endpoint == "guided":
        return _guided(request, tenant, any(fault.name == "ignore_filter" for fault in faults))
    wrong = next((what for what, id in zip(_NAMES[route.endpoint], route.ids, strict=True) if not is_uuid(id)), None)
    if wrong:
        return malformed(wrong)
    ids = [id.lower() for id in route.ids]
    if route.endpoint == "guided_document":
        return _one(tenant.contents.guided(ids[0]), "document")
    row = tenant.store.get(ids[0])
    if row is None:
        return problem(404, "interaction not found")
    held = tenant.contents.of(row)
    if route.endpoint == "recording":
        ranges_known = all(fault.name != "no_range" for fault in faults)
        return _recording(held, ids[1], request.headers.get("range", "") if ranges_known else None)
    return _READERS[route.endpoint](request, held, *ids[1:])


def _facts(request: Request, held: Held) -> Reply:
    return json_reply(200, {"facts": held.facts})


def _recordings(request: Request, held: Held) -> Reply:
    return json_reply(200, {"recordings": list(held.recordings)})


def _transcripts(request: Request, held: Held) -> Reply:
    full = _TRUTHS.get(dict(request.pairs()).get("full", ""))
    if full is None:
        return problem(400, "bad query in URL: full is no boolean", {"full": "must be true or false"})
    # Corti answers null, not an empty list, where there are none.
    return json_reply(200, {"transcripts": [listed(item, full) for item in held.transcripts] or None})


def _transcript(request: Request, held: Held, id: str) -> Reply:
    return _one(_find(held.transcripts, id), "transcript")


def _status(request: Request, held: Held, id: str) -> Reply:
    found = _find(held.transcripts, id)
    return _one(found and {"status": found.get("status", "completed")}, "transcript")


def _documents(request: Request, held: Held) -> Reply:
    return json_reply(200, {"data": held.documents})


def _document(request: Request, held: Held, id: str) -> Reply:
    return _one(_find(held.documents, id), "document")


_READERS: dict[str, Callable[..., Reply]] = {
    "facts": _facts,
    "recordings": _recordings,
    "transcripts": _transcripts,
    "transcript": _transcript,
    "transcript_status": _status,
    "documents": _documents,
    "document": _document,
}


def _find(items: list[Item], id: str) -> Item | None:
    return next((item for item in items if item.get("id") == id), None)


def _one(item: Item | None, what: str) -> Reply:
    return json_reply(200, item) if item else problem(404, f"{what} not found")


def _guided(request: Request, tenant: HostedTenant, ignore_filter: bool) -> Reply:
    """Documents of one interaction, or the newest; the answer is a bare array."""
    given = request.pairs()
    interaction_id = next((value for key, value in given if key == "interactionId" and value), "").lower()
    if interaction_id and not is_uuid(interaction_id):
        return problem(400, "bad query in URL: interactionId", {"interactionId": "must be a valid uuid"})
    row = tenant.store.get(interaction_id)
    found = tenant.contents.of(row).guided if row else []
    if ignore_filter or not interaction_id:
        ids = {document["id"] for document in found}
        found = [*found, *(each for each in tenant.contents.newest_guided() if each["id"] not in ids)]
    if ignore_filter:
        return json_reply(200, found)
    templates = {value for key, value in given if key == "templateId" and value}
    labels = {value for key, value in given if key == "label" and value}
    return json_reply(200, [each for each in found if _wanted(each, templates, labels)])


def _wanted(document: Item, templates: set[str], labels: set[str]) -> bool:
    own = {f"{label.get('key')}:{label.get('value')}" for label in document.get("labels") or ()}
    return (not templates or document.get("templateId") in templates) and (not labels or bool(labels & own))


def _recording(held: Held, id: str, header: str | None) -> Reply:
    """The bytes, or those that the Range header asks for; None is a server that knows no ranges."""
    audio = held.recordings.get(id)
    if audio is None:
        return problem(404, "recording not found")
    total = len(audio)
    try:
        part = ranges.wanted(header or "", total)
    except ranges.UnsatisfiableError:
        reply = problem(416, "the range lies past the end")
        reply.headers.append(("Content-Range", f"bytes */{total}"))
        return reply
    start, stop = part or (0, total)
    reply = Reply(206 if part else 200, content_type=CONTENT_TYPE)
    if header is not None:
        reply.headers.append(("Accept-Ranges", "bytes"))
    reply.stream, reply.length = audio.chunks(start, stop), stop - start
    if part:
        reply.headers.append(("Content-Range", f"bytes {start}-{stop - 1}/{total}"))
    return reply
