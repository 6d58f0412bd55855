"""What a tenant's API was found to honour."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """Whether something was seen to hold."""

    YES = "yes"
    NO = "no"
    UNPROVEN = "unproven"


class SortKey(StrEnum):
    """The field that an undocumented sort was found to follow (facts, unknowns 9 and 10)."""

    IDENTIFIER = "patient.identifier"
    IDENTIFIER_ANY_CASE = "patient.identifier, any case"
    NAME = "patient.name"
    NAME_ANY_CASE = "patient.name, any case"
    ENDED = "endedAt"
    PERIOD_ENDED = "encounter.period.endedAt"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The verdicts of one probe.

    The keys are None unless the verdict is yes. ``nulls_first`` says where rows without an end come when sorted by
    endedAt ascending (None: not seen). ``page_size_proven`` in rows; ``probed_at`` UTC.
    """

    several_statuses: Verdict
    sort_by_patient: Verdict
    patient_key: SortKey | None
    sort_by_ended: Verdict
    ended_key: SortKey | None
    nulls_first: bool | None
    page_size_proven: int
    page_cap: int | None
    probed_at: datetime
    calls: int

    @property
    def decided(self) -> bool:
        """Whether no verdict is left open."""
        return Verdict.UNPROVEN not in (self.several_statuses, self.sort_by_patient, self.sort_by_ended)
