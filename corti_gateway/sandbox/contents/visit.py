"""A visit as it went: what was said, sentence by sentence, and what was noted from it."""

import random
import re
from collections.abc import Iterable, Iterator
from itertools import cycle
from typing import NamedTuple

from corti_gateway.sandbox.contents.blanks import Blanks
from corti_gateway.sandbox.contents.native import NATIVE, Native
from corti_gateway.sandbox.contents.person import Person, person_of
from corti_gateway.sandbox.contents.script import CLINICIAN, INTERPRETER, PATIENT, Scene, Turn, scenes
from corti_gateway.sandbox.contents.voices import spoken_for
from corti_gateway.sandbox.records import TYPES, Interaction
from corti_gateway.vocabulary import EncounterType

_SENTENCE_END = re.compile(r"(?<=[.?!…]) +")
_WORD = re.compile(r"\w{3,}")
_SHORT = 24
# A quote is looked for in so many sentences before the fact.
_REACH = 5
# Words shared with a fact; a second sentence that has so many is quoted, too.
_MANY = 3
# Such facts are known without being talked about; they quote only what really names them.
_BACKGROUND = ("medications-prior-to-visit", "past-medical-history", "social-history", "functional-status")


class Said(NamedTuple):
    """One sentence, or a few short ones."""

    speaker: str
    text: str


class Noted(NamedTuple):
    """A fact and the number of the sentence that it follows from; None where nothing was said about it.

    ``also`` is another sentence that says much of it, if one does.
    """

    group: str
    text: str
    sentence: int | None
    source: str = "core"
    also: int | None = None


class Visit(NamedTuple):
    """Everything that was said and noted."""

    person: Person
    said: tuple[Said, ...]
    noted: tuple[Noted, ...]


def visit_of(row: Interaction, extras: int, odd: bool = False) -> Visit:
    """The visit of an interaction, with so many exchanges beside its own scene."""
    rng = random.Random(f"visit {row.id}")
    person = person_of(row)
    blanks = Blanks(rng, person, row.started)
    turns = list(_turns(row, rng, person, extras))
    if person.spoken_for:
        turns = [spoken_for(turn, person) for turn in turns]
    elif person.script in NATIVE and rng.random() < 0.6:
        turns = list(_interpreted(turns, NATIVE[person.script]))
    said, noted = _told(turns, blanks)
    if person.age is not None:
        described = person.described
        noted.insert(0, Noted("demographics", described[0].upper() + described[1:], None, "system"))
    typed = scenes("shared")["odd" if odd else "typed"][0].before[0].facts
    chosen = typed if odd else rng.sample(typed, int(rng.random() < 0.3))
    noted += [Noted(group, text, None, "user") for group, text in chosen]
    return Visit(person, tuple(said), tuple(noted))


def _turns(row: Interaction, rng: random.Random, person: Person, extras: int) -> Iterator[Turn]:
    kind, shared = TYPES[row.kind], scenes("shared")
    # For a title of somebody's own there is a scene that fits any.
    scene = rng.choice(scenes(kind).get(row.title or "") or shared["untitled"])
    yield from rng.choice(shared[f"opening {'child' if person.spoken_for else kind}"]).before
    yield from scene.before
    yield from _exchanges(row, scene, rng, person, extras)
    yield from scene.after
    yield from rng.choice(shared[f"closing {'child' if person.spoken_for else kind}"]).before


def _exchanges(row: Interaction, scene: Scene, rng: random.Random, person: Person, count: int) -> Iterator[Turn]:
    """Short exchanges about what the scene has not touched on, each matter once: they could contradict each other."""
    young = person.age is not None and person.age < 16
    hurried = TYPES[row.kind] == EncounterType.EMERGENCY
    pool = list(scenes("shared")["exchange child" if young else "exchange hurried" if hurried else "exchange"])
    rng.shuffle(pool)
    taken = scene.groups()
    for exchange in pool:
        if count and not exchange.groups() & taken:
            taken |= exchange.groups()
            count -= 1
            yield from exchange.before


def _interpreted(turns: list[Turn], language: Native) -> Iterator[Turn]:
    """The patient speaks another language, and somebody says it in English."""
    spoke = (("other", f"Spoke {language.name} through an interpreter"),)
    yield Turn(CLINICIAN, f"We have an interpreter for {language.name} with us today.")
    yield Turn(INTERPRETER, "Yes, good day. I will interpret everything that is said.", spoke)
    patient = [number for number, turn in enumerate(turns) if turn.speaker == PATIENT]
    phrases = dict(zip(patient, cycle(language.answers), strict=False))
    phrases |= {patient[-1]: language.thanks, patient[0]: language.greeting}
    for number, turn in enumerate(turns):
        if number in phrases:
            yield Turn(PATIENT, phrases[number])
            turn = turn._replace(speaker=INTERPRETER)
        yield turn


def _told(turns: Iterable[Turn], blanks: Blanks) -> tuple[list[Said], list[Noted]]:
    said: list[Said] = []
    noted: list[Noted] = []
    for turn in turns:
        first = len(said)
        said += [Said(turn.speaker, sentence) for sentence in sentences(blanks.fill(turn.text))]
        for group, text in turn.facts:
            filled = blanks.fill(text)
            sentence, also = _sources(said, first, group, filled)
            noted.append(Noted(group, filled, sentence, also=also))
    return said, noted


def sentences(text: str) -> list[str]:
    """Cut after each sentence; short ones stay with the one before."""
    parts: list[str] = []
    for part in _SENTENCE_END.split(text):
        if parts and min(len(part), len(parts[-1])) < _SHORT:
            parts[-1] += f" {part}"
        else:
            parts.append(part)
    return parts


def _sources(said: list[Said], first: int, group: str, fact: str) -> tuple[int | None, int | None]:
    """The sentence, of the last ones, that shares most words with the fact; an answer counts more than its question.

    And the next best, if it shares many.
    """
    words = set(_WORD.findall(fact.lower()))
    near = range(max(0, len(said) - _REACH), len(said))
    shared = {number: len(words.intersection(_WORD.findall(said[number].text.lower()))) for number in near}
    *others, best = sorted(near, key=lambda number: (shared[number] + 1.5 * (number >= first), number))
    if group in _BACKGROUND and not shared[best]:
        return None, None
    also = others[-1] if others and shared[others[-1]] >= _MANY else None
    return best, also
