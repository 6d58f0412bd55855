"""The endpoints of interactions: list, create, read, change, delete."""

from corti_gateway.sandbox import writes
from corti_gateway.sandbox.faults import Fault
from corti_gateway.sandbox.listings import bend_listing, shuffled
from corti_gateway.sandbox.messages import JSON, Reply, Request, json_reply, malformed, problem, wrong_method
from corti_gateway.sandbox.questions import QuestionError, read_listing
from corti_gateway.sandbox.records import socket_url
from corti_gateway.sandbox.store import DuplicateIdentifierError
from corti_gateway.sandbox.tenants import HostedTenant

COLLECTION = "/v2/interactions/"


def collection(request: Request, tenant: HostedTenant, now: int, faults: list[Fault]) -> Reply:
    if request.method in ("GET", "HEAD"):
        return _list(request, tenant, faults)
    if request.method == "POST":
        return _create(request, tenant, now)
    return wrong_method("GET, HEAD, POST, OPTIONS")


def item(request: Request, tenant: HostedTenant, now: int) -> Reply:
    interaction_id = request.path.removeprefix(COLLECTION)
    if not writes.is_uuid(interaction_id):
        return malformed("interaction")
    if request.method not in ("GET", "HEAD", "PATCH", "DELETE"):
        return wrong_method("GET, HEAD, PATCH, DELETE, OPTIONS")
    row = tenant.store.get(interaction_id.lower())
    if row is None:
        return problem(404, "interaction not found")
    if request.method == "DELETE":
        tenant.store.remove(row)
        return Reply(204)
    if request.method == "PATCH":
        try:
            fields = writes.changes(writes.read_object(request.body), row)
            tenant.store.change(row, **fields, updated=now, recorded=now)
        except (writes.ContentError, DuplicateIdentifierError) as error:
            return _refused(error)
    return Reply(200, row.as_json(tenant.config.tenant_name).encode(), JSON)


def _list(request: Request, tenant: HostedTenant, faults: list[Fault]) -> Reply:
    try:
        listing, index = read_listing(request)
        if faults:
            listing = bend_listing(listing, index, faults)
    except QuestionError as error:
        return problem(400, f"bad query in URL: {error}", {error.parameter: error.reason})
    rows = shuffled(tenant.store, listing, faults) if faults else None
    if rows is None:
        rows = tenant.store.page(listing)
    name = tenant.config.tenant_name
    text = ",".join([row.as_json(name) for row in rows])
    return Reply(200, f'{{"interactions":[{text}]}}'.encode(), JSON)


def _create(request: Request, tenant: HostedTenant, now: int) -> Reply:
    try:
        row = writes.create(writes.read_object(request.body), now, tenant.odd)
        tenant.store.add(row)
        tenant.contents.empty(row)
    except (writes.ContentError, DuplicateIdentifierError) as error:
        return _refused(error)
    return json_reply(201, {"interactionId": row.id, "websocketUrl": socket_url(row.id, tenant.config.tenant_name)})


def _refused(error: writes.ContentError | DuplicateIdentifierError) -> Reply:
    if isinstance(error, writes.ContentError):
        return problem(400, "invalid request body", error.errors)
    # The old documentation says 400 (A0017), a comment in a newer example 409; the documentation wins.
    return problem(400, "duplicate value", {"encounter.identifier": "is already in use"})
