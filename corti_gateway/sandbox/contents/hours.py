"""A visit of three hours: for those who want to know what so long a transcript does to them."""

import random
from dataclasses import replace
from itertools import cycle, islice

from corti_gateway.sandbox.contents.blanks import Blanks
from corti_gateway.sandbox.contents.held import Held
from corti_gateway.sandbox.contents.ids import derived
from corti_gateway.sandbox.contents.making import make
from corti_gateway.sandbox.contents.script import scenes
from corti_gateway.sandbox.contents.shapes import SHAPES
from corti_gateway.sandbox.contents.transcripts import Layout, Spoken, audio_of, transcript
from corti_gateway.sandbox.contents.visit import Said, sentences, visit_of
from corti_gateway.sandbox.records import TYPES, Interaction

SEGMENTS = 5000
_STEP, _LENGTH = 2160, 1900  # milliseconds from one sentence to the next, and of one


def hours(row: Interaction, clinic: str) -> Held:
    """A rich visit whose transcript goes on and on, with a recording as long; the facts are from its beginning."""
    rich = SHAPES["rich"]
    blanks = Blanks(random.Random(row.id), visit_of(row, 0).person, row.started)
    more = [
        Said(turn.speaker, blanks.fill(sentence))
        for variations in scenes(TYPES[row.kind]).values()
        for turn in (*variations[0].before, *variations[0].after)
        for sentence in sentences(turn.text)
    ]
    said = islice((*visit_of(row, rich.extras).said, *islice(cycle(more), SEGMENTS)), SEGMENTS)
    parts = [
        Spoken(speaker, text, number * _STEP, number * _STEP + _LENGTH) for number, (speaker, text) in enumerate(said)
    ]
    id, recording = derived(row.id, "transcript"), derived(row.id, "recording")
    return replace(
        make(row, rich, clinic),
        transcripts=[transcript(id, parts, recording, Layout())],
        recordings={recording: audio_of(parts)},
    )
