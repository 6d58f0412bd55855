"""The API's words. Sources: the published OpenAPI document of ``GET /interactions/`` (interactions-list.openapi.yaml).

Each enum's values are the words on the wire. The API may add words without a new version (its change policy says so):
where an answer is read, an unknown word is handed on as it came.
"""

from enum import StrEnum


class EncounterStatus(StrEnum):
    """State of an encounter; hyphens on the wire."""

    PLANNED = "planned"
    IN_PROGRESS = "in-progress"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    DELETED = "deleted"


class EncounterType(StrEnum):
    """Kind of encounter; underscores on the wire."""

    FIRST_CONSULTATION = "first_consultation"
    CONSULTATION = "consultation"
    EMERGENCY = "emergency"
    INPATIENT = "inpatient"
    OUTPATIENT = "outpatient"


class Gender(StrEnum):
    """Administrative gender of a patient, FHIR words."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"
    OTHER = "other"


class SortField(StrEnum):
    """Fields that the list endpoint can sort on."""

    ID = "id"
    ASSIGNED_USER = "assignedUserId"
    PATIENT = "patient"
    CREATED = "createdAt"
    ENDED = "endedAt"
    UPDATED = "updatedAt"


class Direction(StrEnum):
    """Sort direction."""

    ASC = "asc"
    DESC = "desc"


class FactSource(StrEnum):
    """Who stated a fact."""

    CORE = "core"
    SYSTEM = "system"
    USER = "user"


class TranscriptStatus(StrEnum):
    """How far a transcript is."""

    COMPLETED = "completed"
    PROCESSING = "processing"
    FAILED = "failed"


class DocumentSystem(StrEnum):
    """Which of the two systems wrote a document; ours, no word of the wire."""

    CLASSIC = "classic"
    GUIDED = "guided"
