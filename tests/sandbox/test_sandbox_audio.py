"""Recordings are WAV files in which each speaker is heard at their place."""

import io
import wave
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from corti_gateway.sandbox.contents.audio import Audio, Sounding

TALK = Audio(
    [
        Sounding(0, "How are you today?", 500, 2000),
        Sounding(1, "My knee hurts when I go down the stairs.", 2500, 5000),
        Sounding(0, "Since when?", 6000.25, 7000.5),
    ],
    8000,
)
WHOLE = b"".join(TALK.chunks())


def samples(start: float, end: float) -> bytes:
    return WHOLE[44 + int(start * 8) : 44 + int(end * 8)]


def crossings(sound: bytes) -> int:
    """How often the wave goes up through the middle: more for a higher pitch."""
    return sum(one < 128 <= two for one, two in pairwise(sound))


def test_it_is_a_wave_file_of_the_length_it_says() -> None:
    with wave.open(io.BytesIO(WHOLE)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 8000, 1)
        assert file.getnframes() == 64_000
    assert len(TALK) == len(WHOLE)


def test_each_segment_is_heard_at_its_place_and_silence_between() -> None:
    for start, end in ((500, 2000), (2500, 5000), (6001, 7000)):
        assert max(samples(start, end)) > 160
    for start, end in ((0, 500), (2000, 2500), (5000, 6000), (7001, 8000)):
        assert set(samples(start, end)) == {128}


def test_a_segment_is_heard_as_pulses_one_for_a_syllable() -> None:
    sound = samples(500, 2000)
    quiet = [not any(abs(value - 128) > 4 for value in sound[place : place + 80]) for place in range(0, len(sound), 80)]
    pulses = sum(one and not two for one, two in zip([True, *quiet], quiet, strict=False))
    assert 3 <= pulses <= 7


def test_speakers_have_a_pitch_of_their_own() -> None:
    text = "The same words"
    low, high = (b"".join(Audio([Sounding(number, text, 0, 1000)], 1000).chunks())[44:] for number in (0, 1))
    assert crossings(high) > 1.3 * crossings(low)


@given(st.integers(0, len(WHOLE) + 10), st.integers(0, len(WHOLE) + 10))
def test_any_part_is_that_part_of_the_whole(start: int, stop: int) -> None:
    assert b"".join(TALK.chunks(start, stop)) == WHOLE[start:stop]


def test_it_comes_in_pieces_of_at_most_64_kilobytes() -> None:
    long = Audio([Sounding(0, "a hum", 0, 60_000)], 60_000)
    sizes = [len(chunk) for chunk in long.chunks()]
    assert max(sizes) == 1 << 16
    assert sum(sizes) == len(long)


def test_odd_segments_are_heard_or_passed_over() -> None:
    odd = Audio([Sounding(7, "", 0, 10), Sounding(0, "…", 20, 20), Sounding(1, "日本語です", 30, 900)], 1000)
    assert len(b"".join(odd.chunks())) == len(odd)
