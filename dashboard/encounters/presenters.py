"""Interactions in words: what the cells of the encounters table say."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from django.utils.safestring import SafeString

from corti_gateway.models import Encounter, Interaction, Patient
from corti_gateway.vocabulary import EncounterStatus, EncounterType, Gender
from dashboard.accounts.viewer import Viewer
from dashboard.listing import formatting
from dashboard.listing.formatting import NOTHING
from dashboard.listing.similar_names import alike

STATUS_LABELS = {
    EncounterStatus.IN_PROGRESS: "In progress",
    EncounterStatus.PLANNED: "Planned",
    EncounterStatus.ON_HOLD: "On hold",
    EncounterStatus.COMPLETED: "Completed",
    EncounterStatus.CANCELLED: "Cancelled",
    EncounterStatus.DELETED: "Deleted",
}
TYPE_LABELS = {
    EncounterType.FIRST_CONSULTATION: "First consultation",
    EncounterType.CONSULTATION: "Consultation",
    EncounterType.EMERGENCY: "Emergency",
    EncounterType.INPATIENT: "Inpatient",
    EncounterType.OUTPATIENT: "Outpatient",
}
SEX_LABELS = {Gender.FEMALE: "F", Gender.MALE: "M", Gender.OTHER: "X", Gender.UNKNOWN: "?"}
SEX_WORDS = {Gender.FEMALE: "Female", Gender.MALE: "Male", Gender.OTHER: "Other", Gender.UNKNOWN: "Sex unknown"}


class EncounterRow(TypedDict):
    """One row of the table. A dictionary, because templates look up keys several times faster than attributes."""

    id: str
    status: str
    icon: str
    name: str
    identifier: str
    known: bool
    similar: str
    sex: str
    sex_word: str
    age: str
    born: str
    title: str
    encounter: str
    type: str
    started: str
    duration: str
    assigned: str
    assigned_full: str
    ended: str
    created: str
    updated: str
    damaged: str


def present(interactions: Sequence[Interaction], viewer: Viewer, *, by_period_end: bool) -> list[EncounterRow]:
    """The rows of a page, each with a mark where another patient on the page has a similar name.

    ``by_period_end``: the end that the list can be sorted by is the encounter's, not the interaction's own.
    """
    similar = alike(
        (patient.identifier, patient.name)
        for interaction in interactions
        if (patient := interaction.patient) and patient.identifier and patient.name
    )
    return [_row(interaction, similar, viewer, by_period_end) for interaction in interactions]


def _row(
    interaction: Interaction,
    similar: dict[tuple[str, str], list[tuple[str, str]]],
    viewer: Viewer,
    by_period_end: bool,
) -> EncounterRow:
    encounter, patient = interaction.encounter, interaction.patient
    identifier, name, sex, sex_word, age, born = _person(patient, viewer)
    others = similar.get((identifier, name), ()) if similar else ()
    status = encounter.status
    assigned = interaction.assigned_user_id or ""
    return {
        "id": interaction.id,
        "status": STATUS_LABELS.get(status, status) if status else "No status",  # type: ignore[call-overload]
        "icon": status.value if isinstance(status, EncounterStatus) else "other",
        "name": name or identifier or ("Patient without identifier" if patient else "No patient"),
        "identifier": identifier,
        "known": bool(name or identifier),
        "similar": "; ".join(f"{other}, {theirs}" for theirs, other in others),
        "sex": sex,
        "sex_word": sex_word,
        "age": age,
        "born": born,
        "title": encounter.title or encounter.identifier or "Untitled",
        "encounter": encounter.identifier if encounter.identifier and encounter.title else "",
        "type": TYPE_LABELS.get(encounter.type, encounter.type) if encounter.type else NOTHING,  # type: ignore[call-overload]
        "started": _time(encounter.period.started_at, viewer, relative=False),
        "duration": _duration(encounter, viewer),
        "assigned": formatting.short_id(assigned),
        "assigned_full": assigned,
        "ended": _time(encounter.period.ended_at if by_period_end else interaction.ended_at, viewer, relative=False),
        "created": _time(interaction.created_at, viewer, relative=True),
        "updated": _time(interaction.updated_at, viewer, relative=True),
        "damaged": ", ".join(interaction.damaged),
    }


def _person(patient: Patient | None, viewer: Viewer) -> tuple[str, str, str, str, str, str]:
    if patient is None:
        return "", "", "", "", "", ""
    gender, age, born = patient.gender, "", ""
    if patient.birth_date:
        born = formatting.day(patient.birth_date)
        age = formatting.age(patient.birth_date, viewer)
    sex = SEX_LABELS.get(gender, gender) if gender else ""  # type: ignore[call-overload]
    sex_word = SEX_WORDS.get(gender, gender) if gender else ""  # type: ignore[call-overload]
    age = f" · {age}" if sex and age else age
    return patient.identifier or "", patient.name or "", sex, sex_word, age, born


def _time(when: datetime | None, viewer: Viewer, *, relative: bool) -> str:
    """A time element: what it says, on hover, and to machines. Three a row: as markup the page is 0.7 ms faster."""
    if when is None:
        return NOTHING
    text = formatting.ago(when, viewer) if relative else formatting.moment(when, viewer)
    exact, machine = formatting.exact(when, viewer), formatting.machine(when)
    return SafeString(f'<time datetime="{machine}" title="{exact}">{text}</time>')


def _duration(encounter: Encounter, viewer: Viewer) -> str:
    period = encounter.period
    if period.started_at is None or encounter.status is EncounterStatus.PLANNED:
        return NOTHING
    if period.ended_at is not None:
        return formatting.duration(period.ended_at - period.started_at) if period.ended_at >= period.started_at else "?"
    if encounter.status is EncounterStatus.IN_PROGRESS and viewer.now >= period.started_at:
        return f"{formatting.duration(viewer.now - period.started_at)}, running"
    return NOTHING
