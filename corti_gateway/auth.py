"""The OAuth2 client-credentials token of a tenant (facts 1.2).

Renewed before it expires, by one thread at a time; a failure is remembered for a moment, so that waiting threads do not
queue up to ask a dead host one after the other.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from corti_gateway.deadline import Deadline
from corti_gateway.errors import CredentialsRefused, GatewayError, TimedOut, UnreadableAnswer

# Corti's SDKs renew two minutes early (facts 1.4); a short-lived token would then never be used at all.
EARLY = 120.0
DEFAULT_LIFE = 60.0
SHORTEST_LIFE = 1.0
REMEMBER_FAILURE = 2.0


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; ``renew_at`` and ``expires_at`` are on the monotonic clock."""

    value: str
    minted_at: float
    renew_at: float
    expires_at: float

    def __repr__(self) -> str:
        return "Token(•••)"


class TokenSource:
    """Hands out the current token of one tenant to any number of threads.

    ``fetch`` asks the token endpoint and gives the decoded answer; it raises :class:`GatewayError`.
    """

    def __init__(
        self, fetch: Callable[[Deadline], dict[str, Any]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._failure: GatewayError | None = None
        self._failed_at = 0.0

    def token(self, deadline: Deadline, refused: Token | None = None) -> Token:
        """The current token, or a new one if it is due or is the one that the API ``refused``.

        Waits at most until the deadline for another thread's renewal. Raises what the token endpoint answered,
        the remembered failure of a moment ago, or :class:`TimedOut`.
        """
        token = self._token
        if token is not None and token is not refused and self._clock() < token.renew_at:
            return token
        # While one thread renews early, the others go on with the old token as long as it lives.
        if token is not None and token is not refused and self._clock() < token.expires_at:
            if not self._lock.acquire(blocking=False):
                return token
        elif not self._lock.acquire(timeout=deadline.remaining()):
            raise TimedOut("no token came in time")
        try:
            return self._renewed(deadline, refused)
        finally:
            self._lock.release()

    def _renewed(self, deadline: Deadline, refused: Token | None) -> Token:
        token, now = self._token, self._clock()
        if token is not None and token is not refused and now < token.renew_at:
            return token
        usable = token if token is not None and token is not refused and now < token.expires_at else None
        if self._failure is not None and now < self._failed_at + REMEMBER_FAILURE:
            if usable is not None:
                return usable
            raise _again(self._failure)
        allowed = deadline.remaining()
        try:
            self._token = self._read(self._fetch(deadline), now)
        except GatewayError as error:
            # Someone in a hurry who gave up says nothing about the host.
            if not isinstance(error, TimedOut) or allowed > REMEMBER_FAILURE:
                self._failure, self._failed_at = error, self._clock()
            if usable is not None and not isinstance(error, CredentialsRefused):
                return usable
            raise
        self._failure = None
        return self._token

    def _read(self, answer: dict[str, Any], asked_at: float) -> Token:
        value, life = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value.strip():
            raise UnreadableAnswer("the token endpoint gave no token")
        try:
            seconds = float(life) if isinstance(life, int | float | str) else DEFAULT_LIFE
        except (ValueError, OverflowError):
            seconds = DEFAULT_LIFE
        # A life of nothing (or a rubbish one) would have every thread of a crowd mint its own.
        seconds = min(max(seconds, SHORTEST_LIFE), 86_400.0) if math.isfinite(seconds) else DEFAULT_LIFE
        # Counted from before the request, so that a slow answer cannot make the token look younger.
        expires_at = asked_at + seconds
        return Token(value.strip(), asked_at, expires_at - min(EARLY, seconds / 3), expires_at)


def _again(failure: GatewayError) -> GatewayError:
    """The same failure as a new object: an exception must not be raised by two threads."""
    return type(failure)(
        failure.reason,
        status=failure.status,
        problem=failure.problem,
        request_id=failure.request_id,
        retryable=failure.retryable,
        retry_after=failure.retry_after,
    )
