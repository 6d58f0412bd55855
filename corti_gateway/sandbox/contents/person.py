"""The patient as the words of a visit need to know them: age, pronouns, what to call them."""

import unicodedata
from dataclasses import dataclass

from corti_gateway.sandbox.clock import timestamp
from corti_gateway.sandbox.records import Interaction

_WORDS = {
    "she": ("she", "her", "her"),
    "he": ("he", "his", "him"),
    "they": ("they", "their", "them"),
    "ze": ("ze", "zir", "zir"),
}
_DANISH = {"hun": "she", "han": "he", "de": "they"}
_OF_GENDER = {"female": "she", "male": "he"}
_NOUNS = {"female": ("woman", "girl"), "male": ("man", "boy")}
# Younger ones are spoken for by a parent.
SPEAKS_FROM = 8


@dataclass(frozen=True)
class Person:
    """``subject``, ``possessive`` and ``objective`` are pronouns in English; ``age`` is in whole years at the visit."""

    name: str | None
    gender: str | None
    age: int | None
    subject: str
    possessive: str
    objective: str

    @property
    def spoken_for(self) -> bool:
        return self.age is not None and self.age < SPEAKS_FROM

    @property
    def noun(self) -> str:
        adult, child = _NOUNS.get(self.gender or "", ("person", "child"))
        return child if self.age is not None and self.age < 16 else adult

    @property
    def described(self) -> str:
        """For instance "47-year-old woman"."""
        return self.noun if self.age is None else f"{self.age}-year-old {self.noun}"

    @property
    def script(self) -> str:
        """The first word of the Unicode name of the name's first letter: LATIN, ARABIC, CJK."""
        return unicodedata.name(self.name[0], "LATIN").partition(" ")[0] if self.name else "LATIN"


def person_of(row: Interaction) -> Person:
    patient = row.patient
    if patient is None:
        return Person(None, None, None, *_WORDS["they"])
    first = (patient.pronouns or "").partition("/")[0].strip().lower()
    word = _DANISH.get(first, first)
    word = word if word in _WORDS else _OF_GENDER.get(patient.gender or "", "they")
    return Person(patient.name, patient.gender, _age(patient.birth, timestamp(row.started)), *_WORDS[word])


def _age(birth: str | None, visit: str) -> int | None:
    if not birth:
        return None
    age = int(visit[:4]) - int(birth[:4]) - (visit[5:10] < birth[5:10])
    return age if 0 <= age < 130 else None
