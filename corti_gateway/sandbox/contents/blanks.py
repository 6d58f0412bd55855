"""Fills the blanks of a scene; a choice made once holds for the whole visit."""

import random
import re

from corti_gateway.sandbox.clock import DAY, NANO
from corti_gateway.sandbox.contents.person import Person

_CHOICE = re.compile(r"\{(\w+)=([^}]*)\}")
_BLANK = re.compile(r"\{(\w+)\}")
# Choices are written as they begin a sentence, and may end up within one; and the other way round.
_COUNTS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen twenty once twice"
)
_WITHIN = re.compile(rf"(?<=[^.?!:] )({'|'.join(_COUNTS.title().split())})\b")
_START = re.compile(r"(^|[.?!] )([a-z])(?=[a-z ])")


class Blanks:
    """What the blanks of one visit stand for."""

    def __init__(self, rng: random.Random, person: Person, started: int) -> None:
        self._rng = rng
        hour = started // NANO % DAY // 3600
        hello = "Good morning" if hour < 11 else "Hello" if hour < 17 else "Good evening"
        self._names = {
            "hello": f"{hello}, {person.name}" if person.name and not person.spoken_for else hello,
            "name": person.name or "the patient",
        }
        self._words = {
            "subject": person.subject,
            "possessive": person.possessive,
            "objective": person.objective,
        }

    def fill(self, text: str) -> str:
        """The text with choices made and blanks filled; KeyError for a blank that nothing was chosen for."""
        if "{" not in text:
            return text
        filled = _BLANK.sub(lambda found: self._words.get(found[1], found[0]), _CHOICE.sub(self._choose, text))
        filled = _WITHIN.sub(lambda found: found[1].lower(), filled)
        filled = _START.sub(lambda found: found[1] + found[2].upper(), filled)
        # Names come last: they are written as they are.
        return _BLANK.sub(lambda found: self._names[found[1]], filled)

    def _choose(self, found: re.Match[str]) -> str:
        name, choices = found.groups()
        return self._words.setdefault(name, self._rng.choice(choices.split("|")))
