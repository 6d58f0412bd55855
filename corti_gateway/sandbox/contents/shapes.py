"""How much an interaction holds: by its status, and by chance that its id decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from corti_gateway.sandbox.records import CANCELLED, DELETED, IN_PROGRESS, ON_HOLD, PLANNED, TYPES, Interaction
from corti_gateway.vocabulary import EncounterType


@dataclass(frozen=True)
class Shape:
    """Numbers of things; ``told`` is the part of the visit that is written down, ``extras`` what is said beside it."""

    transcripts: int = 1
    recordings: int = 1
    facts: bool = True
    notes: int = 1
    letters: int = 0
    status: str = "completed"
    told: float = 1.0
    extras: int = 2
    odd: bool = False
    long: bool = False
    whole: bool = False


NOTHING = Shape(transcripts=0, recordings=0, facts=False, notes=0)
SHAPES: Mapping[str, Shape] = {
    "none": NOTHING,
    "usual": Shape(),
    "letter": Shape(letters=1, extras=3),
    "rich": Shape(letters=2, extras=4, whole=True),
    "many": Shape(transcripts=3, recordings=4, notes=2, letters=2, extras=4),
    "brief": Shape(recordings=0, notes=0, extras=0),
    "unwritten": Shape(notes=0),
    "failed": Shape(facts=False, notes=0, status="failed"),
    "partly": Shape(transcripts=2, recordings=2, status="failed"),
    "recorded": Shape(transcripts=0, facts=False, notes=0),
    "typed": Shape(transcripts=0, recordings=0),
    "odd": Shape(letters=1, odd=True),
    "long": Shape(long=True, letters=1, extras=4),
    "begun": Shape(status="processing", notes=0, told=0.5),
    "started": Shape(facts=False, notes=0, status="processing", told=0.0),
    "listening": Shape(transcripts=0, recordings=1, facts=False, notes=0),
}

_FINISHED = (
    ("usual",) * 42
    + ("letter",) * 22
    + ("rich",) * 6
    + ("many",) * 5
    + ("brief",) * 6
    + ("unwritten",) * 4
    + ("failed",) * 3
    + ("partly",) * 2
    + ("recorded",) * 2
    + ("typed",) * 2
    + ("odd",) * 2
    + ("none",) * 4
)
_RUNNING = ("begun",) * 6 + ("started",) * 2 + ("listening",) + ("none",)
_PAUSED = ("begun",) * 6 + ("unwritten",) * 2 + ("none",) * 2
_CANCELLED = ("none",) * 9 + ("typed",)
_DECKS = {PLANNED: ("none",), IN_PROGRESS: _RUNNING, ON_HOLD: _PAUSED, CANCELLED: _CANCELLED, DELETED: _FINISHED}
_INPATIENT = TYPES.index(EncounterType.INPATIENT)


def shape_of(row: Interaction, favoured: bool) -> str:
    """The name of the interaction's shape; a favoured one that is over is rich."""
    deck = _DECKS.get(row.status, _FINISHED)
    number = int.from_bytes(blake2b(row.id.encode(), digest_size=4).digest(), "big")
    if deck is _FINISHED and favoured:
        return "rich"
    if deck is _FINISHED and row.kind == _INPATIENT and number % 7 == 0:
        return "long"
    return deck[number // 7 % len(deck)]
