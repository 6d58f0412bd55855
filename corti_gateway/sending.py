"""One request, over pooled connections: its whole answer, or one whose body is still to come."""

from collections.abc import Callable, Mapping

from requests import PreparedRequest
from requests.structures import CaseInsensitiveDict
from urllib3.response import BaseHTTPResponse

from corti_gateway.answers import Answer, error_of
from corti_gateway.calllog import log_notices
from corti_gateway.config import TenantConfig
from corti_gateway.deadline import Deadline
from corti_gateway.errors import OutOfRange, TimedOut, UnreadableAnswer
from corti_gateway.failures import guarded
from corti_gateway.ranges import Span, size_of_unsatisfied
from corti_gateway.recordings import ArrivingRecording, Report
from corti_gateway.sockets import DeadlineAdapter, limited

POOL_SIZE = 64
CHUNK = 65_536


class Sender:
    """Sends requests of one tenant; every failure is a :class:`~corti_gateway.errors.GatewayError`.

    ``trace`` gives the ``X-Request-ID`` that goes along, or an empty text.
    """

    def __init__(self, config: TenantConfig, trace: Callable[[], str]) -> None:
        self.config, self.trace = config, trace
        self._adapter = DeadlineAdapter(POOL_SIZE)

    def answer(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, deadline: Deadline
    ) -> Answer:
        """One request and its whole answer, whatever its status."""

        def ask() -> Answer:
            return self._whole(self._sent(method, url, headers, body, deadline))

        with limited(deadline, self.config.read_timeout):
            return guarded(ask)

    def recording(
        self, url: str, headers: Mapping[str, str], span: Span, deadline: Deadline, report: Report
    ) -> ArrivingRecording:
        """The start of a recording by the deadline; raises what another status than 200 and 206 stands for."""

        def ask() -> ArrivingRecording:
            raw = self._sent("GET", url, {**headers, **span.headers()}, None, deadline)
            if raw.status in (200, 206):
                log_notices(self.config.slug, raw.headers)
                return ArrivingRecording(raw, span, self.config.read_timeout, report)
            answer = self._whole(raw)
            if answer.status < 300:
                raise UnreadableAnswer(f"status {answer.status} instead of 200", status=answer.status)
            failure = error_of(answer)
            if isinstance(failure, OutOfRange):
                failure.total = size_of_unsatisfied(answer.headers)
            raise failure

        with limited(deadline, self.config.read_timeout):
            return guarded(ask)

    def close(self) -> None:
        """Close the pooled connections."""
        self._adapter.close()

    def _sent(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, deadline: Deadline
    ) -> BaseHTTPResponse:
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
        left = deadline.remaining()
        timeout = min(self.config.connect_timeout, left), min(self.config.read_timeout, left)
        raw: BaseHTTPResponse = self._adapter.send(request, stream=True, timeout=timeout).raw
        return raw

    def _whole(self, raw: BaseHTTPResponse) -> Answer:
        try:
            content = self._read_body(raw)
        except BaseException:
            # Half-read: not fit for the pool any more.
            raw.close()
            raise
        raw.release_conn()
        log_notices(self.config.slug, raw.headers)
        return Answer(raw.status, raw.headers, content)

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
