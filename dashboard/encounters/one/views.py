"""An encounter opened: over its list as a panel, by itself as a page, each part by an address of its own."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from corti_gateway.errors import GatewayError, NotFound, OutOfRange
from corti_gateway.models import Interaction
from corti_gateway.vocabulary import EncounterStatus
from dashboard.accounts.viewer import Viewer
from dashboard.audit import note
from dashboard.clinicians import directory
from dashboard.encounters.one import parts, recordings
from dashboard.encounters.one.addresses import WITH_TRANSCRIPT, Addresses
from dashboard.encounters.one.documents import name_of
from dashboard.encounters.one.facts import by_weight
from dashboard.encounters.one.parts import DOCUMENTS, FACTS, PARTS, Asked, PartKind
from dashboard.encounters.one.presenters import Event, Person
from dashboard.encounters.one.steps import Way, neighbour
from dashboard.encounters.state import EncounterListState
from dashboard.limits import limited
from dashboard.listing import discretion
from dashboard.listing.controls import PATIENT
from dashboard.listing.discretion import Shown
from dashboard.listing.failures import Failure
from dashboard.listing.formatting import exact
from dashboard.listing.sealed import seal
from dashboard.listing.stamp import Stamp
from dashboard.sources import one as source
from dashboard.sources import plan
from dashboard.tenants.access import TenantRequest, reads

PAGE = "encounters/one/page.html"
# So many facts stand for an encounter in a patient's story.
MAIN_FACTS = 3


@dataclass(frozen=True)
class Place:
    """Where a request is: an encounter within a list, and how to get from there to everything else."""

    request: TenantRequest
    key: str
    state: EncounterListState
    viewer: Viewer

    @classmethod
    def of(cls, request: TenantRequest, key: UUID) -> "Place":
        state = EncounterListState.read(request.GET, request.tenant.slug)
        if state.unreadable:
            # The encounter is meant all the same; only its list is not known any more.
            state = EncounterListState(request.tenant.slug)
        return cls(request, str(key), state, Viewer.of(request))

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.state, self.key)

    @property
    def asked(self) -> Asked:
        chosen = {name: self.request.GET.get(name, "") for name in ("transcript", "fact")}
        return Asked(self.request.tenant.gateway, self.addresses, self.viewer, chosen)

    def shows(self, interaction: Interaction) -> Shown:
        """Note who is shown, and say how; raises ``Http404`` for what these eyes must not see."""
        if self.request.hides_deleted and interaction.encounter.status is EncounterStatus.DELETED:
            raise Http404
        note(self.request, rows=[interaction])
        return discretion.of(interaction.patient, self.viewer)


@require_safe
@reads
@limited("contents")
def encounter(request: TenantRequest, key: UUID) -> HttpResponse:
    """Who and what, at once; the parts are loaded by themselves."""
    return _encounter(Place.of(request, key))


@require_safe
@reads
@limited("contents")
def step(request: TenantRequest, key: UUID, way: str) -> HttpResponse:
    """To the encounter after or before this one in its list; at the end of the list this one again, which says so."""
    place = Place.of(request, key)
    found = neighbour(request, place.state, place.key, Way(way))
    if isinstance(found, str):
        return _encounter(place, notice=found)
    return redirect(found.one)


@require_safe
@reads
@limited("contents")
def part(request: TenantRequest, key: UUID, kind: PartKind) -> HttpResponse:
    """One part: in its place where HTMX asks, else as a page of its own."""
    place = Place.of(request, key)
    interaction, answers = _ask(place, kind)
    if isinstance(interaction, GatewayError):
        shown: dict[str, Any] = {"part": kind, "failure": parts.failure_of(interaction)}
    else:
        shown = parts.shown(kind, replace(place.asked, shown=place.shows(interaction)), answers)
    failure = shown.get("failure")
    status = failure.status if failure else 200
    context = _frame(place) | shown | {"here": request.get_full_path()}
    if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx's middleware
        return render(request, kind.template, context, status=status)
    if not isinstance(interaction, GatewayError):
        context |= _head(place, interaction)
    context["others"] = [(one, place.addresses.part(one.name)) for one in PARTS]
    return render(request, "encounters/one/part.html", context, status=status)


@require_safe
@reads
@limited("contents")
def printed(request: TenantRequest, key: UUID) -> HttpResponse:
    """Everything on one sheet, with who printed it, when, and from which tenant."""
    place = Place.of(request, key)
    with_transcript = WITH_TRANSCRIPT in request.GET
    kinds = [DOCUMENTS, FACTS, *([parts.TRANSCRIPT] if with_transcript else [])]
    interaction, answers = _ask(place, *kinds)
    if isinstance(interaction, GatewayError):
        return _failed(place, interaction)
    asked = replace(place.asked, shown=place.shows(interaction))
    frame, sections = _frame(place), []
    for kind in kinds:
        count = len(kind.calls(asked))
        sections.append(render_to_string(kind.template, frame | parts.shown(kind, asked, answers[:count])))
        answers = answers[count:]
    context = frame | _head(place, interaction)
    context |= {
        "sections": sections,
        "with_transcript": with_transcript,
        "other_print": place.addresses.print if with_transcript else place.addresses.print_with_transcript,
    }
    return render(request, "encounters/one/print.html", context)


@require_safe
@reads
@limited("contents")
def headline(request: TenantRequest, key: UUID) -> HttpResponse:
    """The gist of an encounter for its patient's page: the main facts and the names of the documents."""
    place = Place.of(request, key)
    if not request.htmx:  # type: ignore[attr-defined]  # set by django-htmx's middleware
        return redirect(place.addresses.one)
    interaction, answers = _ask(place, FACTS, DOCUMENTS)
    if isinstance(interaction, GatewayError):
        failure = parts.failure_of(interaction)
        return render(request, "encounters/one/_headline.html", {"failure": failure}, status=failure.status)
    shown = place.shows(interaction)
    facts, _, *documents = answers
    had = [] if isinstance(facts, GatewayError) else by_weight(facts.items)
    names = [
        name_of(one, shown) for listed in documents if not isinstance(listed, GatewayError) for one in listed.items
    ]
    context = {
        "addresses": place.addresses,
        "facts": [shown.text(fact.text or "") for fact in had[:MAIN_FACTS]],
        "more": max(0, len(had) - MAIN_FACTS),
        "documents": names,
        "incomplete": any(isinstance(answer, GatewayError) for answer in (facts, *documents)),
    }
    return render(request, "encounters/one/_headline.html", context)


