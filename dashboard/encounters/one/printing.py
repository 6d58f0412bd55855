"""Everything of an encounter on one sheet, with all its transcripts if they are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import render_to_string

from corti_gateway.contents import Listed, Transcript, TranscriptSample
from corti_gateway.deadline import Deadline
from corti_gateway.errors import GatewayError
from dashboard.encounters.one import parts
from dashboard.encounters.one.parts import DOCUMENTS, FACTS, Asked, PartKind, call, had
from dashboard.encounters.one.place import Place
from dashboard.encounters.one.transcripts import TranscriptSheet
from dashboard.listing.failures import Failure
from dashboard.sources import one as source


@dataclass(frozen=True)
class Talk:
    """One of the transcripts on the sheet, or why it is not there."""

    sheet: TranscriptSheet | None = None
    failure: Failure | None = None


def sections(place: Place, *, with_transcripts: bool) -> tuple[source.Known | GatewayError, list[str]]:
    """Whose encounter it is, or why nobody can tell; and each part as it is printed."""
    deadline = place.asked.gateway.deadline()
    kinds = [DOCUMENTS, FACTS, *([TRANSCRIPTS] if with_transcripts else [])]
    known, answers = place.ask(*kinds, deadline=deadline)
    if isinstance(known, GatewayError):
        return known, []
    asked = replace(place.asked, shown=place.shows(known))
    if with_transcripts:
        answers[-1] = [_whole(asked, answers[-1][0], deadline)]
    frame = place.frame()
    written: list[str] = [
        render_to_string(kind.template, frame | parts.shown(kind, asked, some))
        for kind, some in zip(kinds, answers, strict=True)
    ]
    return known, written


def _calls(asked: Asked) -> list[source.Call]:
    return [call(asked.gateway.list_transcripts, asked.addresses.key)]


def _whole(asked: Asked, listed: Listed[TranscriptSample] | GatewayError, deadline: Deadline) -> Any:
    """The list and what it names, or why there is no list."""
    if isinstance(listed, GatewayError):
        return listed
    return listed, source.every_transcript(asked.gateway, asked.addresses.key, listed, deadline)


def _present(asked: Asked, answers: Sequence[Any]) -> dict[str, Any]:
    listed, transcripts = had(answers[0])
    return {
        "count": len(transcripts),
        "unreadable": listed.unreadable,
        "talks": [_talk(asked, transcript) for transcript in transcripts],
    }


def _talk(asked: Asked, transcript: Transcript | GatewayError) -> Talk:
    if isinstance(transcript, GatewayError):
        return Talk(failure=parts.failure_of(transcript))
    return Talk(TranscriptSheet.of(transcript, asked.shown))


TRANSCRIPTS = PartKind("transcripts", "Transcript", "transcript", _calls, _present)
