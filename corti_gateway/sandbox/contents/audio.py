"""Recordings: each speaker hums at a pitch of their own, a pulse a syllable, in step with the transcript."""

import math
import re
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

RATE = 8000
CONTENT_TYPE = "audio/wav"
_HEAD = 44
_SILENCE = b"\x80"
_CHUNK = 1 << 16

# Speakers hum a fifth apart, in steps of a pentatonic scale.
_PITCHES = (147.0, 220.0, 330.0, 185.0, 262.0)
_SCALE = (1, 9 / 8, 5 / 4, 3 / 2, 5 / 3)
_SYLLABLE = re.compile(r"[aeiouyæøåáéíóúü]+|[^\W\d_a-z]|\d", re.IGNORECASE)
_LONGEST = 0.28  # seconds of a pulse
_LOUDNESS = 52


class Sounding(NamedTuple):
    """Somebody speaks from ``start`` to ``end``, in milliseconds."""

    speaker: int
    text: str
    start: float
    end: float


class Audio:
    """A WAV file (mono, 8 kHz, 8 bits) of which any part is made when it is read."""

    def __init__(self, soundings: Iterable[Sounding], milliseconds: float) -> None:
        self._soundings = [each for each in soundings if each.end > each.start]
        self._starts = [_samples(each.start) for each in self._soundings]
        self._length = _samples(milliseconds)

    def __len__(self) -> int:
        return _HEAD + self._length

    def chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes from ``start`` up to ``stop``, in pieces of at most 64 KB."""
        stop = len(self) if stop is None else min(stop, len(self))
        for place in range(start, stop, _CHUNK):
            yield self._part(place, min(place + _CHUNK, stop))

    def _part(self, start: int, stop: int) -> bytes:
        head = _head(self._length)[start:stop]
        return head + self._samples(max(start - _HEAD, 0), max(stop - _HEAD, 0))

    def _samples(self, start: int, stop: int) -> bytes:
        parts: list[bytes] = []
        place = start
        for number in range(max(bisect_right(self._starts, start) - 1, 0), len(self._soundings)):
            begins = self._starts[number]
            if begins >= stop:
                break
            sound = _hummed(self._soundings[number])[max(start - begins, 0) : stop - begins]
            if not sound:
                continue
            parts.append(_SILENCE * (begins - place))
            parts.append(sound)
            place = max(place, begins) + len(sound)
        return b"".join([*parts, _SILENCE * (stop - place)])


def _samples(milliseconds: float) -> int:
    return int(milliseconds * RATE / 1000)


def _head(length: int) -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE, 1, 8)
    return struct.pack("<4sI4s", b"RIFF", 36 + length, b"WAVE") + form + struct.pack("<4sI", b"data", length)


def _hummed(sounding: Sounding) -> bytes:
    """Exactly as many samples as the sounding lasts: syllables at even distances, each fading out."""
    total = _samples(sounding.end) - _samples(sounding.start)
    syllables = _SYLLABLE.findall(sounding.text) or ["a"]
    # No more pulses than can be told apart.
    count = max(1, min(len(syllables), total // (RATE // 12)))
    edges = [total * number // count for number in range(count + 1)]
    pitch = _PITCHES[sounding.speaker % len(_PITCHES)]
    noise = crc32(sounding.text.encode())
    parts = []
    for number, (begin, end) in enumerate(pairwise(edges)):
        # The melody wanders by the text, and ends low as a sentence does.
        step = 0 if number == count - 1 else (noise >> number % 29) % len(_SCALE)
        length = min(int((end - begin) * 0.9), int(_LONGEST * RATE)) // 80 * 80
        parts.append(_pulse(pitch * _SCALE[step], length).ljust(end - begin, _SILENCE))
    return b"".join(parts)


@lru_cache(maxsize=1024)
def _pulse(pitch: float, length: int) -> bytes:
    turn = 2 * math.pi * pitch / RATE
    return bytes(
        128
        + round(
            _LOUDNESS * math.sin(math.pi * place / length) ** 0.6 * math.sin(turn * place) * (1 - 0.5 * place / length)
        )
        for place in range(length)
    )