@require_safe
@reads
@limited("contents")
def recording(request: TenantRequest, key: UUID, recording_key: UUID) -> HttpResponseBase:
    """The bytes of a recording, or of the part of it that a player asks for."""
    place = Place.of(request, key)
    wanted = recordings.Wanted.read(request.headers.get("Range", ""))
    try:
        interaction, _ = source.ask(request.tenant, plan.index_of(request.tenant), place.key)
        place.shows(interaction)
        stream = request.tenant.gateway.open_recording(place.key, str(recording_key), wanted.first, wanted.piece)
        return recordings.answer(stream, wanted)
    except NotFound:
        raise Http404 from None
    except OutOfRange as error:
        return recordings.out_of_range(error.total)
    except GatewayError as error:
        failure = parts.failure_of(error)
        return HttpResponse(f"{failure.title}.\n", status=failure.status, content_type="text/plain")


def _ask(place: Place, *kinds: PartKind) -> tuple[Interaction | GatewayError, list[Any]]:
    calls = [call for kind in kinds for call in kind.calls(place.asked)]
    tenant = place.request.tenant
    try:
        return source.ask(tenant, plan.index_of(tenant), place.key, *calls)
    except NotFound:
        raise Http404 from None
    except GatewayError as error:
        return error, []


def _encounter(place: Place, notice: str = "") -> HttpResponse:
    request = place.request
    try:
        known = source.interaction(request.tenant, plan.index_of(request.tenant), place.key)
    except NotFound:
        raise Http404 from None
    except GatewayError as error:
        return _failed(place, error)
    place.shows(known.interaction)
    context = _frame(place) | _head(place, known.interaction)
    context |= {
        "parts": [(kind, place.addresses.part(kind.name)) for kind in PARTS],
        "stamp": Stamp.of(known.as_of, place.viewer),
        "outage": Failure.of(known.failure).title if known.failure else "",
        "notice": notice,
    }
    return _render(place, context)


def _failed(place: Place, error: GatewayError) -> HttpResponse:
    failure = Failure.of(error)
    return _render(place, _frame(place) | {"failure": failure, "addresses": place.addresses}, status=failure.status)


def _render(place: Place, context: dict[str, Any], status: int = 200) -> HttpResponse:
    fragment = place.request.htmx  # type: ignore[attr-defined]  # set by django-htmx's middleware
    return render(place.request, f"{PAGE}#panel" if fragment else PAGE, context, status=status)


def _frame(place: Place) -> dict[str, Any]:
    return {
        "title": f"Encounter · {place.request.tenant.label}",
        "addresses": place.addresses,
        "viewer": place.viewer,
        "when": exact(place.viewer.now, place.viewer),
        "state": place.state,
        "fragment": bool(place.request.htmx),  # type: ignore[attr-defined]  # set by django-htmx's middleware
    }


def _head(place: Place, interaction: Interaction) -> dict[str, Any]:
    tenant, patient = place.request.tenant, interaction.patient
    identifier = patient.identifier if patient else None
    names = directory.known(tenant.slug, place.request.user).names
    return {
        "person": Person.of(patient, place.viewer),
        "event": Event.of(interaction, place.viewer, names),
        "patient_seal": seal(tenant.slug, PATIENT, identifier) if identifier else "",
    }
