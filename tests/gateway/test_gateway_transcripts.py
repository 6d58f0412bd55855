"""Transcripts from the wire: what was said, in the order of time."""

from dataclasses import replace
from typing import Any

import pytest
from contents_fakes import RECORDING, TRANSCRIPT, a_segment, a_transcript
from gateway_fakes import NOON

from corti_gateway.contents import Segment, Transcript, TranscriptSample
from corti_gateway.parsing_transcripts import parse_transcript, parse_transcript_sample
from corti_gateway.vocabulary import TranscriptStatus


def parsed(**changes: Any) -> Transcript:
    transcript = parse_transcript(a_transcript(**changes), NOON)
    assert transcript is not None
    return transcript


def segment(**changes: Any) -> tuple[Segment, tuple[str, ...]]:
    transcript = parsed(transcripts=[a_segment(**changes)])
    assert transcript.unreadable == 0
    return transcript.segments[0], transcript.damaged


def test_a_good_transcript_is_read_whole() -> None:
    assert parsed() == Transcript(
        id=TRANSCRIPT,
        status=TranscriptStatus.COMPLETED,
        recording_id=RECORDING,
        roles={0: "multiple"},
        segments=(
            Segment(0, 0, 1, "Good morning.", 0, 1200),
            Segment(0, 0, 2, "My knee hurts.", 1350, 2900),
        ),
        unreadable=0,
        as_of=NOON,
        damaged=(),
    )


@pytest.mark.parametrize("nothing", [None, []])
def test_nothing_said_is_no_damage(nothing: object) -> None:
    transcript = parsed(transcripts=nothing, status="processing")
    assert (transcript.segments, transcript.damaged) == ((), ())
    assert transcript.status is TranscriptStatus.PROCESSING


@pytest.mark.parametrize("odd", ["text", 5, {}, False])
def test_words_that_are_no_list_are_damage(odd: object) -> None:
    assert parsed(transcripts=odd) == replace(parsed(transcripts=None), damaged=("transcripts",))


def test_that_the_words_are_missing_is_damage() -> None:
    row = a_transcript()
    del row["transcripts"]
    assert parse_transcript(row, NOON) == replace(parsed(transcripts=None), damaged=("transcripts",))


def test_segments_stand_in_the_order_of_their_start() -> None:
    starts = [3000, 0, 1500.0, 1500]
    transcript = parsed(transcripts=[a_segment(start=start, text=str(number)) for number, start in enumerate(starts)])
    assert [one.text for one in transcript.segments] == ["1", "2", "3", "0"]


def test_a_segment_without_a_start_stays_behind_the_one_it_came_after() -> None:
    starts = [None, 2000, None, 1000, "odd"]
    transcript = parsed(transcripts=[a_segment(start=start, text=str(number)) for number, start in enumerate(starts)])
    assert [one.text for one in transcript.segments] == ["0", "3", "4", "1", "2"]
    assert transcript.damaged == ("transcripts.start",)


@pytest.mark.parametrize("key", ["channel", "participant", "speakerId"])
@pytest.mark.parametrize("untold", [-1, -1.0, None])
def test_who_is_not_told_apart_is_none_and_no_damage(key: str, untold: object) -> None:
    one, damaged = segment(**{key: untold})
    assert (getattr(one, {"speakerId": "speaker"}.get(key, key)), damaged) == (None, ())


@pytest.mark.parametrize("key", ["channel", "participant", "speakerId", "start", "end"])
@pytest.mark.parametrize("odd", ["1", True, False, -2, -0.5, float("nan"), float("inf"), 1e300, 10**400, [], {}])
def test_an_odd_number_costs_that_number(key: str, odd: object) -> None:
    one, damaged = segment(**{key: odd})
    assert one == segment(**{key: None})[0]
    assert damaged == (f"transcripts.{key}",)


def test_milliseconds_may_have_a_fraction() -> None:
    one, damaged = segment(start=1350.0, end=2900.4)
    assert (one.start, one.end, damaged) == (1350, 2900, ())
    assert type(one.end) is int


def test_a_silence_is_a_segment_without_words() -> None:
    assert segment(text="")[0].text == ""


def test_a_segment_without_words_that_can_be_read_is_counted() -> None:
    rows = ["no object", None, {}, a_segment(text=None), a_segment(text=5), a_segment(text="here\0")]
    transcript = parsed(transcripts=rows)
    assert ([one.text for one in transcript.segments], transcript.unreadable) == (["here\ufffd"], 5)


@pytest.mark.parametrize("nothing", [None, {}, {"participantsRoles": None}, {"participantsRoles": []}])
def test_unknown_roles_are_no_damage(nothing: object) -> None:
    transcript = parsed(metadata=nothing)
    assert (transcript.roles, transcript.damaged) == ({}, ())


def test_roles_that_cannot_be_read_cost_those_roles() -> None:
    transcript = parsed(
        metadata={
            "participantsRoles": [
                {"channel": 0, "role": "doctor"},
                {"channel": 0, "role": "patient"},
                {"channel": 1, "role": "interpreter"},
                {"channel": "2", "role": "patient"},
                {"channel": 3, "role": 5},
                "no object",
            ]
        }
    )
    assert transcript.roles == {0: "doctor", 1: "interpreter"}
    assert transcript.damaged == (
        "metadata.participantsRoles",
        "metadata.participantsRoles.channel",
        "metadata.participantsRoles.role",
    )


@pytest.mark.parametrize("odd", [5, "none", []])
def test_metadata_of_another_kind_are_damage(odd: object) -> None:
    assert parsed(metadata=odd) == replace(parsed(metadata=None), damaged=("metadata",))


@pytest.mark.parametrize("key", ["recordingId", "status"])
def test_a_damaged_field_costs_that_field(key: str) -> None:
    assert parsed(**{key: 5}) == replace(parsed(**{key: None}), damaged=(key,))


def test_an_unknown_status_stays_as_it_came() -> None:
    assert parsed(status="queued").status == "queued"


@pytest.mark.parametrize("row", [None, [], "x", 5, {}, {"id": None}, {"id": 7}, {"id": ""}, {"id": "x" * 201}])
def test_a_transcript_without_a_usable_id_is_unreadable(row: object) -> None:
    assert parse_transcript(row, NOON) is None
    assert parse_transcript_sample(row) is None


@pytest.mark.parametrize("sample", ["Good morning", None, "", 5])
def test_a_sample_is_its_first_words_or_none(sample: object) -> None:
    expected = sample if sample == "Good morning" else None
    row = {"id": TRANSCRIPT, "transcriptSample": sample, "transcript": {"metadata": None}}
    assert parse_transcript_sample(row) == TranscriptSample(TRANSCRIPT, expected)
