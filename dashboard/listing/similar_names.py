"""Same-name alert: which patients on a page could be taken for one another."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

# Letters that lose their difference without Unicode saying so; two common spellings of one sound become one.
_ALIKE = str.maketrans(
    {"ø": "o", "æ": "a", "œ": "o", "ß": "s", "ł": "l", "đ": "d", "ı": "i", "'": "", "’": "", "-": " "}
)
_SPELLINGS = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"), ("ss", "s"))
_SHORTEST = 6  # letters; below it one letter makes another name


def alike(patients: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """For each (identifier, name) the others whose name is the same or one letter off; nothing where there are none."""
    groups: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for patient in set(patients):
        for shape in _shapes(patient[1]):
            groups[shape].add(patient)
    found: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for group in groups.values():
        if len(group) > 1:
            for patient in group:
                found[patient] |= {other for other in group if other[0] != patient[0]}
    return {patient: sorted(others) for patient, others in found.items() if others}


@lru_cache(maxsize=4096)
def _shapes(name: str) -> tuple[str, ...]:
    """The folded name and every way to leave one letter out: two names one letter apart share a shape."""
    folded = fold(name)
    if len(folded) < _SHORTEST:
        return (folded,) if folded else ()
    return (folded, *{folded[:at] + folded[at + 1 :] for at in range(len(folded))})


def fold(name: str) -> str:
    """Words in alphabetical order, without case, accents and common differences of spelling."""
    plain = unicodedata.normalize("NFKD", name.casefold()).translate(_ALIKE)
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    for spelling, sound in _SPELLINGS:
        letters = letters.replace(spelling, sound)
    return " ".join(sorted(letters.replace(",", " ").split()))
