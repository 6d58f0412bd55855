"""What the sandbox answers to a request, faults included. Knows nothing of sockets."""

from dataclasses import dataclass, field
from urllib.parse import unquote

from corti_gateway.sandbox import admin, inside, interactions
from corti_gateway.sandbox.bodies import BODIES, token_answer
from corti_gateway.sandbox.clock import Clock
from corti_gateway.sandbox.faults import Fault, Faults
from corti_gateway.sandbox.messages import Reply, Request, json_reply, problem, unauthorized
from corti_gateway.sandbox.replacements import replacement
from corti_gateway.sandbox.routes import Route, route_of
from corti_gateway.sandbox.rows import spoil
from corti_gateway.sandbox.tenants import Call, HostedTenant, Stats
from corti_gateway.sandbox.tokens import Token, Tokens, client_id_of

_TOKEN_PATH = "/protocol/openid-connect/token"  # noqa: S105 - a path
_WIRE = ("drop", "reset", "hang", "drip", "short")


@dataclass
class Visit:
    """A request with what the sandbox knows about it."""

    request: Request
    route: Route
    token: Token | None
    tenant: HostedTenant | None
    faults: list[Fault] = field(default_factory=list)
    now: float = 0.0

    @property
    def endpoint(self) -> str:
        return self.route.endpoint

    def fault(self, name: str) -> Fault | None:
        return next((fault for fault in self.faults if fault.name == name), None)


