"""What the API tells, as frozen objects (facts 2.5). Built from the wire by :mod:`corti_gateway.parsing` only.

Instants are aware UTC or None; a text that came is kept as it came, but for NUL and lone surrogates, which cannot be
rendered and become U+FFFD. An unknown word of a vocabulary stays a plain ``str``.
"""

from dataclasses import dataclass
from datetime import date, datetime

from corti_gateway.vocabulary import EncounterStatus, EncounterType, Gender


@dataclass(frozen=True, slots=True)
class EncounterPeriod:
    """When an encounter took place; ``ended_at`` is None while it runs."""

    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Encounter:
    """The clinical event that an interaction documents."""

    identifier: str | None
    status: EncounterStatus | str | None
    type: EncounterType | str | None
    period: EncounterPeriod
    title: str | None


@dataclass(frozen=True, slots=True)
class Patient:
    """The person an encounter is about. ``birth_date`` is the calendar date as written, never shifted by a zone."""

    identifier: str | None
    name: str | None
    gender: Gender | str | None
    birth_date: date | None
    pronouns: str | None


@dataclass(frozen=True, slots=True)
class Interaction:
    """One row of the list, and the whole answer for one interaction.

    ``patient`` is None where the API names none. ``damaged`` lists the wire paths whose value could not be read
    (names only, never values); such a field is None. ``websocketUrl`` is dropped on purpose: clients append tokens.
    """

    id: str
    assigned_user_id: str | None
    encounter: Encounter
    patient: Patient | None
    ended_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    last_updated: datetime | None
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InteractionPage:
    """The rows of one answer; ``unreadable`` counts rows without a usable id, ``as_of`` is when we asked (UTC).

    ``gaps`` are the offsets of the unreadable rows, counted from 0 among all rows served.
    """

    interactions: tuple[Interaction, ...]
    unreadable: int
    as_of: datetime
    gaps: tuple[int, ...] = ()

    @property
    def served(self) -> int:
        """How many rows the API sent, readable or not."""
        return len(self.interactions) + self.unreadable

    def slots(self) -> list[Interaction | None]:
        """The rows in their places, None for an unreadable one: positions in the list stay true."""
        slots: list[Interaction | None] = list(self.interactions)
        for gap in self.gaps:
            slots.insert(gap, None)
        return slots
