"""What an HTTP answer means: JSON of the agreed kind, or which error of the tree."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from corti_gateway.errors import (
    BadRequest,
    CredentialsRefused,
    Forbidden,
    GatewayError,
    NotFound,
    OutOfCredit,
    OutOfRange,
    Redirected,
    ServerFailed,
    TooBusy,
    UnreadableAnswer,
)
from corti_gateway.problems import Problem, read_problem, reference

BY_STATUS: dict[int, tuple[type[GatewayError], str]] = {
    400: (BadRequest, "the service did not accept the question"),
    401: (CredentialsRefused, "the credentials are not accepted"),
    403: (Forbidden, "no access: rights, region or tenant name"),
    404: (NotFound, "not found, or not ours"),
    416: (OutOfRange, "the recording has no such bytes"),
    429: (TooBusy, "too many requests"),
}
# Words of a 429 that waiting does not cure (facts 4.2, A0021).
CREDIT_WORDS = ("balance", "credit", "trial", "a0021")


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer: status, headers (case-insensitive), decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def is_json(self) -> bool:
        """Whether the content type is JSON, or one of its kin such as ``application/problem+json``."""
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return kind in ("application/json", "text/json") or (kind.startswith("application/") and kind.endswith("+json"))


def read_json(answer: Answer) -> Any:
    """The decoded body of a successful answer; :class:`UnreadableAnswer` if it is not strict UTF-8 JSON."""
    if answer.status != 200:
        raise UnreadableAnswer(f"status {answer.status} instead of 200", status=answer.status)
    if not answer.is_json():
        raise UnreadableAnswer("the content type is not JSON", status=answer.status)
    try:
        return json.loads(answer.body.decode("utf-8"), parse_constant=_no_constant)
    except RecursionError:
        reason = "JSON nested too deep"
    except UnicodeDecodeError:
        reason = "the body is not UTF-8"
    except ValueError:
        # The decoder's own text quotes no value, but says positions that help nobody.
        reason = "the body is not complete JSON"
    raise UnreadableAnswer(reason, status=answer.status)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def error_of(answer: Answer, masked: Iterable[str] = ()) -> GatewayError:
    """The error that an answer with a status beyond 2xx stands for; values of ``masked`` are blotted out."""
    problem = problem_of(answer, masked)
    wait = retry_after(answer.headers)
    facts: dict[str, Any] = {
        "status": answer.status,
        "problem": problem,
        "request_id": (problem.request_id if problem else "") or reference(answer.headers.get("X-Request-Id")),
        "retry_after": wait,
    }
    if 300 <= answer.status < 400:
        return Redirected("the service answered with a redirect, which is not followed", **facts)
    if answer.status == 429 and problem and _is_about_credit(problem):
        return OutOfCredit("the account has no credit left", **facts)
    if answer.status == 429 and wait is None:
        # Without a hint it may as well be about credit, in words that we do not know.
        facts["retryable"] = False
    if answer.status == 503 and wait is not None:
        return TooBusy("the service asks to come back later", **facts)
    kind, reason = BY_STATUS.get(answer.status, (ServerFailed, f"the service answered with status {answer.status}"))
    if kind is ServerFailed and answer.status < 500 and answer.status != 408:
        facts["retryable"] = False
    return kind(reason, **facts)


def problem_of(answer: Answer, masked: Iterable[str] = ()) -> Problem | None:
    """The problem in the body of an error, or None: empty, HTML, text, or JSON of another kind."""
    if not answer.is_json() or len(answer.body) > 100_000:
        return None
    try:
        body = json.loads(answer.body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return read_problem(body, masked) if isinstance(body, dict) else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of ``Retry-After``, given as a number or as a date; None for nothing or rubbish."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _is_about_credit(problem: Problem) -> bool:
    words = f"{problem.type} {problem.detail}".lower()
    return any(word in words for word in CREDIT_WORDS)
