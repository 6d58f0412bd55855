"""The one door to HTTP: token, headers, retries within a deadline, status to error."""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from corti_gateway import __version__
from corti_gateway.answers import error_of, read_json
from corti_gateway.auth import Token, TokenSource
from corti_gateway.calllog import Call, log_call, quiet_libraries
from corti_gateway.config import TenantConfig
from corti_gateway.contents import RecordingStream
from corti_gateway.deadline import Deadline
from corti_gateway.errors import CredentialsRefused, Forbidden, GatewayError, Unreachable, UnreadableAnswer
from corti_gateway.ranges import Span
from corti_gateway.retrying import RetryBudget, pause_before_retry
from corti_gateway.sending import Sender

MINTING = "token"
Result = TypeVar("Result")
AGENT = f"corti-dashboard/{__version__}"


class Transport:
    """Asks one tenant's API. Used by many threads at once; every failure is a :class:`GatewayError`.

    ``trace`` gives the id of what a call is made for, which travels along as ``X-Request-ID``; empty for none. Corti
    documents no such header: it is for proxies on the way, and for support to find. ``observe`` is told how each call
    ended, those for tokens included, on the thread that made it.
    """

    def __init__(
        self, config: TenantConfig, trace: Callable[[], str] = str, observe: Callable[[Call], object] = bool
    ) -> None:
        quiet_libraries()
        self.config = config
        self.observe = observe
        self.budget = RetryBudget()
        self.tokens = TokenSource(self._fetch_token)
        self._sender = Sender(config, trace)

    def get(
        self,
        operation: str,
        path: str,
        parameters: Sequence[tuple[str, str]] = (),
        *,
        read: Callable[[Any], Result],
        deadline: Deadline,
        masked: Sequence[str] = (),
    ) -> Result:
        """What ``read`` makes of the JSON of ``GET <api_url><path>``; it raises :class:`UnreadableAnswer` if it cannot.

        Retried as :mod:`corti_gateway.retrying` allows. ``masked`` are personal values of the question, blotted out
        should the API's error repeat them.
        """
        url = f"{self.config.api_url}{path}{'?' if parameters else ''}{urlencode(parameters)}"

        def ask(token: Token) -> tuple[int, Result]:
            answer = self._sender.answer("GET", url, self._headers(token), None, deadline)
            if not 200 <= answer.status < 300:
                raise error_of(answer, masked)
            return answer.status, read(read_json(answer))

        return self._asked(operation, ask, deadline)

    def stream(self, operation: str, path: str, span: Span, *, deadline: Deadline) -> RecordingStream:
        """The bytes of ``GET <api_url><path>`` as they arrive.

        The first of them come by the deadline, with retries as :meth:`get` has them. Once they flow there is no limit
        for the whole, and nothing is asked again. A failure from then on is a call of its own for ``observe`` and the
        log, as the opening was told of when it ended. :class:`~corti_gateway.errors.OutOfRange` where the recording has
        no such bytes.
        """

        def report(failure: GatewayError, started: float) -> GatewayError:
            return self._reported(failure, f"{operation}, body", 1, started)

        def ask(token: Token) -> tuple[int, RecordingStream]:
            headers = self._headers(token) | {"Accept": "*/*", "Accept-Encoding": "identity"}
            recording = self._sender.recording(f"{self.config.api_url}{path}", headers, span, deadline, report)
            return recording.status, recording

        return self._asked(operation, ask, deadline)

    def close(self) -> None:
        """Close the pooled connections."""
        self._sender.close()

    def _asked(self, operation: str, ask: Callable[[Token], tuple[int, Result]], deadline: Deadline) -> Result:
        """What ``ask`` brings, with a fresh token and retries where they may help; it gives the status along."""
        started = time.monotonic()
        attempts = 0
        self.budget.earn()
        token: Token | None = None
        refused: Token | None = None
        while True:
            failure: GatewayError
            try:
                token = self.tokens.token(deadline, refused)
                attempts += 1
                status, result = ask(token)
            except GatewayError as error:
                failure = error
            else:
                self._ended(operation, "ok", status, attempts, started)
                return result
            if self._deserves_fresh_token(failure, token, refused, started):
                refused = token
                continue
            # The token source has its own memory for failures.
            pause = None if failure.operation == MINTING else pause_before_retry(failure, attempts, deadline)
            if pause is None or not self.budget.spend():
                break
            time.sleep(pause)
        raise self._reported(failure, operation, attempts, started)

    def _deserves_fresh_token(
        self, failure: GatewayError, token: Token | None, refused: Token | None, started: float
    ) -> bool:
        """Whether the refusal may be the token's fault: once a call, and a 403 only if the token was not just made."""
        if token is None or refused is not None:
            return False
        if isinstance(failure, CredentialsRefused):
            return failure.status == 401 and failure.operation != MINTING
        return isinstance(failure, Forbidden) and token.minted_at < started

    def _reported(self, failure: GatewayError, operation: str, attempts: int, started: float) -> GatewayError:
        failure.tenant, failure.operation = self.config.slug, failure.operation or operation
        failure.attempts, failure.elapsed = attempts, time.monotonic() - started
        self._ended(failure.operation, type(failure).__name__, failure.status, attempts, started, failure.request_id)
        # Nothing of the libraries hangs on to it: their texts hold URLs with patient values.
        failure.__cause__ = failure.__context__ = None
        return failure

    def _ended(
        self, operation: str, outcome: str, status: int | None, attempts: int, started: float, reference: str = ""
    ) -> None:
        seconds = time.monotonic() - started
        call = Call(self.config.slug, operation, outcome, status, attempts, seconds, reference)
        log_call(call)
        self.observe(call)

    def _headers(self, token: Token) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {token.value}",
            "Tenant-Name": self.config.tenant_name,
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": AGENT,
        }

    def _fetch_token(self, deadline: Deadline) -> dict[str, Any]:
        """Ask the token endpoint; neither the form nor its answer is ever part of an error."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.config.client_id,
            "client_secret": self.config.client_secret,
            "scope": "openid",
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": AGENT,
        }
        started = time.monotonic()
        try:
            body = urlencode(form).encode()
            try:
                answer = self._sender.answer("POST", self.config.token_url, headers, body, deadline)
            except Unreachable:
                # A pooled connection may have died unnoticed; asking for a token twice does no harm.
                answer = self._sender.answer("POST", self.config.token_url, headers, body, deadline)
            if answer.status in (400, 401):
                raise CredentialsRefused("the token endpoint refuses the client", status=answer.status)
            if answer.status != 200:
                raise error_of(answer, (self.config.client_secret,))
            content = read_json(answer)
            if not isinstance(content, dict):
                raise UnreadableAnswer("the token endpoint gave no object")
        except GatewayError as error:
            error.operation = MINTING
            self._ended(MINTING, type(error).__name__, error.status, 1, started, error.request_id)
            raise
        self._ended(MINTING, "ok", 200, 1, started)
        return content
