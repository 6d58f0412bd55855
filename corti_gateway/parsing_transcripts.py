"""Transcripts, from the wire to models (facts 3.2)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from corti_gateway.contents import Segment, Transcript, TranscriptSample
from corti_gateway.values import (
    parse_all,
    paths,
    read_id,
    read_number_of,
    read_objects,
    read_text,
    read_whole,
    rendered,
)
from corti_gateway.vocabulary import TranscriptStatus

STATUSES: dict[str, TranscriptStatus] = {word.value: word for word in TranscriptStatus}


def parse_transcript_sample(row: object) -> TranscriptSample | None:
    """One item of the list, or None if it has no usable id."""
    if type(row) is not dict or (key := read_id(row.get("id"))) is None:
        return None
    return TranscriptSample(id=key, sample=read_text(row.get("transcriptSample"), "transcriptSample", []))


def parse_transcript(row: object, as_of: datetime) -> Transcript | None:
    """One transcript, or None if it has no usable id.

    ``transcripts`` is null where nothing was said or nothing is ready yet; that the key is missing, or holds something
    else than a list, is damage.
    """
    if type(row) is not dict or (key := read_id(row.get("id"))) is None:
        return None
    damaged: list[str] = []
    spoken = row.get("transcripts", ...)
    if spoken is not None and type(spoken) is not list:
        damaged.append("transcripts")
        spoken = None
    segments, unreadable = parse_all(spoken or (), lambda one: _segment(one, damaged))
    return Transcript(
        id=key,
        status=parse_status(row.get("status"), damaged),
        recording_id=read_text(row.get("recordingId"), "recordingId", damaged),
        roles=_roles(row.get("metadata"), damaged),
        segments=tuple(_in_time(segments)),
        unreadable=unreadable,
        as_of=as_of,
        damaged=paths(damaged),
    )


def parse_status(value: object, damaged: list[str]) -> TranscriptStatus | str | None:
    """A status; an unknown word stays as it came."""
    word = read_text(value, "status", damaged)
    return word if word is None else STATUSES.get(word, word)


def _segment(row: object, damaged: list[str]) -> Segment | None:
    """Something said, or None where its words cannot be read; an empty text is a silence."""
    if type(row) is not dict or type(text := row.get("text")) is not str:
        return None
    return Segment(
        channel=read_number_of(row.get("channel"), "transcripts.channel", damaged),
        participant=read_number_of(row.get("participant"), "transcripts.participant", damaged),
        speaker=read_number_of(row.get("speakerId"), "transcripts.speakerId", damaged),
        text=rendered(text),
        start=read_whole(row.get("start"), "transcripts.start", damaged),
        end=read_whole(row.get("end"), "transcripts.end", damaged),
    )


def _in_time(segments: tuple[Segment, ...]) -> Iterator[Segment]:
    """The segments in the order of their start; one without stays right behind the one it came after."""
    placed: list[tuple[int, Segment]] = []
    start = -1
    for segment in segments:
        start = start if segment.start is None else segment.start
        placed.append((start, segment))
    placed.sort(key=lambda one: one[0])
    return (segment for _, segment in placed)


def _roles(metadata: object, damaged: list[str]) -> dict[int, str]:
    """Who speaks on which channel, as far as the API knows; the first word for a channel counts."""
    roles: dict[int, str] = {}
    if metadata is None:
        return roles
    if type(metadata) is not dict:
        damaged.append("metadata")
        return roles
    known: dict[str, Any] = metadata
    path = "metadata.participantsRoles"
    for one in read_objects(known.get("participantsRoles"), path, damaged):
        channel = read_number_of(one.get("channel"), f"{path}.channel", damaged)
        role = read_text(one.get("role"), f"{path}.role", damaged)
        if channel is not None and role is not None:
            roles.setdefault(channel, role)
    return roles
