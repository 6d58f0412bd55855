"""Makes what an interaction holds."""

import random
from itertools import pairwise
from typing import NamedTuple

from corti_gateway.sandbox.clock import NANO, timestamp
from corti_gateway.sandbox.contents.audio import Audio, Sounding
from corti_gateway.sandbox.contents.documents import note, stay
from corti_gateway.sandbox.contents.facts import Heard, facts
from corti_gateway.sandbox.contents.held import Held, Item
from corti_gateway.sandbox.contents.ids import derived
from corti_gateway.sandbox.contents.letters import to_colleague, to_patient
from corti_gateway.sandbox.contents.prose import Told
from corti_gateway.sandbox.contents.shapes import Shape
from corti_gateway.sandbox.contents.transcripts import (
    Layout,
    Spoken,
    audio_of,
    layout_of,
    length_of,
    spoken,
    transcript,
)
from corti_gateway.sandbox.contents.visit import Noted, Visit, visit_of
from corti_gateway.sandbox.records import TYPES, Interaction
from corti_gateway.vocabulary import EncounterType

_REFERRED = (EncounterType.FIRST_CONSULTATION, EncounterType.OUTPATIENT)
# A recording that nobody transcribed: somebody tests the microphone.
_TEST = Sounding(0, "One, two, three, one, two, three.", 500, 4500)


class _Part(NamedTuple):
    """What one transcript covers: the sentences from ``first`` on."""

    id: str
    recording: str
    first: int
    spoken: list[Spoken]


def make(row: Interaction, shape: Shape, clinic: str) -> Held:
    """Everything an interaction of this shape holds, the same at every call."""
    rng = random.Random(f"contents {row.id}")
    visit = visit_of(row, shape.extras, shape.odd)
    layout = layout_of(rng, {each.speaker for each in visit.said}) if not shape.whole else Layout()
    parts = _parts(row, visit, shape, rng, layout.fractions)
    transcripts = _transcripts(parts, shape, layout)
    noted = _noted(visit, shape)
    ended = row.ended or row.started + int(sum(length_of(part.spoken) for part in parts) * 1_000_000)
    made = facts(noted, _heard(parts, transcripts), row.started, ended, rng, shape.whole) if shape.facts else []
    # Documents know everything that was noted, but what somebody has discarded.
    discarded = {fact["text"] for fact in made if fact["isDiscarded"]}
    told = [Told(note.group, note.text) for note in noted if shape.facts and note.text not in discarded]
    moment = timestamp(ended)
    return Held(
        transcripts,
        _recordings(row, parts, shape),
        made,
        _notes(row, visit, shape, told, (moment, timestamp(ended + rng.randrange(60) * NANO)), rng),
        _letters(row, visit, shape, told, clinic, moment),
    )


def _transcripts(parts: list[_Part], shape: Shape, layout: Layout) -> list[Item]:
    """The last transcript has the status of the shape; what failed says nothing, what is processed says a part."""
    found = []
    for number, part in enumerate(parts[: shape.transcripts], start=1):
        status = shape.status if number == shape.transcripts else "completed"
        told = {"failed": 0.0, "processing": shape.told}.get(status, 1.0)
        shown = part.spoken[: int(len(part.spoken) * told)]
        found.append(transcript(part.id, shown, part.recording, layout, status))
    return found


def _parts(row: Interaction, visit: Visit, shape: Shape, rng: random.Random, fractions: bool) -> list[_Part]:
    """The visit cut into as many stretches as there are transcripts, each with times of its own."""
    count = max(shape.transcripts, 1)
    edges = [len(visit.said) * number // count for number in range(count + 1)]
    return [
        _Part(
            derived(row.id, "transcript", number),
            derived(row.id, "recording", number),
            first,
            spoken(visit.said[first:end], rng, fractions),
        )
        for number, (first, end) in enumerate(pairwise(edges))
    ]


def _noted(visit: Visit, shape: Shape) -> list[Noted]:
    """What is noted so far."""
    if shape.status != "processing":
        return list(visit.noted)
    written = int(len(visit.said) * shape.told)
    return [each for each in visit.noted if each.sentence is not None and each.sentence < written]


def _heard(parts: list[_Part], transcripts: list[Item]) -> dict[int, Heard]:
    """Sentences by their number, where a transcript shows them."""
    return {
        part.first + number: Heard(part.id, sentence)
        for part, shown in zip(parts, transcripts, strict=False)
        for number, sentence in enumerate(part.spoken[: len(shown["transcripts"] or ())])
    }


def _recordings(row: Interaction, parts: list[_Part], shape: Shape) -> dict[str, Audio]:
    found = {part.recording: audio_of(part.spoken) for part in parts[: shape.recordings]}
    for number in range(len(found), shape.recordings):
        found[derived(row.id, "recording", number)] = Audio([_TEST], 5000)
    return found


def _notes(
    row: Interaction, visit: Visit, shape: Shape, told: list[Told], moments: tuple[str, str], rng: random.Random
) -> list[Item]:
    if not told or not shape.notes:
        return []
    ids = [derived(row.id, "document", number) for number in range(shape.notes)]
    if shape.long:
        return [stay(ids[0], visit.person, told, moments, rng)]
    templates = ("corti-soap", "corti-brief-clinical-note")
    return [note(id, visit.person, told, moments, template) for id, template in zip(ids, templates, strict=False)]


def _letters(row: Interaction, visit: Visit, shape: Shape, told: list[Told], clinic: str, moment: str) -> list[Item]:
    if not told or not shape.letters:
        return []
    name = "Referral letter" if TYPES[row.kind] in _REFERRED else "Letter to the general practitioner"
    first, second = (derived(row.id, "guided", number) for number in range(2))
    letters = [to_colleague(first, row.id, name, visit.person, told, clinic, moment)]
    if shape.letters > 1:
        letters.append(to_patient(second, row.id, visit.person, told, clinic, moment))
    return letters
