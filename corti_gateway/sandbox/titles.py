"""Titles that fit the patient: a pregnancy is a woman's, a swallowed coin a small child's."""

from functools import lru_cache

from corti_gateway.sandbox.clock import DAY, NANO
from corti_gateway.sandbox.records import Interaction
from corti_gateway.sandbox.words import LIMITS, Limits

_YEAR = 365.2425 * DAY * NANO
_ANY = Limits()


def fitting(titles: tuple[str, ...], row: Interaction) -> str | None:
    """The row's title, or another that fits its patient; the title as it is where none does."""
    title, patient = row.title, row.patient
    if title is None or patient is None:
        return title
    age = None if patient.birth is None else 1970 + int(row.started / _YEAR) - int(patient.birth[:4])
    candidates = _candidates(titles, age, patient.gender)
    if title in candidates or not candidates:
        return title
    return candidates[titles.index(title) % len(candidates)]


@lru_cache(maxsize=4096)
def _candidates(titles: tuple[str, ...], age: int | None, gender: str | None) -> tuple[str, ...]:
    return tuple(title for title in titles if fits(LIMITS.get(title, _ANY), age, gender))


def fits(limits: Limits, age: int | None, gender: str | None) -> bool:
    """Whether somebody can have it; of unknown age somebody is no child."""
    if limits.gender and gender != limits.gender:
        return False
    return limits.youngest <= age <= limits.oldest if age is not None else limits.oldest >= 16
