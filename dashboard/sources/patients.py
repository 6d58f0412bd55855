"""Patients, who only the index knows: pages of them, and what it has to say about one."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from corti_gateway.errors import GatewayError
from corti_gateway.models import Interaction
from corti_gateway.vocabulary import EncounterStatus
from dashboard.index.reading import patients
from dashboard.index.reading.patients import PatientQuestion, PatientRecord
from dashboard.index.state import IndexState
from dashboard.listing.formatting import number
from dashboard.listing.names import fold
from dashboard.listing.notices import Level, Notice
from dashboard.listing.page import Page, Source
from dashboard.listing.questions import Question
from dashboard.sources import ages, indexed, plan
from dashboard.sources.live import past_the_end
from dashboard.tenants.registry import Tenant

OPEN = (EncounterStatus.IN_PROGRESS, EncounterStatus.ON_HOLD)
# So many open encounters of one patient, or people of one name, are shown; more of either is a matter of the lists.
MOST_OPEN = 25
MOST_NAMESAKES = 100


class Standing(StrEnum):
    """How a tenant's index stands, for whoever wants patients from it."""

    OFF = "index-off"
    NOT_BEGUN = "not-begun"
    FILLING = "filling"
    COMPLETE = "complete"

    @classmethod
    def of(cls, tenant: Tenant, index: IndexState | None) -> "Standing":
        if not tenant.config.index:
            return cls.OFF
        if index is None or not (index.is_filling or index.is_complete):
            return cls.NOT_BEGUN
        return cls.FILLING if index.is_filling else cls.COMPLETE


@dataclass(frozen=True)
class PatientPage:
    """One page of patients. While the index is being filled ``total`` is how many match so far."""

    question: PatientQuestion
    rows: tuple[PatientRecord, ...]
    total: int
    as_of: datetime
    notices: list[Notice] = field(default_factory=list)

    @property
    def has_next(self) -> bool:
        return self.question.offset + len(self.rows) < self.total


def answer(index: IndexState, question: PatientQuestion) -> PatientPage:
    """The page asked for, or the last one with a notice; of an index that has something to show."""
    found = patients.find(index.tenant, question)
    notices = []
    last = max(1, -(-found.total // question.size))
    if question.page > last:
        notices.append(past_the_end(question.page, last))
        question = replace(question, page=last)
        found = patients.find(index.tenant, question)
    as_of = index.as_of or index.fill_started
    assert as_of is not None
    return PatientPage(question, found.rows, found.total, as_of, [*notices, *ages.old(index)])


def namesakes(index: IndexState, patient: PatientRecord, *, hide_deleted: bool) -> list[PatientRecord]:
    """Other patients of the same name, however it is spelled and whichever part is written first."""
    if not patient.name or not (meant := _parts(patient.name)):
        return []
    found = patients.find(
        index.tenant, PatientQuestion(text=patient.name, size=MOST_NAMESAKES, hide_deleted=hide_deleted)
    )
    return [
        other
        for other in found.rows
        if other.identifier != patient.identifier and other.name and _parts(other.name) == meant
    ]


def _parts(name: str) -> list[str]:
    return sorted(fold(name).split())


def open_encounters(
    tenant: Tenant, index: IndexState | None, page: Page
) -> tuple[tuple[Interaction, ...], list[Notice]]:
    """A patient's open encounters, whoever can tell with the least asking; ``page`` is one of all the encounters."""
    shown = tuple(row for row in page.rows if row.encounter.status in OPEN)
    if page.question.page == 1 and not page.has_next and page.is_whole:
        return shown, []
    question = Question(patient=page.question.patient, statuses=OPEN, size=MOST_OPEN)
    fresh = index if index is not None and ages.is_fresh(index) else None
    try:
        answered = indexed.page(tenant, question, fresh) if fresh else plan.answer(tenant, question, index)
    except GatewayError:
        return shown, [Notice("The open encounters that are not on this page could not be read.", Level.WARNING)]
    found = answered.rows
    if answered.source is Source.INDEX:
        # Of the encounters that are on the page too, the page knows better.
        here = {row.id for row in page.rows}
        found = (*shown, *(row for row in found if row.id not in here))
    notices = [one for one in answered.notices if one.level is Level.WARNING and one not in page.notices]
    if answered.has_next:
        notices.append(Notice(f"Only the newest {number(MOST_OPEN)} open encounters are shown."))
    return found, notices
