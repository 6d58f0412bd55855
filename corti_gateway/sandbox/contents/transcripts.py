"""What was said, as segments with times, and as the transcripts that the API shows."""

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from corti_gateway.sandbox.contents.audio import Audio, Sounding
from corti_gateway.sandbox.contents.script import CLINICIAN, PATIENT
from corti_gateway.sandbox.contents.visit import Said

Item = dict[str, Any]

_SAMPLE = 120
_LEAD_IN, _LEAD_OUT = 700, 900
_MS_A_SIGN, _MS_A_SENTENCE = 52, 320
_PAUSES = (180, 260, 340, 420, 520, 650, 900, 1400)


class Spoken(NamedTuple):
    """Something said, with its place in time (milliseconds)."""

    speaker: str
    text: str
    start: float
    end: float


class Layout(NamedTuple):
    """How speakers are told apart: by number, by channel, or not at all."""

    channels: bool = False
    told: bool = True
    fractions: bool = False
    roles: bool = True


def layout_of(rng: random.Random, speakers: set[str]) -> Layout:
    draw = rng.random()
    channels = draw < 0.15 and speakers <= {CLINICIAN, PATIENT}
    return Layout(channels, channels or draw < 0.88, rng.random() < 0.15, rng.random() < 0.8)


def spoken(said: Sequence[Said], rng: random.Random, fractions: bool = False) -> list[Spoken]:
    """One after the other with pauses, as long as it takes to say it."""
    found: list[Spoken] = []
    place: float = _LEAD_IN
    for speaker, text in said:
        end = place + _MS_A_SENTENCE + _MS_A_SIGN * len(text)
        found.append(Spoken(speaker, text, place, end))
        place = end + rng.choice(_PAUSES) + (rng.choice((0, 0.25, 0.5)) if fractions else 0)
    return found


def transcript(id: str, parts: Sequence[Spoken], recording: str, layout: Layout, status: str = "completed") -> Item:
    """A transcript as its own address shows it; without segments they are null."""
    numbers = speaker_numbers(parts)
    return {
        "id": id,
        "metadata": {"participantsRoles": _roles(layout)} if layout.roles else {},
        "transcripts": [_segment(part, numbers[part.speaker], layout) for part in parts] or None,
        "usageInfo": {"creditsConsumed": round(length_of(parts) / 60_000 * 0.04, 4)},
        "recordingId": recording,
        "status": status,
    }


def listed(item: Item, full: bool) -> Item:
    """A transcript as the list shows it."""
    texts = [str(segment.get("text", "")) for segment in item.get("transcripts") or [] if isinstance(segment, dict)]
    shown: Item = {"id": item.get("id"), "transcriptSample": " ".join(texts[:6])[:_SAMPLE]}
    if full:
        shown["transcript"] = {"metadata": item.get("metadata"), "transcripts": item.get("transcripts")}
    return shown


def length_of(parts: Sequence[Spoken]) -> float:
    return parts[-1].end + _LEAD_OUT if parts else 0


def audio_of(parts: Sequence[Spoken]) -> Audio:
    numbers = speaker_numbers(parts)
    sounds = [Sounding(numbers[part.speaker], part.text, part.start, part.end) for part in parts]
    return Audio(sounds, length_of(parts))


def speaker_numbers(parts: Sequence[Spoken]) -> dict[str, int]:
    """Numbers from 0 in the order in which speakers are first heard."""
    return {speaker: number for number, speaker in enumerate(dict.fromkeys(part.speaker for part in parts))}


def _roles(layout: Layout) -> list[Item]:
    if layout.channels:
        return [{"channel": 0, "role": "doctor"}, {"channel": 1, "role": "patient"}]
    return [{"channel": 0, "role": "multiple"}]


def _segment(part: Spoken, number: int, layout: Layout) -> Item:
    channel = int(part.speaker != CLINICIAN) if layout.channels else 0
    return {
        "channel": channel,
        "participant": channel,
        "speakerId": number if layout.told else -1,
        "text": part.text,
        "start": part.start,
        "end": part.end,
    }
