"""What a test says an interaction holds, completed to what the wire shows."""

import random
from collections.abc import Iterable, Mapping
from typing import Any

from corti_gateway.sandbox.clock import timestamp
from corti_gateway.sandbox.contents.audio import Audio, Sounding
from corti_gateway.sandbox.contents.documents import classic
from corti_gateway.sandbox.contents.groups import GROUP_IDS
from corti_gateway.sandbox.contents.held import Held, Item
from corti_gateway.sandbox.contents.ids import derived
from corti_gateway.sandbox.contents.letters import guided
from corti_gateway.sandbox.contents.script import CLINICIAN, PATIENT
from corti_gateway.sandbox.contents.transcripts import Layout, spoken, transcript
from corti_gateway.sandbox.contents.visit import Said
from corti_gateway.sandbox.records import Interaction

PARTS = ("facts", "transcripts", "documents", "guided", "recordings")


def completed(row: Interaction, base: Held, given: Mapping[str, Any]) -> Held:
    """The parts given in place of those of ``base``; ValueError for what is no part, or no list.

    Short forms are completed: a text is a fact or a document, a list of texts is a transcript (clinician and patient
    in turn), a number is a recording of so many seconds. Objects are served as they are, with an id if they lack one.
    Transcripts that come without recordings bring their own.
    """
    for name, items in given.items():
        if name not in PARTS:
            raise ValueError(f"an interaction holds {', '.join(PARTS)}, not {name!r}")
        if not isinstance(items, list):
            raise ValueError(f"{name} is a list")
    moment = timestamp(row.ended or row.started)
    made: dict[str, Any] = {name: getattr(base, name) for name in PARTS}
    if "facts" in given:
        made["facts"] = [_fact(item, number, moment) for number, item in enumerate(given["facts"])]
    if "transcripts" in given:
        made["transcripts"] = [_transcript(row, item, number) for number, item in enumerate(given["transcripts"])]
        made["recordings"] = dict(_recorded(made["transcripts"]))
    if "documents" in given:
        made["documents"] = [_document(row, item, number, moment) for number, item in enumerate(given["documents"])]
    if "guided" in given:
        made["guided"] = [_guided(row, item, number, moment) for number, item in enumerate(given["guided"])]
    if "recordings" in given:
        made["recordings"] = {
            derived(row.id, "recording", number): _hum(item) for number, item in enumerate(given["recordings"])
        }
    return Held(**made)


def _fact(item: Any, number: int, moment: str) -> Any:
    if not isinstance(item, str):
        return item
    return {
        "id": f"fct-{number + 1}",
        "text": item,
        "group": "other",
        "groupId": GROUP_IDS["other"],
        "isDiscarded": False,
        "source": "core",
        "createdAt": moment,
        "updatedAt": moment,
        "evidence": [],
    }


def _transcript(row: Interaction, item: Any, number: int) -> Item:
    id, recording = derived(row.id, "transcript", number), derived(row.id, "recording", number)
    if isinstance(item, list):
        said = [Said((CLINICIAN, PATIENT)[place % 2], str(text)) for place, text in enumerate(item)]
        return transcript(id, spoken(said, random.Random(0)), recording, Layout())
    if not isinstance(item, dict):
        raise ValueError("a transcript is an object or a list of texts")
    return {"id": id, "recordingId": recording, **item}


def _recorded(transcripts: Iterable[Item]) -> Iterable[tuple[str, Audio]]:
    for item in transcripts:
        soundings = [
            Sounding(segment["speakerId"], str(segment["text"]), segment["start"], segment["end"])
            for segment in item.get("transcripts") or []
            if _sounds(segment)
        ]
        yield str(item["recordingId"]), Audio(soundings, max((each.end for each in soundings), default=1000))


def _sounds(segment: Any) -> bool:
    """Whether a segment is whole enough to be heard; tests give others too."""
    return isinstance(segment, dict) and all(
        isinstance(segment.get(key), int | float) for key in ("speakerId", "start", "end")
    )


def _document(row: Interaction, item: Any, number: int, moment: str) -> Item:
    id = derived(row.id, "document", number)
    if isinstance(item, str):
        return classic(id, "Note", "corti-note", [("corti-note", "Note", item)], (moment, moment))
    if not isinstance(item, dict):
        raise ValueError("a document is an object or a text")
    return {"id": id, **item}


def _guided(row: Interaction, item: Any, number: int, moment: str) -> Item:
    id = derived(row.id, "guided", number)
    if isinstance(item, str):
        return guided(id, row.id, "Letter", [("Letter", item)], moment)
    if not isinstance(item, dict):
        raise ValueError("a document is an object or a text")
    return {"id": id, "interactionId": row.id, **item}


def _hum(seconds: Any) -> Audio:
    if not isinstance(seconds, int | float) or not 0 < seconds <= 4 * 3600:
        raise ValueError("a recording is a number of seconds, at most four hours of them")
    return Audio([Sounding(0, "a hum", 0, seconds * 1000)], seconds * 1000)
