"""Who a patient is, in words: for the head of the page and wherever two people could be taken for one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from corti_gateway.models import Interaction, Patient
from dashboard.accounts.viewer import Viewer
from dashboard.index.reading.patients import PatientRecord
from dashboard.listing import formatting
from dashboard.listing.formatting import NOTHING, number
from dashboard.patients.bar import Part, bar

SEX_WORDS = {"female": "Female", "male": "Male", "other": "Other", "unknown": "Unknown"}


@dataclass(frozen=True)
class Identity:
    """A patient as the newest encounter says; counts and times are the index's, and empty without it."""

    name: str
    identifier: str
    sex: str = ""
    born: str = ""
    age: str = ""
    pronouns: str = ""
    encounters: str = ""
    parts: tuple[Part, ...] = ()
    first_seen: str = ""
    last_seen: str = ""

    @classmethod
    def of(cls, record: PatientRecord, viewer: Viewer) -> "Identity":
        patient = Patient(record.identifier, record.name, record.gender, record.birth_date, record.pronouns)
        return cls(
            record.name or "",
            record.identifier,
            *_told(patient, viewer),
            encounters=number(record.encounters),
            parts=tuple(bar(record.counts)),
            first_seen=formatting.time_element(record.first_seen, viewer, formatting.moment),
            last_seen=formatting.time_element(record.last_seen, viewer, formatting.moment),
        )

    @classmethod
    def told_by(cls, rows: Sequence[Interaction], identifier: str, viewer: Viewer) -> "Identity":
        """As the newest of some encounters says, where the index does not know the patient."""
        patient = next((row.patient for row in rows if row.patient), None)
        if patient is None:
            return cls.unknown(identifier)
        return cls(patient.name or "", identifier, *_told(patient, viewer))

    @classmethod
    def unknown(cls, identifier: str) -> "Identity":
        return cls("", identifier)


def age_words(born: date | None, viewer: Viewer) -> str:
    """``47 years``, ``12 mo``."""
    age = formatting.age(born, viewer) if born else ""
    return f"{age} years" if age.isdigit() else age


def _told(patient: Patient, viewer: Viewer) -> tuple[str, str, str, str]:
    """Sex, birth date, age and pronouns, in the order of the fields."""
    sex = patient.gender or ""
    born = formatting.day(patient.birth_date) if patient.birth_date else NOTHING
    return SEX_WORDS.get(sex, sex) or NOTHING, born, age_words(patient.birth_date, viewer), patient.pronouns or NOTHING
