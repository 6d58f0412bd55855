"""The sandbox's own door, ``/_sandbox/``: faults, contents, statistics, revocation. The real service has none."""

import json
from email.utils import formatdate
from typing import Any, Protocol
from urllib.parse import unquote

from corti_gateway.sandbox.clock import Clock
from corti_gateway.sandbox.contents.shapes import SHAPES
from corti_gateway.sandbox.faults import CATALOGUE, Fault, Faults
from corti_gateway.sandbox.messages import Reply, Request, json_reply, problem
from corti_gateway.sandbox.tenants import HostedTenant, Stats
from corti_gateway.sandbox.tokens import Tokens
from corti_gateway.sandbox.writes import ContentError, read_object


class Administered(Protocol):
    """What the door opens to; the API, which cannot be named here without a circle of imports."""

    tenants: dict[str, HostedTenant]
    clock: Clock
    tokens: Tokens
    faults: Faults
    stats: Stats


def http_date(seconds: float) -> str:
    return formatdate(seconds, usegmt=True)


def answer(api: Administered, request: Request) -> Reply:
    match request.path.removeprefix("/_sandbox/").split("/"):
        case ["health"]:
            sizes = {slug: len(tenant.store) for slug, tenant in api.tenants.items()}
            return json_reply(200, {"status": "ok", "tenants": sizes, "time": api.clock.time()})
        case ["catalogue"]:
            kinds = {
                name: {"endpoint": kind.endpoint, "options": dict(kind.options), "text": kind.text}
                for name, kind in CATALOGUE.items()
            }
            return json_reply(200, kinds)
        case ["clock"] if request.method == "POST":
            return _advance(api, request)
        case ["faults"]:
            return _faults(api.faults, request)
        case ["stats"]:
            return _stats(api.stats, request)
        case ["tenants", slug, what] if unquote(slug) in api.tenants:
            tenant = api.tenants[unquote(slug)]
            if what == "faults":
                return _faults(tenant.faults, request)
            if what == "stats":
                return _stats(tenant.stats, request)
            if what == "contents" and request.method == "GET":
                return json_reply(200, {"kinds": ["hours", *SHAPES]})
            if what == "revoke" and request.method == "POST":
                return json_reply(200, {"revoked": api.tokens.revoke(tenant)})
        case ["tenants", slug, "contents", interaction_id] if unquote(slug) in api.tenants:
            return _contents(api.tenants[unquote(slug)], interaction_id.lower(), request)
    return problem(404, "the sandbox has no such page")


def _contents(tenant: HostedTenant, interaction_id: str, request: Request) -> Reply:
    """What an interaction holds: shown, said (PUT), or made by the sandbox again (DELETE)."""
    row = tenant.store.get(interaction_id)
    if row is None:
        return problem(404, "interaction not found")
    if request.method == "PUT":
        try:
            tenant.contents.put(interaction_id, **read_object(request.body))
        except (ContentError, ValueError, TypeError) as error:
            return problem(400, str(error))
    elif request.method == "DELETE":
        tenant.contents.forget(interaction_id)
    elif request.method != "GET":
        return problem(405, "GET, PUT or DELETE")
    return json_reply(200, tenant.contents.of(row).as_json())


def _faults(faults: Faults, request: Request) -> Reply:
    if request.method == "PUT":
        try:
            faults.replace([Fault.from_json(content) for content in _listed(json.loads(request.body))])
        except ValueError as error:
            return problem(400, str(error))
    elif request.method == "DELETE":
        faults.clear()
    elif request.method != "GET":
        return problem(405, "GET, PUT or DELETE")
    return json_reply(200, {"faults": [fault.as_json() for fault in faults.active]})


def _listed(content: Any) -> list[Any]:
    """One fault, a list of them, or an object that holds the list (as GET answers)."""
    if isinstance(content, dict):
        content = content.get("faults", [content])
    if not isinstance(content, list):
        raise ValueError("a fault, or a list of faults")
    return content


def _stats(stats: Stats, request: Request) -> Reply:
    if request.method == "DELETE":
        stats.reset()
    return json_reply(200, stats.as_json())


def _advance(api: Administered, request: Request) -> Reply:
    try:
        api.clock.advance(float(json.loads(request.body)["advance"]))
    except (ValueError, KeyError, TypeError):
        return problem(400, 'send {"advance": seconds}')
    return json_reply(200, {"time": api.clock.time()})
