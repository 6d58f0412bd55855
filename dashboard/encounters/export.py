"""The list of encounters as a file: every field as Corti has it, moments in UTC."""

from collections.abc import Iterator, Mapping, Sequence

from corti_gateway.models import Interaction
from dashboard.listing.files import iso

COLUMNS = (
    "interaction_id", "status", "type", "encounter_identifier", "title", "patient_identifier", "patient_name",
    "birth_date", "gender", "pronouns", "started_at", "ended_at", "assigned_user_id", "clinician", "created_at",
    "updated_at",
)  # fmt: skip


def table(rows: Sequence[Interaction], clinicians: Mapping[str, str]) -> Iterator[Sequence[str]]:
    yield COLUMNS
    for row in rows:
        encounter, patient = row.encounter, row.patient
        yield (
            row.id,
            encounter.status or "",
            encounter.type or "",
            encounter.identifier or "",
            encounter.title or "",
            (patient.identifier if patient else None) or "",
            (patient.name if patient else None) or "",
            patient.birth_date.isoformat() if patient and patient.birth_date else "",
            (patient.gender if patient else None) or "",
            (patient.pronouns if patient else None) or "",
            iso(encounter.period.started_at),
            iso(encounter.period.ended_at),
            row.assigned_user_id or "",
            clinicians.get(row.assigned_user_id or "", ""),
            iso(row.created_at),
            iso(row.updated_at),
        )