class Api:
    """All tenants behind one address."""

    def __init__(self, tenants: list[HostedTenant], clock: Clock, latency_ms: float = 0) -> None:
        self.tenants = {tenant.slug: tenant for tenant in tenants}
        self.clock = clock
        self.latency_ms = latency_ms
        self.tokens = Tokens()
        self.faults = Faults()
        self.stats = Stats()

    def answer(self, request: Request) -> Reply:
        if request.path.startswith("/_sandbox/"):
            return admin.answer(self, request)
        visit = self._visit(request)
        reply = self._spoiled(visit) if visit.faults else self._answer(visit)
        reply.delay += self.latency_ms / 1000
        self._record(visit, reply)
        return reply

    def _visit(self, request: Request) -> Visit:
        route = _route(request)
        endpoint, token = route.endpoint, self._token(request)
        visit = Visit(request, route, token, token.tenant if token else self._meant_for(request, endpoint))
        visit.faults = self.faults.striking(endpoint) + (visit.tenant.faults.striking(endpoint) if visit.tenant else [])
        skew = visit.fault("clock_skew")
        visit.now = self.clock.time() + (skew.options["seconds"] if skew else 0)
        return visit

    def _record(self, visit: Visit, reply: Reply) -> None:
        silent = reply.wire is not None and reply.wire["name"] in ("drop", "hang")
        request, tenant = visit.request, visit.tenant
        call = Call(
            visit.endpoint,
            request.method,
            request.path,
            request.query,
            0 if silent else reply.status,
            tenant.config.client_id if tenant else "",
            self.clock.time(),
        )
        (tenant.stats if tenant else self.stats).record(call)

    def _spoiled(self, visit: Visit) -> Reply:
        replies = (replacement(fault, visit.request, visit.now) for fault in visit.faults)
        reply = next((reply for reply in replies if reply), None) or self._bent(visit)
        for fault in visit.faults:
            if fault.name == "latency":
                reply.delay += fault.options["ms"] / 1000
            elif fault.name == "clock_skew":
                reply.headers.append(("Date", admin.http_date(visit.now)))
            elif fault.name in _WIRE and reply.wire is None:
                reply.gather()
                reply.wire = {"name": fault.name, **fault.options}
        return reply

    def _bent(self, visit: Visit) -> Reply:
        refusal = visit.fault("refuse_tokens")
        if refusal and visit.endpoint != "token":
            forbidden = refusal.options["status"] == 403
            return problem(403, "invalid token") if forbidden else unauthorized("sandbox", "invalid token")
        reply = self._answer(visit)
        for fault in visit.faults:
            if fault.name == "token_answer" and visit.endpoint == "token":
                reply = token_answer(reply, fault.options["kind"])
            elif fault.name == "body" and reply.status == 200:
                reply.gather()
                reply = BODIES[fault.options["kind"]](reply, int(fault.options["mb"]))
            else:
                reply = spoil(reply, fault, visit.endpoint)
        return reply

    def _answer(self, visit: Visit) -> Reply:
        request = visit.request
        if visit.endpoint == "token":
            return self._token_answer(visit)
        if visit.route.to:
            query = f"?{request.query}" if request.query else ""
            return Reply(307, headers=[("Location", f"{visit.route.to}{query}")])
        if not request.path.startswith("/v2/"):
            return problem(404, "not found")
        if request.method == "OPTIONS":
            return Reply(204, headers=[("Allow", "GET, HEAD, POST, PATCH, DELETE, OPTIONS")])
        token = visit.token
        if token is None:
            bearer = request.headers.get("authorization", "").lower().startswith("bearer ")
            return unauthorized("sandbox", "invalid token" if bearer else "missing bearer token")
        refusal = _refusal(visit, token)
        if refusal:
            return refusal
        # Whole microseconds: more digits than that a float does not hold.
        moment = int(visit.now * 1_000_000) * 1000
        if request.path == interactions.COLLECTION:
            return interactions.collection(request, token.tenant, moment, visit.faults)
        if visit.endpoint == "item":
            return interactions.item(request, token.tenant, moment)
        if visit.endpoint != "other":
            return inside.answer(request, visit.route, token.tenant, visit.faults)
        # The real service answers 403, not 404, for routes that it does not know.
        return problem(403, "you are not permitted to access this resource")

    def _token_answer(self, visit: Visit) -> Reply:
        realm = _realm(visit.request)
        tenants = self._in_realm(realm)
        if not tenants:
            return json_reply(404, {"error": "Realm does not exist"})
        issuer = f"http://{visit.request.headers.get('host', 'sandbox.invalid')}/realms/{realm}"
        life = visit.fault("token_life")
        return self.tokens.answer(visit.request, tenants, issuer, visit.now, life.options["seconds"] if life else None)

    def _in_realm(self, realm: str) -> list[HostedTenant]:
        return [tenant for tenant in self.tenants.values() if tenant.config.tenant_name == realm]

    def _token(self, request: Request) -> Token | None:
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        return self.tokens.get(text) if scheme.lower() == "bearer" else None

    def _meant_for(self, request: Request, endpoint: str) -> HostedTenant | None:
        """Whom a call without a known token is meant for: by client id, else the first in the realm."""
        if endpoint != "token":
            return next(iter(self._in_realm(request.headers.get("tenant-name", ""))), None)
        tenants, client_id = self._in_realm(_realm(request)), client_id_of(request)
        first = tenants[0] if tenants else None
        return next((each for each in tenants if each.config.client_id == client_id), first)


def _refusal(visit: Visit, token: Token) -> Reply | None:
    """401 for a token that is over, 403 for a wrong tenant; None when the call may go on."""
    expected = token.tenant.config.tenant_name
    if token.revoked or token.expires_at <= visit.now:
        return unauthorized(expected, "token is expired")
    given = visit.request.headers.get("tenant-name", "")
    if given != expected:
        return problem(403, "tenant not accessible" if given else "missing Tenant-Name header")
    return None if token.can_read else problem(403, "the scope of this token does not allow it")


def _realm(request: Request) -> str:
    return unquote(request.path.removeprefix("/realms/").removesuffix(_TOKEN_PATH))


def _route(request: Request) -> Route:
    if request.path.startswith("/realms/") and request.path.endswith(_TOKEN_PATH):
        return Route("token")
    return route_of(request)
