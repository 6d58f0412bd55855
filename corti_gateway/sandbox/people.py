"""Synthetic patients: names of many languages, identifiers of many shapes, and the gaps that real records have."""

import datetime
import random

from corti_gateway.sandbox.records import Patient
from corti_gateway.sandbox.words import CULTURE_WEIGHTS, CULTURES, PRONOUNS, Culture

_EPOCH = datetime.date(1970, 1, 1)
_HEX = "0123456789abcdef"


class People:
    """Makes patients one after the other; the same generator state makes the same people."""

    def __init__(self, rng: random.Random, today: datetime.date, odd: bool) -> None:
        self._rng = rng
        self._today = (today - _EPOCH).days
        self._odd = odd
        self._taken: set[str] = set()

    def make(self, count: int) -> list[Patient]:
        people: list[Patient] = []
        while len(people) < count:
            people.append(self._person(people))
        return people

    def _person(self, known: list[Patient]) -> Patient:
        rng = self._rng
        draw = rng.random()
        if known and draw < 0.012:
            return self._namesake(known[int(rng.random() * len(known))])
        female = rng.random() < 0.52
        birthday = _EPOCH + datetime.timedelta(days=self._today - int(365.25 * self._age()))
        culture = rng.choices(CULTURES, CULTURE_WEIGHTS)[0]
        return Patient(
            self._identifier(birthday),
            None if draw > 0.985 else _full_name(rng, culture, female),
            self._gender(female),
            self._birth(birthday),
            PRONOUNS[int(rng.random() * len(PRONOUNS))] if rng.random() < 0.12 else None,
            sparse=rng.random() < 0.4,
        )

    def _namesake(self, other: Patient) -> Patient:
        """Someone with the same or nearly the same name: the reason why every row shows two identifiers."""
        name = other.name
        if name and self._rng.random() < 0.4:
            name = name.replace("ø", "o").replace("å", "aa").replace("'", "’") + self._rng.choice(
                (" Jr.", "", " ", "-Holm")
            )
        birthday = _EPOCH + datetime.timedelta(days=self._today - int(365.25 * self._age()))
        same_birthday = other.birth if self._rng.random() < 0.2 else self._birth(birthday)
        return Patient(self._identifier(birthday), name, other.gender, same_birthday)

    def _age(self) -> float:
        # A waiting room is older than the population and has its share of children.
        draw = self._rng.random
        return draw() * 16 if draw() < 0.16 else 16 + 84 * max(draw(), draw() * draw())

    def _gender(self, female: bool) -> str | None:
        draw = self._rng.random()
        if draw < 0.94:
            return "female" if female else "male"
        return "unknown" if draw < 0.96 else "other" if draw < 0.975 else None

    def _birth(self, birthday: datetime.date) -> str | None:
        draw = self._rng.random()
        if draw < 0.04:
            return None
        # The published schema says date-time; a bare date was seen to round-trip on the real service.
        return birthday.isoformat() if self._odd and draw < 0.12 else f"{birthday.isoformat()}T00:00:00Z"

    def _identifier(self, birthday: datetime.date) -> str:
        while (identifier := self._candidate(birthday)) in self._taken:
            pass
        self._taken.add(identifier)
        return identifier

    def _candidate(self, birthday: datetime.date) -> str:
        rng = self._rng
        draw, number = rng.random(), int(rng.random() * 10_000_000)
        if draw < 0.60:
            return f"{birthday:%d%m%y}-{number % 10_000:04d}"
        if draw < 0.78:
            return f"MRN-{number:08d}"
        if draw < 0.88:
            return f"{number // 1000 % 900 + 100} {number % 1000:03d} {int(rng.random() * 10_000):04d}"
        if draw < 0.93:
            return f"PT/{birthday.year}/{number}+{'AB'[number % 2]}"
        if draw < 0.96:
            return f"Ø-Nord & Syd/№{number}"
        if draw < 0.98:
            return f"urn:oid:2.999.1#{number}?x=1"
        return "".join(rng.choices(_HEX, k=64))


def _full_name(rng: random.Random, culture: Culture, female: bool) -> str:
    given_names = culture.women if female else culture.men
    given = given_names[int(rng.random() * len(given_names))]
    family = culture.families[int(rng.random() * len(culture.families))]
    draw = rng.random()
    if culture.family_first:
        return f"{family}{culture.joint}{given}"
    if draw < 0.35:
        second = given_names[int(rng.random() * len(given_names))]
        given = given if second == given else f"{given} {second}"
    if draw > 0.8:
        family = f"{family}-{culture.families[int(rng.random() * len(culture.families))]}"
    return f"{given}{culture.joint}{family}"
