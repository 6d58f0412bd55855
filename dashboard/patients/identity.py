"""Who a patient is, in words: for the head of the page and wherever two people could be taken for one another."""

from dataclasses import dataclass

from corti_gateway.models import Patient
from dashboard.accounts.viewer import Viewer
from dashboard.index.reading.patients import PatientRecord
from dashboard.listing import discretion, formatting
from dashboard.listing.discretion import Person, Shown
from dashboard.listing.formatting import NOTHING, number
from dashboard.patients.bar import Part, bar

HIDDEN = "Hidden"
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
        shown = discretion.of(patient, viewer)
        return cls(
            shown.name,
            shown.identifier,
            *_told(patient, shown, viewer),
            encounters=number(record.encounters),
            parts=tuple(bar(record.counts)),
            first_seen=formatting.time_element(record.first_seen, viewer, formatting.dated),
            last_seen=formatting.time_element(record.last_seen, viewer, formatting.dated),
        )

    @classmethod
    def told_by(cls, patient: Patient | None, identifier: str, viewer: Viewer) -> "Identity":
        """As the newest encounter that says so has the patient, where the index does not know one."""
        if patient is None:
            return cls.unknown(identifier, viewer)
        shown = discretion.of(patient, viewer)
        return cls(shown.name, shown.identifier, *_told(patient, shown, viewer))

    @classmethod
    def unknown(cls, identifier: str, viewer: Viewer) -> "Identity":
        return cls("", discretion.identifier(identifier, viewer))

    @property
    def told_apart(self) -> str:
        """What tells two people of one name apart, beside the identifier."""
        if self.born in ("", NOTHING):
            return "birth date not known"
        return ", ".join(part for part in (f"born {self.born}" if self.born != HIDDEN else "", self.age) if part)


def named_otherwise(patient: Patient | None, told: Person | None, viewer: Viewer) -> str:
    """What an encounter says of its patient where the head of the page says something else, or ""."""
    if patient is None or told is None:
        return ""
    shown, said = discretion.of(patient, viewer), []
    if patient.name and patient.name != told.name:
        # Two names may look the same to whom they are masked.
        is_alike = shown.name == discretion.of(told, viewer).name
        said.append(f"named {'otherwise' if is_alike else shown.name}")
    if patient.birth_date and patient.birth_date != told.birth_date:
        said.append(f"born {shown.born or 'otherwise'}")
    return ", ".join(said)


def _told(patient: Patient, shown: Shown, viewer: Viewer) -> tuple[str, str, str, str]:
    """Sex, birth date, age and pronouns, in the order of the fields."""
    sex = patient.gender or ""
    born = shown.born or (HIDDEN if patient.birth_date else NOTHING)
    pronouns = shown.text(patient.pronouns or "") or NOTHING
    age = formatting.age_words(patient.birth_date, viewer)
    return SEX_WORDS.get(sex) or shown.text(sex) or NOTHING, born, age, pronouns
