"""A recording while it arrives: one piece at a time, over a connection that is given back or closed."""

import re
import time
from collections.abc import Callable, Iterator

from urllib3.response import BaseHTTPResponse

from corti_gateway.contents import RecordingStream
from corti_gateway.deadline import Deadline
from corti_gateway.errors import GatewayError, Unreachable, UnreadableAnswer
from corti_gateway.failures import guarded
from corti_gateway.ranges import Span, part_of
from corti_gateway.sockets import limited

# A piece must come within the read time-out, so its size is also the slowest pace that is borne: 3 KB a second.
PIECE = 16_384
CONTENT_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")
# What proxies and portals answer with a good status, and no recording ever is.
NO_AUDIO = ("text/html", "application/json", "application/problem+json")

Report = Callable[[GatewayError, float], GatewayError]


class ArrivingRecording(RecordingStream):
    """The body of an answer. ``report`` is told of a failure and since when its piece was waited for.

    The first piece is read at once, while the call can still be made again: an answer that breaks before its first byte
    is a failed call, not a broken recording. Where an answer says neither its length nor its chunks, nobody can tell a
    recording that was cut off from a short one.
    """

    def __init__(self, raw: BaseHTTPResponse, span: Span, silence: float, report: Report) -> None:
        self._raw, self._silence, self._report = raw, silence, report
        self._closed = False
        try:
            self.content_type = _content_type(raw)
            part = part_of(span, raw.status, raw.headers, raw.length_remaining)
            self.first, self.length, self.total = part.first, part.length, part.total
            self._came = 0
            self._next: bytes | None = self._read()
        except BaseException:
            self.close()
            raise

    @property
    def status(self) -> int:
        """200 for the whole, 206 for a part."""
        return self._raw.status

    def chunks(self) -> Iterator[bytes]:
        """The bytes, once, in pieces of 16 KB; closes the stream at their end, at an error, and when nobody listens.

        Raises :class:`~corti_gateway.errors.TimedOut` when a piece takes longer than the read time-out, and other
        errors of ours when the recording breaks off. There is no limit for the whole.
        """
        try:
            while piece := self._piece():
                yield piece
        finally:
            self.close()

    def close(self) -> None:
        """Give the connection back, closed if bytes are left on it: reading them all would cost more than a new one."""
        self._closed = True
        self._raw.close()
        self._raw.release_conn()

    def _piece(self) -> bytes:
        if self._closed:
            raise ValueError("the recording is closed")
        if self._next is not None:
            piece, self._next = self._next, None
            return piece
        started = time.monotonic()
        try:
            with limited(Deadline.after(self._silence), self._silence):
                return guarded(self._read)
        except GatewayError as error:
            failure = self._report(error, started)
        raise failure

    def _read(self) -> bytes:
        """The next piece, empty at the end; an error if that is not where it was announced."""
        piece = self._raw.read(PIECE, decode_content=False)
        self._came += len(piece)
        if self.length is not None:
            if self._came > self.length:
                raise UnreadableAnswer("the recording is longer than announced", status=self.status)
            if not piece and self._came < self.length:
                raise Unreachable("the recording ended before its end", status=self.status)
        return piece


def _content_type(raw: BaseHTTPResponse) -> str:
    """The bare type in lower case, or empty for none and for rubbish."""
    if raw.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        # Neither its length nor its offsets would be those of the recording.
        raise UnreadableAnswer("the recording came packed", status=raw.status)
    kind = raw.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind in NO_AUDIO:
        raise UnreadableAnswer("that is no recording", status=raw.status)
    return kind if CONTENT_TYPE.fullmatch(kind) else ""
