"""The list of patients as a file."""

from collections.abc import Iterator, Sequence

from dashboard.index.reading.patients import PatientRecord
from dashboard.listing.files import iso

COLUMNS = (
    "patient_identifier", "patient_name", "birth_date", "gender", "pronouns", "encounters", "open", "first_seen",
    "last_seen",
)  # fmt: skip


def table(rows: Sequence[PatientRecord]) -> Iterator[Sequence[str]]:
    yield COLUMNS
    for row in rows:
        yield (
            row.identifier,
            row.name or "",
            row.birth_date.isoformat() if row.birth_date else "",
            row.gender or "",
            row.pronouns or "",
            str(row.encounters),
            str(row.open),
            iso(row.first_seen),
            iso(row.last_seen),
        )
