"""Everything that can go wrong between us and the API, as one tree.

    GatewayError                  what every call may raise; nothing of requests or urllib3 gets out
    ├── NoAnswer                  no complete answer came
    │   ├── Unreachable           DNS, refused, reset
    │   ├── TimedOut              no connection, silence, or the deadline passed
    │   └── Untrusted             the certificate does not hold; never asked again
    ├── UnreadableAnswer          an answer that is not the agreed shape: HTML, no JSON, cut short, too large
    │   └── Redirected            the API must not redirect; its target is never asked
    └── Refused                   the API said no, often with a problem (RFC 9457)
        ├── BadRequest            400
        │   └── OutOfRange        416: a recording has no such bytes
        ├── CredentialsRefused    token endpoint 400 or 401, or a 401 that survived a fresh token
        ├── Forbidden             403: rights, region, or tenant name
        ├── NotFound              404: not there, or not ours
        ├── TooBusy               429 or 503 with a hint when to come back
        ├── OutOfCredit           429 about balance or trial
        └── ServerFailed          5xx, and every status without a class of its own

    ConfigurationError            a variable is missing or odd; stops the start

``str(error)`` holds no query value, body, token or secret, so it may be logged and shown. The API's own words are in
``error.problem.detail`` only: outside text, to be escaped.
"""

from corti_gateway.problems import Problem


class ConfigurationError(ValueError):
    """A configuration variable is missing or odd; the message names it and never repeats a secret."""


class GatewayError(Exception):
    """A call to the API that brought no usable answer.

    ``tenant`` is the slug, ``operation`` the call in words of ours, ``status`` the HTTP status if one came,
    ``request_id`` Corti's reference ("" if none came), ``retryable`` whether the same call may succeed later,
    ``retry_after`` the seconds the API asked us to wait, ``attempts`` the HTTP requests made, ``elapsed`` seconds.
    """

    default_retryable = False

    def __init__(
        self,
        reason: str,
        *,
        tenant: str = "",
        operation: str = "",
        status: int | None = None,
        problem: Problem | None = None,
        request_id: str = "",
        retryable: bool | None = None,
        retry_after: float | None = None,
        attempts: int = 0,
        elapsed: float = 0.0,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.tenant = tenant
        self.operation = operation
        self.status = status
        self.problem = problem
        self.request_id = request_id or (problem.request_id if problem else "")
        self.retryable = self.default_retryable if retryable is None else retryable
        self.retry_after = retry_after
        self.attempts = attempts
        self.elapsed = elapsed

    def __str__(self) -> str:
        where = f"{self.tenant}: {self.operation}: " if self.tenant else ""
        return f"{where}{self.reason}"


class NoAnswer(GatewayError):
    """No complete answer came."""

    default_retryable = True


class Unreachable(NoAnswer):
    """The host has no address, refuses the connection, or dropped it."""


class TimedOut(NoAnswer):
    """The connection, the answer or the whole call took longer than allowed."""


class Untrusted(NoAnswer):
    """The server could not prove who it is."""

    default_retryable = False


class UnreadableAnswer(GatewayError):
    """An answer came, but not one that can be read as agreed."""


class Redirected(UnreadableAnswer):
    """The API answered with a redirect, which is never followed: it would carry the credentials along."""


class Refused(GatewayError):
    """The API answered with an error status."""


class BadRequest(Refused):
    """400: the API did not accept the question."""


class OutOfRange(BadRequest):
    """416: a recording has no such bytes; ``total`` is how many it has, where the API tells."""

    total: int | None = None


class CredentialsRefused(Refused):
    """Client id, secret or a fresh token is not accepted."""


class Forbidden(Refused):
    """403: no rights, a wrong tenant name or region, or an unknown path."""


class NotFound(Refused):
    """404: not there, or it belongs to someone else."""


class TooBusy(Refused):
    """429, or 503 with Retry-After: come back later."""

    default_retryable = True


class OutOfCredit(Refused):
    """429 that speaks of balance or trial: waiting does not help."""


class ServerFailed(Refused):
    """5xx, or a status that the API's documents do not know."""

    default_retryable = True
