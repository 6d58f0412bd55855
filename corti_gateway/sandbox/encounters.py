"""Synthetic encounters: the days of a clinic up to now, and a few that are booked."""

import datetime
import math
import random
from itertools import accumulate

from corti_gateway.sandbox.clock import DAY, NANO
from corti_gateway.sandbox.people import People
from corti_gateway.sandbox.records import (
    CANCELLED,
    COMPLETED,
    DELETED,
    IN_PROGRESS,
    ON_HOLD,
    PLANNED,
    TYPES,
    Interaction,
    Patient,
)
from corti_gateway.sandbox.titles import fitting
from corti_gateway.sandbox.words import TITLES

_TITLES = tuple(TITLES[kind] for kind in TYPES)

# first_consultation, consultation, emergency, inpatient, outpatient
_TYPE_WEIGHTS = (16, 44, 9, 9, 22)
_TYPE_DECK = tuple(number for number, weight in enumerate(_TYPE_WEIGHTS) for _ in range(weight))
_MINUTES = ((20, 50), (8, 25), (25, 240), (10, 60), (15, 60))
_EMERGENCY, _INPATIENT = 2, 3

# Encounters of an hour of the day (UTC): mornings are full, lunch is thin, evenings belong to the late clinic.
_HOUR_WEIGHTS = (0, 0, 0, 0, 0, 0, 4, 26, 40, 42, 38, 16, 30, 36, 32, 20, 9, 5, 2, 0, 0, 0, 0, 0)
_HOUR_DECK = tuple(hour for hour, weight in enumerate(_HOUR_WEIGHTS) for _ in range(weight))
_WEEKEND = 0.12

_PAST_STATUSES = (
    (COMPLETED,) * 176 + (CANCELLED,) * 11 + (PLANNED,) * 5 + (ON_HOLD,) * 3 + (IN_PROGRESS,) * 3 + (DELETED,) * 2
)
_COMING_STATUSES = (PLANNED,) * 18 + (CANCELLED,) * 2
# The last digits of a fraction that are zero: Go writes none of them, so every length from 0 to 9 comes up.
_ROUNDINGS = (1, 1, 1, 1000, 1000, 1000, 1000, 10, 100, 10**4, 10**5, 10**6, 10**6, 10**7, 10**8, NANO)


class Encounters:
    """Makes the interactions of one data set; the same seed, size and time make the same rows."""

    def __init__(self, seed: int, now: int, odd: bool) -> None:
        self._rng = random.Random(seed)
        self._now = now
        self._odd = odd
        self.users = [self.uuid() for _ in range(12)]
        self._number = 0

    def uuid(self) -> str:
        text = f"{self._rng.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{'89ab'[int(text[16], 16) & 3]}{text[17:20]}-{text[20:]}"

    def make(self, count: int) -> list[Interaction]:
        today = datetime.datetime.fromtimestamp(self._now / NANO, datetime.UTC).date()
        people = People(self._rng, today, self._odd).make(math.ceil(count / 4))
        days = self._days(count, today)
        starts = sorted([self._start(day) for day in self._rng.choices(days[0], cum_weights=days[1], k=count)])
        return [self._encounter(start, people) for start in starts]

    def start_now(self, people: list[Patient], now: int) -> Interaction:
        """An encounter that begins at this moment."""
        self._now = now
        row = self._encounter(now, people)
        row.status, row.ended, row.closed = IN_PROGRESS, None, None
        row.created = row.updated = row.recorded = now
        return row

    def _days(self, count: int, today: datetime.date) -> tuple[list[int], list[float]]:
        """Days (as numbers since 1970) with the running sum of their weights; a larger clinic sees more a day."""
        a_day = max(20.0, 1.5 * math.sqrt(count))
        first, last = today - datetime.timedelta(days=math.ceil(count / a_day)), today + datetime.timedelta(days=6)
        dates = [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]
        # Later weeks are less booked than this one.
        fill = [1.0 if date <= today else 0.5 / (date - today).days for date in dates]
        weights = [part * (_WEEKEND if date.weekday() > 4 else 1) for part, date in zip(fill, dates, strict=True)]
        return [(date - datetime.date(1970, 1, 1)).days for date in dates], list(accumulate(weights))

    def _start(self, day: int) -> int:
        draw = self._rng.random
        hour = int(draw() * 24) if draw() < 0.07 else _HOUR_DECK[int(draw() * len(_HOUR_DECK))]
        return (day * DAY + hour * 3600 + int(draw() * 3600)) * NANO + self._fraction()

    def _fraction(self) -> int:
        rounding = _ROUNDINGS[int(self._rng.random() * len(_ROUNDINGS))]
        return int(self._rng.random() * NANO) // rounding * rounding

    def _encounter(self, started: int, people: list[Patient]) -> Interaction:
        draw, now = self._rng.random, self._now
        self._number += 1
        kind = _TYPE_DECK[int(draw() * len(_TYPE_DECK))]
        shortest, longest = _MINUTES[kind]
        end = started + int((shortest + (longest - shortest) * draw() * draw()) * 60 * NANO)
        status = self._status(started, end)
        titles = _TITLES[kind]
        created = self._created(started)
        ended = end if status == COMPLETED or (status == DELETED and end < now) else None
        updated = max(created, ended or created) + int(draw() * 90 * NANO)
        updated = max(created, min(updated, now))
        missing = draw()
        row = Interaction(
            id=self.uuid(),
            user=self.users[int(draw() * 12)] if draw() < 0.96 else self.uuid(),
            identifier=f"ENC-{self._number:07d}" if missing > 0.04 else f"Henv. {self._number}/Ø+{kind}",
            status=status,
            kind=kind,
            title=titles[int(draw() * len(titles))] if draw() < 0.94 else None,
            started=started,
            ended=ended,
            # Not every encounter that ends closes its interaction; cancelled ones are closed without an end.
            closed=ended if ended and draw() < 0.93 else created if status == CANCELLED and draw() < 0.3 else None,
            created=created,
            updated=updated,
            recorded=updated if draw() < 0.8 else min(now, updated + int(draw() * 600 * NANO)),
            patient=None if self._odd and missing < 0.012 else people[int(len(people) * draw() ** 1.5)],
            sparse=draw() < 0.3,
            without=1 + int(missing * 1000) % 2 if self._odd else 0,
        )
        row.title = fitting(titles, row)
        return row

    def _created(self, started: int) -> int:
        """Most interactions are made when the encounter begins, give or take; booked ones days before."""
        draw = self._rng.random
        if started > self._now:
            return self._now - int(draw() * 10 * DAY * NANO)
        early = draw()
        shift = -int(draw() * 12 * DAY) if early < 0.15 else int((draw() - 0.6) * 300)
        return min(self._now, started + shift * NANO - self._fraction())

    def _status(self, started: int, end: int) -> int:
        draw = self._rng.random()
        if started > self._now:
            return _COMING_STATUSES[int(draw * len(_COMING_STATUSES))]
        if end > self._now:
            return IN_PROGRESS if draw < 0.85 else ON_HOLD
        return _PAST_STATUSES[int(draw * len(_PAST_STATUSES))]
