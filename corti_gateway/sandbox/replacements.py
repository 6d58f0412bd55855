"""Answers that faults give in place of the real one: errors of every kind, and redirects."""

from email.utils import formatdate

from corti_gateway.sandbox.bodies import HTML
from corti_gateway.sandbox.faults import Fault
from corti_gateway.sandbox.messages import Reply, Request, json_reply, old_problem, problem

_HUGE = 5 << 20


def replacement(fault: Fault, request: Request, now: float) -> Reply | None:
    """The answer this fault gives whatever was asked; None when it gives none of its own."""
    options = fault.options
    if fault.name == "status":
        reply = _error(options["status"], options["body"], options["detail"])
        if options["retry_after"] is not None:
            reply.headers.append(("Retry-After", _retry_after(str(options["retry_after"]), now)))
        return reply
    if fault.name == "balance":
        return problem(429, options["detail"], kind="insufficient_balance")
    if fault.name == "redirect":
        return Reply(options["status"], headers=[("Location", _target(options["to"], request))])
    return None


def _error(status: int, body: str, detail: str) -> Reply:
    if body == "rfc9457":
        return problem(status, detail)
    if body == "old":
        return old_problem(status, detail)
    if body == "empty":
        return Reply(status)
    if body == "html":
        page = HTML.replace(b"Welcome", b"%d gateway" % status)
        return Reply(status, page, "text/html")
    if body == "text":
        return Reply(status, f"upstream error: {detail}".encode(), "text/plain; charset=utf-8")
    if body == "oauth":
        return json_reply(status, {"error": "invalid_client", "error_description": detail})
    if body == "huge":
        return problem(status, detail + " x" * (_HUGE // 2))
    raise ValueError(f"no body is called {body!r}")


def _retry_after(text: str, now: float) -> str:
    """As given, or ``date:N`` as the HTTP date N seconds ahead."""
    kind, _, seconds = text.partition(":")
    return formatdate(now + float(seconds), usegmt=True) if kind == "date" else text


def _target(to: str, request: Request) -> str:
    if to == "same":
        return f"/v2/interactions/?{request.query or 'moved=1'}"
    return f"http://elsewhere.invalid{request.path}" if to == "other" else to
