"""What the page of one patient shows: who, what is open, the years, and the encounters newest first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import SafeString

from corti_gateway.errors import GatewayError
from corti_gateway.models import Interaction
from dashboard.accounts.viewer import Viewer
from dashboard.audit import note
from dashboard.clinicians import directory
from dashboard.encounters.one.addresses import anchor, patient_url
from dashboard.encounters.presenters import present
from dashboard.encounters.state import EncounterListState
from dashboard.index.reading import patients as reading
from dashboard.index.reading.patients import PatientRecord
from dashboard.index.state import IndexState
from dashboard.listing import formatting
from dashboard.listing.controls import DEFAULT_SIZE, LAST_PAGE
from dashboard.listing.discretion import Person
from dashboard.listing.failures import Failure
from dashboard.listing.jinja import rendered
from dashboard.listing.notices import Notice
from dashboard.listing.page import Page, Source
from dashboard.listing.parameters import Parameters
from dashboard.listing.questions import Question
from dashboard.listing.summary import Summary, outage_words
from dashboard.patients.columns import STORY
from dashboard.patients.identity import Identity, named_otherwise
from dashboard.patients.timeline import draw
from dashboard.patients.ways import Around, Ways
from dashboard.sources import ages, patients, plan
from dashboard.tenants.access import TenantRequest

# Of so many people of the same name each is named; the list has the others.
NAMED = 5


@dataclass(frozen=True)
class Shown:
    """What the template gets, and the status of the answer."""

    context: dict[str, Any]
    status: int = 200


def show(request: TenantRequest, identifier: str, index: IndexState | None) -> Shown:
    """The page of a patient; where neither Corti nor the index answers, it says so beside what is known."""
    viewer = Viewer.of(request)
    note(request, patients=[identifier])
    known = None if index is None or index.is_empty else index
    record = reading.one(known.tenant, identifier) if known else None
    if record and request.hides_deleted:
        record = record.without_deleted()
    parameters = Parameters(request.GET)
    number = parameters.whole("page", most=LAST_PAGE, meaning="a page number")
    context: dict[str, Any] = {
        "identifier": identifier,
        "here": patient_url(request.tenant.slug, identifier, number),
        "list_url": EncounterListState(request.tenant.slug, patient=identifier).url(),
        "standing": patients.Standing.of(request.tenant, index),
        "record": record,
        "viewer": viewer,
    }
    if known and record:
        context |= _from_index(request, known, record, viewer)
    question = Question(patient=identifier, page=number, size=DEFAULT_SIZE, hide_deleted=request.hides_deleted)
    try:
        page = plan.answer(request.tenant, question, index)
    except GatewayError as error:
        failure, outage = Failure.of(error, discreet=viewer.discreet), plan.outage(request.tenant)
        words = outage_words(outage, viewer) if outage else ""
        person = Identity.of(record, viewer) if record else Identity.unknown(identifier, viewer)
        return Shown(context | {"person": person, "failure": failure, "outage": words}, failure.status)
    newest = next((row.patient for row in page.rows if row.patient), None)
    person = Identity.of(record, viewer) if record else Identity.told_by(newest, identifier, viewer)
    notices = [*parameters.notices, *page.notices]
    context |= {"person": person, "notices": notices}
    return Shown(context | _encounters(request, page, identifier, known, record or newest, viewer))


def _from_index(request: TenantRequest, index: IndexState, record: PatientRecord, viewer: Viewer) -> dict[str, Any]:
    """What only the index can tell about a patient."""
    tenant, hide = request.tenant.slug, request.hides_deleted
    moments = reading.timeline(index.tenant, record.identifier, hide_deleted=hide)
    same = patients.namesakes(index, record, hide_deleted=hide)
    note(request, patients=(other.identifier for other in same[:NAMED]))
    return {
        "index_notices": _as_known(index, viewer),
        "timeline": draw(moments, viewer, Ways(tenant, record.identifier)),
        "namesakes": [(patient_url(tenant, other.identifier), Identity.of(other, viewer)) for other in same[:NAMED]],
        "namesakes_total": len(same),
        "namesakes_more": max(0, len(same) - NAMED),
    }


def _as_known(index: IndexState, viewer: Viewer) -> list[Notice]:
    """That who it is, the counts and the timeline are not of now, where the encounters below may be."""
    if index.is_filling:
        words = f"{ages.so_far(index)} The counts and the timeline above the encounters are of those."
        return [Notice(words)]
    assert index.as_of is not None
    words = (
        f"Who this is, the counts and the timeline are from the index, as of {formatting.exact(index.as_of, viewer)}."
    )
    return [replace(notice, text=f"{words} {notice.text}") for notice in ages.old(index)]


def _encounters(
    request: TenantRequest,
    page: Page,
    identifier: str,
    known: IndexState | None,
    told: Person | None,
    viewer: Viewer,
) -> dict[str, Any]:
    open_rows, notices = patients.open_encounters(request.tenant, known, page)
    note(request, rows=(*page.rows, *open_rows))
    names = directory.known(request.tenant.slug, request.user).names
    number = page.question.page
    story = _Story(page, names, told, viewer)
    state = EncounterListState(request.tenant.slug, patient=identifier)
    opened = replace(state, statuses=patients.OPEN)
    return {
        "columns": STORY,
        "rows": page.rows,
        "rows_html": story.html(page.rows, Around.of(replace(state, page=number), number)),
        "open_rows": len(open_rows),
        "open_html": story.html(open_rows, Around.of(opened, number), is_open=True),
        "open_notices": notices,
        "empty": page.empty,
        "only_deleted": page.withheld and not (page.hidden or page.unreadable),
        "from_index": page.source is Source.INDEX,
        "partial": page.partial,
        "summary": Summary.of(page, viewer),
        "number": number,
        "here": patient_url(request.tenant.slug, identifier, number),
        "previous_url": patient_url(request.tenant.slug, identifier, number - 1) if number > 1 else "",
        "next_url": patient_url(request.tenant.slug, identifier, number + 1) if page.has_next else "",
    }


@dataclass(frozen=True)
class _Story:
    """What the rows of a page are written with; ``told`` is the patient as the head of the page has one."""

    page: Page
    names: Mapping[str, str]
    told: Person | None
    viewer: Viewer

    def html(self, rows: tuple[Interaction, ...], around: Around, *, is_open: bool = False) -> SafeString:
        """The rows, without what is the same in all of them; those of the open encounters have no headlines."""
        shown = present(replace(self.page, rows=rows), self.viewer, "", self.names)
        context = {
            "rows": [
                (row, anchor(row["key"], is_open=is_open), named_otherwise(one.patient, self.told, self.viewer))
                for row, one in zip(shown, rows, strict=True)
            ],
            "around": around,
            "headlines": not is_open,
        }
        return rendered("patients/encounters.jinja", context)
