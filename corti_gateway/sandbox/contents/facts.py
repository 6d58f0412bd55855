"""What was noted, as facts on the wire: with evidence, mostly; discarded, now and then; complete, usually."""

import random
from typing import Any, NamedTuple

from corti_gateway.sandbox.clock import NANO, timestamp
from corti_gateway.sandbox.contents.groups import GROUP_IDS
from corti_gateway.sandbox.contents.transcripts import Spoken
from corti_gateway.sandbox.contents.visit import Noted

Item = dict[str, Any]

_FEW, MOST = 10, 18
_KEPT = ("chief-complaint", "assessment", "plan")
_OPTIONAL = ("groupId", "evidence", "updatedAt", "source")


class Heard(NamedTuple):
    """A sentence, where it can be found, and when it was said."""

    transcript: str
    spoken: Spoken


def facts(
    noted: list[Noted], heard: dict[int, Heard], started: int, ended: int, rng: random.Random, whole: bool
) -> list[Item]:
    """Facts in the order in which they were noted; ``whole`` ones miss no key, and none is discarded."""
    chosen = _most(noted, MOST if whole else rng.randint(_FEW, MOST), rng)
    found = []
    for number, note in enumerate(chosen):
        quoted = [heard[each] for each in (note.sentence, note.also) if each in heard]
        item = _fact(note, quoted, started, ended, rng)
        item["id"] = f"fct-{rng.getrandbits(40):010x}"
        if not whole and number and rng.random() < 0.06:
            item["isDiscarded"] = True
        elif not whole and rng.random() < 0.06:
            item.pop(rng.choice(_OPTIONAL), None)
        found.append({"id": item.pop("id"), **item})
    return found


def _most(noted: list[Noted], most: int, rng: random.Random) -> list[Noted]:
    """As many as are usual; what the visit was about and what came of it stays."""
    others = [note for note in noted if note.group not in _KEPT]
    surplus = rng.sample(others, min(len(others), max(0, len(noted) - most)))
    return [note for note in noted if note not in surplus]


def _fact(note: Noted, heard: list[Heard], started: int, ended: int, rng: random.Random) -> Item:
    end = heard[0].spoken.end if heard else 0
    created = min(ended, started + int(end * 1_000_000) + rng.randrange(4 * NANO))
    changed = created if rng.random() < 0.8 or note.source != "core" else min(ended, created + rng.randrange(90 * NANO))
    rests = bool(heard) and rng.random() < 0.93
    return {
        "text": note.text,
        "group": note.group,
        "groupId": GROUP_IDS[note.group],
        "isDiscarded": False,
        "source": note.source,
        "createdAt": timestamp(created),
        "updatedAt": timestamp(changed),
        "evidence": [_evidence(heard[0], rng), *map(_whole, heard[1:])] if rests else [],
    }


def _evidence(heard: Heard, rng: random.Random) -> Item:
    clause = max(heard.spoken.text.split(", "), key=len).strip(" .?!…")
    return _whole(heard) | ({"quote": clause} if rng.random() < 0.4 else {})


def _whole(heard: Heard) -> Item:
    return {"type": "transcript", "reference": heard.transcript, "quote": heard.spoken.text}
