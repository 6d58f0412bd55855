"""Interactions as the index stores them, and back."""

from collections.abc import Sequence
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple

from corti_gateway.models import Encounter, EncounterPeriod, Interaction, Patient
from corti_gateway.parsing import GENDERS, STATUSES, TYPES
from dashboard.index.moments import NEVER, SECOND, instant, stored
from dashboard.listing.names import fold

# Longer words and ids are nobody's: they would not fit into an index entry.
LONGEST_WORD, LONGEST_ID = 64, 200


class Row(NamedTuple):
    """One interaction, field by field; texts that are missing are empty, moments NEVER."""

    key: str
    assigned: str
    encounter: str
    encounter_word: str
    status: str
    type: str
    started: int
    ended: int
    duration: int
    title: str
    closed: int
    created: int
    updated: int
    recorded: int
    has_patient: bool
    identifier: str
    name: str
    gender: str
    birth: str
    pronouns: str
    damaged: str


def digest(text: str) -> str:
    """Stands for a text of any length where it must be unique."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def row_of(interaction: Interaction) -> Row:
    """What the index keeps of an interaction: nothing but the fields of the list."""
    encounter, patient, damaged = interaction.encounter, interaction.patient, list(interaction.damaged)
    started, ended = stored(encounter.period.started_at), stored(encounter.period.ended_at)
    identifier = encounter.identifier or ""
    # In the order of the fields: names would cost as much as all the rest.
    return Row(
        interaction.id,
        _short(interaction.assigned_user_id, LONGEST_ID, "assignedUserId", damaged),
        identifier,
        search_form(identifier),
        _short(encounter.status, LONGEST_WORD, "encounter.status", damaged),
        _short(encounter.type, LONGEST_WORD, "encounter.type", damaged),
        started,
        ended,
        (ended - started) // SECOND if NEVER not in (started, ended) and ended >= started else NEVER,
        encounter.title or "",
        stored(interaction.ended_at),
        stored(interaction.created_at),
        stored(interaction.updated_at),
        stored(interaction.last_updated),
        *_patient(patient, damaged),
        ",".join(damaged),
    )


def _patient(patient: Patient | None, damaged: list[str]) -> tuple[bool, str, str, str, str, str]:
    """From ``has_patient`` to ``pronouns``."""
    if patient is None:
        return False, "", "", "", "", ""
    return (
        True,
        patient.identifier or "",
        patient.name or "",
        _short(patient.gender, LONGEST_WORD, "patient.gender", damaged),
        patient.birth_date.isoformat() if patient.birth_date else "",
        patient.pronouns or "",
    )


def search_form(identifier: str) -> str:
    """An encounter's identifier without case and separators, as long as an index entry may be."""
    if identifier.isascii() and identifier.isalnum():
        return identifier.lower()[:LONGEST_WORD]
    folded = fold(identifier)
    if folded.isascii():
        # Nothing but letters, digits and blanks is left.
        return folded.replace(" ", "")[:LONGEST_WORD]
    return "".join(sign for sign in folded if sign.isalnum())[:LONGEST_WORD]


def interaction_of(row: Sequence[Any]) -> Interaction:
    """The interaction of a stored row, given in the order of :data:`SHOWN`."""
    (key, assigned, encounter, status, kind, started, ended, title, closed, created, updated, recorded) = row[:12]
    has_patient, identifier, name, gender, birth, pronouns, damaged = row[12:]
    patient = None
    if has_patient:
        patient = Patient(
            identifier or None,
            name or None,
            GENDERS.get(gender, gender) or None,
            date.fromisoformat(birth) if birth else None,
            pronouns or None,
        )
    return Interaction(
        key,
        assigned or None,
        Encounter(
            encounter or None,
            STATUSES.get(status, status) or None,
            TYPES.get(kind, kind) or None,
            EncounterPeriod(instant(started), instant(ended)),
            title or None,
        ),
        patient,
        instant(closed),
        instant(created),
        instant(updated),
        instant(recorded),
        tuple(damaged.split(",")) if damaged else (),
    )


# The columns that interaction_of reads, of the interaction (i), its title (t) and its patient (p).
SHOWN = (
    "i.key, i.assigned, i.encounter, i.status, i.type, i.started, i.ended, t.text, i.closed, i.created, i.updated, "
    "i.recorded, i.has_patient, p.identifier, i.name, i.gender, i.birth, i.pronouns, i.damaged"
)


def _short(word: str | None, longest: int, path: str, damaged: list[str]) -> str:
    if word and len(word) > longest:
        damaged.append(path)
        return ""
    return str(word or "")
