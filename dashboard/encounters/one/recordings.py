"""The sound of a recording, passed through in pieces: no token, no address of Corti's reaches the browser."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import chain

from django.http import HttpResponseBase, StreamingHttpResponse

from corti_gateway.contents import RecordingStream
from corti_gateway.deadline import Deadline
from corti_gateway.errors import GatewayError
from dashboard.encounters.one.place import Place

# Bytes of one answer: what a browser takes at once. A paused player would hold a thread for as long as it pauses.
PIECE = 1 << 20
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
# By their first bytes; the API does not promise a type.
_KINDS = (
    (0, b"RIFF", "audio/wav"), (0, b"\x1aE\xdf\xa3", "audio/webm"), (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"), (0, b"ID3", "audio/mpeg"), (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"), (4, b"ftyp", "audio/mp4"),
)  # fmt: skip
_PLAYABLE = re.compile(r"audio/[a-z0-9.+-]{1,40}|video/(webm|mp4|ogg)|application/ogg")
UNKNOWN_KIND = "application/octet-stream"


@dataclass(frozen=True)
class Wanted:
    """The bytes that a browser asks for; ``last`` is None for all the rest, ``partial`` if it named any."""

    first: int = 0
    last: int | None = None
    partial: bool = False

    @classmethod
    def read(cls, header: str) -> "Wanted":
        """One range of bytes; anything else is answered with the whole, as RFC 9110 (14.2) allows."""
        found = _RANGE.fullmatch(header.strip())
        if found is None:
            return cls()
        first, last = int(found[1]), int(found[2]) if found[2] else None
        return cls() if last is not None and last < first else cls(first, last, partial=True)

    @property
    def end(self) -> int:
        """The place behind the last byte of one piece."""
        longest = self.first + PIECE
        return longest if self.last is None else min(self.last + 1, longest)

    @property
    def piece(self) -> int | None:
        """The last byte to ask the API for."""
        return self.end - 1 if self.partial else None


def opened(place: Place, key: str, wanted: Wanted) -> RecordingStream:
    """The recording, asked for beside whose it is; given back where that cannot be told, or must not be heard.

    Raises ``GatewayError``, and ``Http404`` for what is not there.
    """
    with ExitStack() as refused:

        def call(deadline: Deadline) -> RecordingStream:
            gateway = place.request.tenant.gateway
            stream = gateway.open_recording(place.key, key, wanted.first, wanted.piece, deadline=deadline)
            return refused.enter_context(stream)

        known, answers = place.ask_for(call)
        if isinstance(known, GatewayError):
            raise known
        place.shows(known)
        stream: RecordingStream | GatewayError = answers[0]
        if isinstance(stream, GatewayError):
            raise stream
        refused.pop_all()
    return stream


def answer(stream: RecordingStream, wanted: Wanted) -> HttpResponseBase:
    """The bytes that the browser asked for, out of those that the API gave: it may give the whole for a part."""
    length = stream.length if wanted.partial else None
    response = _whole(stream) if length is None else _part(stream, length, wanted)
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = "inline"
    return response


def _whole(stream: RecordingStream) -> HttpResponseBase:
    """Everything: nothing less was asked for, or nobody knows how much it is (RFC 9110, 15.3.7)."""
    if stream.first:
        stream.close()
        return out_of_range(stream.total)
    chunks = stream.chunks()
    head = next(chunks, b"")
    flow = _Flow(stream, chain((head,), chunks), 0, None)
    response = StreamingHttpResponse(flow, content_type=_kind(head, stream))
    if stream.length is not None:
        response["Content-Length"] = str(stream.length)
    return response


def _part(stream: RecordingStream, length: int, wanted: Wanted) -> HttpResponseBase:
    """At most a piece, whatever more the API gives; where it does not say of how many bytes, nor do we."""
    end = min(stream.first + length, wanted.end)
    if wanted.first < stream.first or end <= wanted.first:
        stream.close()
        return out_of_range(stream.total)
    chunks = stream.chunks()
    head = next(chunks, b"")
    flow = _Flow(stream, chain((head,), chunks), wanted.first - stream.first, end - wanted.first)
    kind = _kind(b"" if stream.first else head, stream)
    response = StreamingHttpResponse(flow, status=206, content_type=kind)
    response["Content-Length"] = str(end - wanted.first)
    total = "*" if stream.total is None else stream.total
    response["Content-Range"] = f"bytes {wanted.first}-{end - 1}/{total}"
    return response


class _Flow:
    """So many bytes after those to skip. Closed by Django with the answer, whether it was read or not."""

    def __init__(self, stream: RecordingStream, chunks: Iterator[bytes], skipped: int, length: int | None) -> None:
        self._stream, self._chunks = stream, chunks
        self._skipped, self._left = skipped, length

    def __iter__(self) -> Iterator[bytes]:
        # An error ends the bytes: the length that was promised is missed, which is how a browser notices.
        with suppress(GatewayError):
            for chunk in self._chunks:
                piece = chunk[self._skipped :]
                self._skipped = max(0, self._skipped - len(chunk))
                if self._left is not None:
                    piece = piece[: self._left]
                    self._left -= len(piece)
                if piece:
                    yield piece
                if self._left == 0:
                    return

    def close(self) -> None:
        self._stream.close()


def out_of_range(total: int | None) -> HttpResponseBase:
    """The answer to a player that asks beyond the end."""
    response = StreamingHttpResponse((), status=416, content_type="text/plain")
    if total is not None:
        response["Content-Range"] = f"bytes */{total}"
    return response


def _kind(head: bytes, stream: RecordingStream) -> str:
    """The type by the first bytes, else as the API says if that is a sound: nothing else is passed on as itself."""
    for at, sign, kind in _KINDS:
        if head[at : at + len(sign)] == sign:
            return kind
    return stream.content_type if _PLAYABLE.fullmatch(stream.content_type) else UNKNOWN_KIND
