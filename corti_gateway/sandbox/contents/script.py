"""Reads the scenes: who says what, and which facts follow from it."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent / "scenes"

# The short words of the files for the keys of fact groups.
GROUPS = {
    "cc": "chief-complaint",
    "hpi": "history-of-present-illness",
    "pmh": "past-medical-history",
    "fam": "family-history",
    "soc": "social-history",
    "fun": "functional-status",
    "med": "medications-prior-to-visit",
    "all": "allergies",
    "dem": "demographics",
    "vit": "vital-signs",
    "lab": "laboratory-results",
    "img": "imaging-results",
    "nor": "normal-physical-findings",
    "abn": "abnormal-physical-findings",
    "den": "denials-of-symptoms",
    "con": "concerns-and-expectations",
    "ass": "assessment",
    "pla": "plan",
    "act": "actions",
    "oth": "other",
}
CLINICIAN, PATIENT, NURSE, RELATIVE, INTERPRETER = "DPNRI"
_SPEAKERS = (CLINICIAN, PATIENT, NURSE, RELATIVE, INTERPRETER)


class Turn(NamedTuple):
    """Something said, with the facts (group, text) that follow from it."""

    speaker: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()


class Scene(NamedTuple):
    """Turns up to the place where a shared exchange fits, and after it."""

    before: tuple[Turn, ...]
    after: tuple[Turn, ...]

    def groups(self) -> set[str]:
        return {group for turn in (*self.before, *self.after) for group, _ in turn.facts}


@lru_cache(maxsize=8)
def scenes(name: str) -> dict[str, tuple[Scene, ...]]:
    """The scenes of a file by heading; a heading that comes several times has as many variations."""
    found: dict[str, tuple[Scene, ...]] = {}
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    for block in f"\n{text}".split("\n# ")[1:]:
        heading, _, body = block.partition("\n")
        found[heading] = (*found.get(heading, ()), _scene(body))
    return found


def _scene(body: str) -> Scene:
    before, _, after = f"\n{body}".partition("\n~")
    return Scene(_turns(before), _turns(after))


def _turns(text: str) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    for line in filter(None, text.split("\n")):
        key, _, words = line.partition(" ")
        if key in _SPEAKERS:
            turns.append(Turn(key, words))
        else:
            last = turns[-1]
            turns[-1] = last._replace(facts=(*last.facts, (GROUPS[key], words)))
    return tuple(turns)
