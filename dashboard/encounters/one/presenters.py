"""An encounter in words: who, what, and the times that look alike."""

from collections.abc import Mapping
from dataclasses import dataclass

from corti_gateway.models import Interaction, Patient
from corti_gateway.vocabulary import EncounterStatus, Gender
from dashboard.accounts.viewer import Viewer
from dashboard.clinicians import directory
from dashboard.encounters.presenters import (
    NO_IDENTIFIER,
    NO_PATIENT,
    STATUS_LABELS,
    TYPE_LABELS,
    duration_words,
    label,
)
from dashboard.listing import discretion, formatting
from dashboard.listing.formatting import NOTHING

SEX_WORDS = {Gender.FEMALE: "Female", Gender.MALE: "Male", Gender.OTHER: "Other sex", Gender.UNKNOWN: "Sex unknown"}


@dataclass(frozen=True)
class Person:
    """Who the encounter is about; what Corti does not say is empty."""

    name: str
    identifier: str
    born: str
    age: str
    sex: str
    pronouns: str

    @classmethod
    def of(cls, patient: Patient | None, viewer: Viewer) -> "Person":
        if patient is None:
            return cls(NO_PATIENT, "", "", "", "", "")
        shown = discretion.of(patient, viewer)
        return cls(
            name=shown.called or NO_IDENTIFIER,
            identifier=shown.identifier,
            born=shown.born,
            age=formatting.age_words(patient.birth_date, viewer),
            sex=label(SEX_WORDS, patient.gender, shown) if patient.gender else "",
            pronouns=shown.text(patient.pronouns or ""),
        )


@dataclass(frozen=True)
class Moment:
    """A time with the words that tell it from the others."""

    label: str
    meaning: str
    time: str
    ago: str


@dataclass(frozen=True)
class Event:
    """The encounter itself, as its head shows it; ``ended`` in seconds, 0 where nobody says it."""

    icon: str
    status: str
    title: str
    identifier: str
    type: str
    period: str
    duration: str
    assigned: str
    assigned_id: str
    assigned_short: str
    is_running: bool
    ended: int
    damaged: str
    moments: tuple[Moment, ...]

    @classmethod
    def of(cls, interaction: Interaction, viewer: Viewer, clinicians: Mapping[str, str]) -> "Event":
        encounter, status = interaction.encounter, interaction.encounter.status
        assigned, shown = interaction.assigned_user_id or "", discretion.of(interaction.patient, viewer)
        return cls(
            icon=status.value if isinstance(status, EncounterStatus) else "other",
            status=label(STATUS_LABELS, status, shown) if status else "No status",
            title=shown.text(encounter.title or encounter.identifier or "") or "Untitled",
            identifier=shown.text(encounter.identifier or ""),
            type=label(TYPE_LABELS, encounter.type, shown) if encounter.type else NOTHING,
            period=formatting.period(encounter.period.started_at, encounter.period.ended_at, viewer),
            duration=duration_words(encounter, viewer),
            assigned=clinicians.get(assigned) or (directory.UNKNOWN if assigned else NOTHING),
            assigned_id=assigned,
            assigned_short=formatting.short_id(assigned),
            is_running=status is EncounterStatus.IN_PROGRESS,
            ended=int(encounter.period.ended_at.timestamp()) if encounter.period.ended_at else 0,
            damaged=", ".join(interaction.damaged),
            moments=_moments(interaction, viewer),
        )


def _moments(interaction: Interaction, viewer: Viewer) -> tuple[Moment, ...]:
    period = interaction.encounter.period
    times = (
        ("Encounter started", "when the patient was seen", period.started_at),
        ("Encounter ended", "when the patient left", period.ended_at),
        ("Record created", "when Corti began this record", interaction.created_at),
        ("Record closed", "when Corti ended it, which can be later than the encounter", interaction.ended_at),
        ("Record changed", "what “latest change first” goes by", interaction.updated_at),
        ("Last update", "the last one that Corti recorded, for whatever reason", interaction.last_updated),
    )
    return tuple(
        Moment(
            label,
            meaning,
            formatting.time_element(when, viewer, formatting.exact),
            formatting.ago(when, viewer) if when else "",
        )
        for label, meaning, when in times
    )
