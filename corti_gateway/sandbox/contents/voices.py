"""A parent speaks for a small child: what is written for the patient is said about the child."""

import re

from corti_gateway.sandbox.contents.person import Person
from corti_gateway.sandbox.contents.script import CLINICIAN, PATIENT, RELATIVE, Turn

# Verbs that are the same for I and she.
_SAME = re.compile(
    r"had|got|fell|took|ate|woke|went|came|felt|did|was|could|slept|threw|drank|held|read|\w+ed"
    r"|can|can't|cannot|couldn't|will|would|might|must"
)
_IRREGULAR = {"have": "has", "do": "does", "am": "is", "go": "goes", "don't": "doesn't", "haven't": "hasn't"}
_ASKED = re.compile(r"\b([Cc]an|[Mm]ay|[Ww]ill|[Ss]hould) I\b")
_SUBJECT = re.compile(r"\bI ((?:still|just|only|also|always|never|often) )?([\w']+)")
# In this order: what is longer comes first. {s}, {p}, {o} are the words for the child.
_Rules = tuple[tuple[str, str], ...]
_PATIENT: _Rules = (
    (r"\bI'm\b", "{s}'s"),
    (r"\bI've\b", "{s}'s"),
    (r"\bI'(d|ll)\b", r"{s}'\1"),
    (r"\b[Mm]y\b", "{p}"),
    (r"\bme\b", "{o}"),
)
_CLINICIAN: _Rules = (
    (r"\b[Dd]o you\b", "does {s}"),
    (r"\b[Hh]ave you\b", "has {s}"),
    (r"\b[Aa]re you\b", "is {s}"),
    (r"\b[Ww]ere you\b", "was {s}"),
    (r"\byou have\b", "{s} has"),
    (r"\byou are\b", "{s} is"),
    (r"\b[Yy]ou(?:'re|'ve)\b", "{s}'s"),
    (r"\b[Yy]our\b", "{p}"),
    (r"\b(for|to|with|of|give|tell|see|help|hurts|on|let|keep|wakes|brought) you\b", r"\1 {o}"),
    (r"\b[Yy]ou\b", "{s}"),
)
_SENTENCE = re.compile(r"(^|[.?!] )([a-z])")


def spoken_for(turn: Turn, person: Person) -> Turn:
    """The turn as it goes with a parent in the patient's place."""
    if turn.speaker not in (CLINICIAN, PATIENT):
        return turn
    subject, possessive, objective = _words(person)
    text, rules = turn.text, _CLINICIAN
    if turn.speaker == PATIENT:
        text = _ASKED.sub(rf"\1 {subject}", text)
        text, rules = _SUBJECT.sub(lambda found: f"{subject} {found[1] or ''}{_verb(found[2])}", text), _PATIENT
    for pattern, template in rules:
        text = re.sub(pattern, template.format(s=subject, p=possessive, o=objective), text)
    text = _SENTENCE.sub(lambda found: found[1] + found[2].upper(), text)
    return Turn(RELATIVE if turn.speaker == PATIENT else CLINICIAN, text, turn.facts)


def _words(person: Person) -> tuple[str, str, str]:
    """Singular words only, so that verbs agree; where none is known, nothing is assumed."""
    if person.gender == "female":
        return "she", "her", "her"
    if person.gender == "male":
        return "he", "his", "him"
    return "the little one", "the little one's", "the little one"


def _verb(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if _SAME.fullmatch(word):
        return word
    return word + ("es" if word.endswith(("s", "sh", "ch", "x", "o")) else "s")
