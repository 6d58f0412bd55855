"""What was said, by turns: who speaks, when, and which sentences are marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from corti_gateway.contents import Segment, Transcript
from corti_gateway.ids import canonical
from corti_gateway.vocabulary import TranscriptStatus
from dashboard.encounters.one.marks import Marks
from dashboard.listing.discretion import Shown
from dashboard.listing.formatting import clock, short_id
from dashboard.listing.jinja import rendered, trusted

ROLES = {"doctor": "Doctor", "patient": "Patient"}
SPEAKER = "Speaker"
# So many are named one by one.
FEW_SPEAKERS = 3
# Sentences; a longer turn is cut, for the browser lays out whole turns.
LONGEST_TURN = 40
NO_MARKS = Marks()


class Said(TypedDict):
    """A segment for the template; a dictionary, as there can be thousands. ``place`` is where it begins, as markup.

    ``asked`` is the one that a quote leads to.
    """

    place: str
    text: str
    marked: bool
    asked: bool


class Turn(TypedDict):
    """What one speaker says without being interrupted; ``voice`` tells speakers apart by colour, from 1."""

    speaker: str
    voice: int
    said: list[Said]


@dataclass(frozen=True)
class TranscriptSheet:
    """``recording`` is the id of the sound that the times are places in, or empty; ``damaged`` could not be read.

    ``length`` is as far as the times go, like a clock, "" without any; ``speakers`` says who speaks.
    Only a transcript that Corti calls complete, and that is whole, can say by its emptiness that nothing was said.
    """

    key: str
    turns: list[Turn]
    length: str
    speakers: str
    recording: str
    is_processing: bool
    is_failed: bool
    is_complete: bool
    damaged: str
    unreadable: int

    @classmethod
    def of(cls, transcript: Transcript, shown: Shown, marks: Marks = NO_MARKS) -> "TranscriptSheet":
        recording = canonical(transcript.recording_id or "") or ""
        turns = _turns(transcript, marks, shown, plays=bool(recording))
        return cls(
            key=canonical(transcript.id) or "",
            turns=turns,
            length=_length(transcript.segments),
            speakers=_speakers(turns),
            recording=recording,
            is_processing=transcript.status is TranscriptStatus.PROCESSING,
            is_failed=transcript.status is TranscriptStatus.FAILED,
            is_complete=transcript.status is TranscriptStatus.COMPLETED,
            damaged=", ".join(transcript.damaged),
            unreadable=transcript.unreadable,
        )

    @property
    def recording_short(self) -> str:
        return short_id(self.recording)

    @property
    def html(self) -> str:
        """The turns as markup."""
        return rendered("encounters/one/turns.jinja", {"turns": self.turns})


def _turns(transcript: Transcript, marks: Marks, shown: Shown, *, plays: bool) -> list[Turn]:
    turns: list[Turn] = []
    voices: dict[tuple[int | None, int | None], int] = {}
    last: object = None
    texts = shown.texts([segment.text for segment in transcript.segments])
    for number, (segment, text) in enumerate(zip(transcript.segments, texts, strict=True)):
        who = (segment.channel, segment.speaker)
        if who != last or len(turns[-1]["said"]) >= LONGEST_TURN:
            voice = voices.setdefault(who, len(voices) + 1)
            turns.append({"speaker": _speaker(segment, transcript.roles, voice), "voice": voice, "said": []})
            last = who
        said: Said = {
            "place": _place(segment.start, plays=plays),
            "text": text,
            "marked": number in marks.numbers,
            "asked": number == marks.first,
        }
        turns[-1]["said"].append(said)
    return turns


def _place(start: int | None, *, plays: bool) -> str:
    """A time, as a button where a sound can be played from there: ready markup, as there can be thousands."""
    if start is None:
        return trusted('<span class="at"></span>')
    words = clock(start)
    button = f'<button class="at" data-at="{start}" tabindex="-1">{words}</button>'
    return trusted(button if plays else f'<span class="at">{words}</span>')


def _length(segments: Sequence[Segment]) -> str:
    latest = max((segment.end or segment.start or 0 for segment in segments), default=0)
    return clock(latest) if latest else ""


def _speakers(turns: Sequence[Turn]) -> str:
    """``Doctor, Patient``, or how many; nothing of a single voice of which nobody says whose it is."""
    names = list(dict.fromkeys(turn["speaker"] for turn in turns))
    if len(names) <= FEW_SPEAKERS and any(name in ROLES.values() for name in names):
        return ", ".join(names)
    return f"{len(names)} speakers" if len(names) > 1 else ""


def _speaker(segment: Segment, roles: Mapping[int, str], voice: int) -> str:
    """The role of the channel where that says who it is; otherwise a number, as nobody said more."""
    role = roles.get(segment.channel, "") if segment.channel is not None else ""
    return ROLES.get(role) or f"{SPEAKER} {voice}"
