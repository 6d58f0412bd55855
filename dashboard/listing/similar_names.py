"""Same-name alert: which patients on a page could be taken for one another."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from dashboard.listing.names import fold

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
    folded = " ".join(sorted(fold(name).split()))  # whichever name is written first
    if len(folded) < _SHORTEST:
        return (folded,) if folded else ()
    return (folded, *{folded[:at] + folded[at + 1 :] for at in range(len(folded))})
