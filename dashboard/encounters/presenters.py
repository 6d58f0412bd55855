"""Interactions in words: what the cells of the encounters table say."""

import re
from collections.abc import Mapping
from typing import Any, TypedDict

from corti_gateway.models import Encounter, Interaction, Patient
from corti_gateway.vocabulary import EncounterStatus, EncounterType, Gender
from dashboard.accounts.viewer import Viewer
from dashboard.clinicians.directory import UNKNOWN
from dashboard.listing import discretion, formatting
from dashboard.listing.discretion import Shown
from dashboard.listing.formatting import NOTHING
from dashboard.listing.page import Page
from dashboard.listing.questions import Order
from dashboard.listing.search_box import Button
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
SEX_LABELS = {Gender.FEMALE: "F", Gender.MALE: "M", Gender.OTHER: "Other", Gender.UNKNOWN: "?"}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NO_PATIENT, NO_IDENTIFIER = "No patient", "Patient without identifier"


class EncounterRow(TypedDict):
    """One row of the table. A dictionary, because templates look up keys several times faster than attributes."""

    icon: str
    status: str
    name: str
    identifier: str
    choose: Button | None
    marked: bool
    similar: str
    damaged: str
    person: str
    born: str
    title: str
    encounter: str
    type: str
    started: str
    duration: str
    assigned: str
    unknown: str
    by_id: bool
    created: str
    updated: str
    extra: str
    key: str


def present(page: Page, viewer: Viewer, tenant: str, clinicians: Mapping[str, str] | None = None) -> list[EncounterRow]:
    """The rows of a page, each with a mark where another patient on the page has a similar name.

    ``choose`` is the button that narrows the list of this ``tenant`` to the patient, where it can be narrowed.
    ``clinicians`` are names by assigned user id; who is not among them stays unknown. Where nobody has a name, ids
    stand alone: a word that is the same in every row says nothing.
    """
    similar = alike(
        (patient.identifier, patient.name)
        for interaction in page.rows
        if (patient := interaction.patient) and patient.identifier and patient.name
    )
    names = clinicians or {}
    rows = [_row(interaction, viewer, names) for interaction in page.rows]
    for row, interaction in zip(rows, page.rows, strict=True):
        patient = interaction.patient
        if patient and patient.identifier:
            if others := similar.get((patient.identifier, patient.name or "")):
                row["similar"] = discretion.others(others, viewer)
            if page.question.patient is None:
                row["choose"] = Button.of(tenant, viewer, patient.identifier)
        if interaction.damaged:
            row["damaged"] = ", ".join(interaction.damaged)
        row["marked"] = bool(row["similar"] or row["damaged"])
        row["extra"] = _extra(interaction, page, viewer)
    return rows


def _row(interaction: Interaction, viewer: Viewer, clinicians: Mapping[str, str]) -> EncounterRow:
    encounter, patient, status = interaction.encounter, interaction.patient, interaction.encounter.status
    shown = discretion.of(patient, viewer)
    assigned = interaction.assigned_user_id
    clinician = clinicians.get(assigned) if assigned else None
    return {
        "icon": status.value if isinstance(status, EncounterStatus) else "other",
        "status": label(STATUS_LABELS, status, shown) if status else "No status",
        "name": shown.called or (NO_IDENTIFIER if patient else NO_PATIENT),
        "identifier": shown.identifier,
        "choose": None,
        "marked": False,
        "similar": "",
        "damaged": "",
        "person": _person(patient, shown, viewer) if patient else "",
        "born": shown.born,
        "title": shown.text(encounter.title or encounter.identifier or "") or "Untitled",
        "encounter": shown.text(encounter.identifier) if encounter.identifier and encounter.title else "",
        "type": label(TYPE_LABELS, encounter.type, shown) if encounter.type else NOTHING,
        "started": formatting.time_element(encounter.period.started_at, viewer, formatting.moment),
        "duration": duration_words(encounter, viewer),
        "assigned": clinician or (formatting.short_id(assigned) if assigned else NOTHING),
        "unknown": UNKNOWN if clinicians and assigned and clinician is None else "",
        "by_id": clinician is None and assigned is not None,
        "created": formatting.time_element(interaction.created_at, viewer, formatting.ago),
        "updated": formatting.time_element(interaction.updated_at, viewer, formatting.ago),
        "extra": "",
        "key": interaction.id if can_be_opened(interaction) else "",
    }


def can_be_opened(interaction: Interaction) -> bool:
    """Whether the interaction has an id that it can be asked for by."""
    return is_key(interaction.id)


def is_key(text: str) -> bool:
    """Whether an interaction can be asked for by this id."""
    return _UUID.fullmatch(text) is not None


def label(labels: Mapping[Any, str], word: str, shown: Shown) -> str:
    """A word of the API in ours; one that we do not know is shown as it came."""
    return labels.get(word) or shown.text(word)


def _person(patient: Patient, shown: Shown, viewer: Viewer) -> str:
    """Sex and age on one line: ``F · 47``."""
    sex = label(SEX_LABELS, patient.gender, shown) if patient.gender else ""
    age = formatting.age(patient.birth_date, viewer) if patient.birth_date else ""
    return f"{sex} · {age}" if sex and age else sex or age


def _extra(interaction: Interaction, page: Page, viewer: Viewer) -> str:
    """What a list is sorted by and no column always shows: the id, or the end that the API goes by."""
    if page.question.sort.order is Order.ID:
        return interaction.id
    if page.question.sort.order is Order.ENDED:
        end = interaction.encounter.period.ended_at if page.by_period_end else interaction.ended_at
        return formatting.time_element(end, viewer, formatting.moment)
    return ""


def duration_words(encounter: Encounter, viewer: Viewer) -> str:
    """How long it took, or has taken so far."""
    period = encounter.period
    if period.started_at is None or encounter.status is EncounterStatus.PLANNED:
        return NOTHING
    if period.ended_at is not None:
        return formatting.duration(period.ended_at - period.started_at) if period.ended_at >= period.started_at else "?"
    if encounter.status is EncounterStatus.IN_PROGRESS and viewer.now >= period.started_at:
        return f"{formatting.duration(viewer.now - period.started_at)}, running"
    return NOTHING
