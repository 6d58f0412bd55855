"""The one door to HTTP: pool, headers, time-outs, retries within a deadline, status to error."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from requests import PreparedRequest
from requests.structures import CaseInsensitiveDict
from urllib3.response import BaseHTTPResponse

from corti_gateway import __version__
from corti_gateway.answers import Answer, error_of, read_json
from corti_gateway.auth import Token, TokenSource
from corti_gateway.calllog import Call, log_call, log_notices, quiet_libraries
from corti_gateway.config import TenantConfig
from corti_gateway.deadline import Deadline
from corti_gateway.errors import CredentialsRefused, Forbidden, GatewayError, TimedOut, Unreachable, UnreadableAnswer
from corti_gateway.failures import failure_of
from corti_gateway.retrying import RetryBudget, pause_before_retry
from corti_gateway.sockets import DeadlineAdapter, limited

MINTING = "token"
POOL_SIZE = 64
CHUNK = 65_536
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
        self.trace, self.observe = trace, observe
        self.budget = RetryBudget()
        self.tokens = TokenSource(self._fetch_token)
        self._adapter = DeadlineAdapter(POOL_SIZE)

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
        started = time.monotonic()
        url = f"{self.config.api_url}{path}{'?' if parameters else ''}{urlencode(parameters)}"
        attempts = 0
        self.budget.earn()
        token: Token | None = None
        refused: Token | None = None
        while True:
            failure: GatewayError
            try:
                token = self.tokens.token(deadline, refused)
                attempts += 1
                answer = self._send("GET", url, self._headers(token), None, deadline)
                if 200 <= answer.status < 300:
                    result = read(read_json(answer))
                    self._ended(operation, "ok", answer.status, attempts, started)
                    return result
                failure = error_of(answer, masked)
            except GatewayError as error:
                failure = error
            if self._deserves_fresh_token(failure, token, refused, started):
                refused = token
                continue
            # The token source has its own memory for failures.
            pause = None if failure.operation == MINTING else pause_before_retry(failure, attempts, deadline)
            if pause is None or not self.budget.spend():
                break
            time.sleep(pause)
        raise self._reported(failure, operation, attempts, started)

    def close(self) -> None:
        """Close the pooled connections."""
        self._adapter.close()

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
                answer = self._send("POST", self.config.token_url, headers, body, deadline)
            except Unreachable:
                # A pooled connection may have died unnoticed; asking for a token twice does no harm.
                answer = self._send("POST", self.config.token_url, headers, body, deadline)
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

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, deadline: Deadline
    ) -> Answer:
        """One request and its whole answer, whatever its status."""
        if deadline.passed:
            raise TimedOut("the deadline passed before the request")
        # Built by hand: Session.request spends 0.2 ms a call on cookies, hooks, proxies and netrc, all unwanted here.
        request = PreparedRequest()
        request.method, request.url, request.body = method, url, body
        request.headers = CaseInsensitiveDict(headers)
        if trace := self.trace():
            request.headers["X-Request-ID"] = trace
        if body is not None:
            request.headers["Content-Length"] = str(len(body))
        config = self.config
        patience = min(config.read_timeout, deadline.remaining())
        failure: GatewayError
        with limited(deadline, config.read_timeout):
            try:
                response = self._adapter.send(
                    request, stream=True, timeout=(min(config.connect_timeout, deadline.remaining()), patience)
                )
                raw: BaseHTTPResponse = response.raw
                try:
                    content = self._read_body(raw)
                except BaseException:
                    # Half-read: not fit for the pool any more.
                    raw.close()
                    raise
                raw.release_conn()
                log_notices(config.slug, raw.headers)
                return Answer(raw.status, raw.headers, content)
            except GatewayError:
                raise
            except Exception as error:
                # Whatever the libraries throw ends here; "except Exception" because theirs have no common root.
                failure = failure_of(error)
        raise failure

    def _read_body(self, raw: BaseHTTPResponse) -> bytes:
        """The body after decoding, never more than ``max_body`` bytes: a small answer may unpack to a huge one."""
        first = raw.read(CHUNK, decode_content=True)
        chunk = first
        if len(chunk) < CHUNK:
            chunk = raw.read(CHUNK, decode_content=True)
            if not chunk:
                return first
            first += chunk
        parts, size = [first], len(first)
        while chunk:
            chunk = raw.read(CHUNK, decode_content=True)
            size += len(chunk)
            if size > self.config.max_body:
                raise UnreadableAnswer(f"the answer is larger than {self.config.max_body} bytes", status=raw.status)
            parts.append(chunk)
        return b"".join(parts)
