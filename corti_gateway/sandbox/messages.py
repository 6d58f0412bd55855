"""Requests and replies as the sandbox handles them, and the bodies of its refusals."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus
from uuid import uuid4

JSON = "application/json"
PROBLEM = "application/problem+json"

_PROBLEM_TYPES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "payload_too_large",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    429: "too_many_requests",
    500: "internal_error",
    502: "bad_gateway",
    503: "service_unavailable",
    504: "timeout",
}


@dataclass(slots=True)
class Request:
    """One request; header names are lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""
    keep_alive: bool = True

    def pairs(self) -> list[tuple[str, str]]:
        """The query as (key, value), decoded, in order."""
        return decode_pairs(self.query)


@dataclass(slots=True)
class Reply:
    """One answer; ``delay`` and ``wire`` say how it travels (see transmission).

    A long body is a ``stream`` of ``length`` bytes instead, made while it is sent.
    """

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    request_id: str = field(default_factory=lambda: str(uuid4()))
    delay: float = 0.0
    wire: dict[str, Any] | None = None
    stream: Iterable[bytes] | None = None
    length: int = 0

    def gather(self) -> None:
        """Hold the whole body, for what has to cut or change it."""
        if self.stream is not None:
            self.body, self.stream = b"".join(self.stream), None


def decode_pairs(text: str) -> list[tuple[str, str]]:
    """URL-encoded pairs; quicker than parse_qsl, and bad escapes stay as they are."""
    pairs = []
    for part in text.split("&"):
        if part:
            key, _, value = part.partition("=")
            pairs.append((unquote_plus(key), unquote_plus(value)))
    return pairs


def json_reply(status: int, content: object, *headers: tuple[str, str]) -> Reply:
    return Reply(status, json.dumps(content, ensure_ascii=False).encode(), JSON, list(headers))


def problem(status: int, detail: str, errors: dict[str, str] | None = None, kind: str = "") -> Reply:
    """RFC 9457 in Corti's shape: ``requestid`` in lower case, no title, no instance."""
    reply = Reply(status, content_type=PROBLEM)
    content: dict[str, Any] = {
        "requestid": reply.request_id,
        "status": status,
        "type": kind or _PROBLEM_TYPES.get(status, "error"),
        "detail": detail,
    }
    if errors:
        content["validationErrors"] = [errors]
    reply.body = json.dumps(content, ensure_ascii=False).encode()
    return reply


def old_problem(status: int, detail: str) -> Reply:
    """The shape of error bodies before February 2026."""
    reply = Reply(status, content_type=JSON)
    content = {
        "requestid": reply.request_id,
        "type": f"https://docs.corti.ai/about/errors#{_PROBLEM_TYPES.get(status, 'error')}",
        "status": status,
        "title": _PROBLEM_TYPES.get(status, "error").replace("_", " "),
        "details": detail,
        "instance": "/v2/interactions/",
    }
    reply.body = json.dumps(content).encode()
    return reply


def malformed(what: str) -> Reply:
    """400 for an id in a path that is no UUID."""
    return problem(400, f"invalid {what} id", {"id": "must be a valid uuid"})


def wrong_method(allowed: str) -> Reply:
    """405 with the methods that there are."""
    reply = problem(405, "method not allowed")
    reply.headers.append(("Allow", allowed))
    return reply


def unauthorized(realm: str, reason: str) -> Reply:
    """401 has no body: the reason is in the header."""
    challenge = f'Bearer realm="{realm}", error="invalid_token", error_description="{reason}"'
    return Reply(401, headers=[("WWW-Authenticate", challenge)])
