"""An encounter opened: over its list as a panel, by itself as a page, each part by an address of its own."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from corti_gateway.deadline import Deadline
from corti_gateway.errors import GatewayError, NotFound, OutOfRange
from dashboard.encounters.one import parts, printing, recordings
from dashboard.encounters.one.addresses import WITH_TRANSCRIPT
from dashboard.encounters.one.headline import gist
from dashboard.encounters.one.parts import DOCUMENTS, FACTS, PartKind
from dashboard.encounters.one.place import Place
from dashboard.encounters.one.steps import Way, neighbour
from dashboard.limits import limited
from dashboard.tenants.access import TenantRequest, reads

PAGE = "encounters/one/page.html"


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
    deadline = request.tenant.gateway.deadline()
    found = neighbour(request, place.addresses, Way(way), deadline)
    if isinstance(found, str):
        return _encounter(place, notice=found, deadline=deadline)
    return redirect(found.one)


@require_safe
@reads
@limited("contents")
def part(request: TenantRequest, key: UUID, kind: PartKind) -> HttpResponse:
    """One part: in its place where HTMX asks, else as a page of its own."""
    place = Place.of(request, key)
    known, (answers,) = place.ask(kind)
    if isinstance(known, GatewayError):
        shown: dict[str, Any] = {"part": kind, "failure": parts.failure_of(known)}
    else:
        shown = parts.shown(kind, replace(place.asked, shown=place.shows(known)), answers)
    failure = shown.get("failure")
    status = failure.status if failure else 200
    context = place.frame() | shown | {"here": request.get_full_path()}
    if place.in_place:
        return render(request, kind.template, context, status=status)
    if not isinstance(known, GatewayError):
        context |= place.head(known)
    context["others"] = parts.addressed(place.addresses)
    return render(request, "encounters/one/part.html", context, status=status)


@require_safe
@reads
@limited("contents")
def printed(request: TenantRequest, key: UUID) -> HttpResponse:
    """Everything on one sheet, with who printed it, when, and from which tenant."""
    place = Place.of(request, key)
    with_transcript = WITH_TRANSCRIPT in request.GET
    known, sections = printing.sections(place, with_transcripts=with_transcript)
    if isinstance(known, GatewayError):
        return _failed(place, known)
    context = place.frame() | place.head(known)
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
    if not place.in_place:
        return redirect(place.addresses.one)
    known, (facts, documents) = place.ask(FACTS, DOCUMENTS)
    if isinstance(known, GatewayError):
        failure = parts.failure_of(known)
        return render(request, "encounters/one/_headline.html", {"failure": failure}, status=failure.status)
    shown = place.shows(known)
    context = {"addresses": place.addresses} | gist(facts[0], documents, shown)
    return render(request, "encounters/one/_headline.html", context)


@require_safe
@reads
@limited("contents")
def recording(request: TenantRequest, key: UUID, recording_key: UUID) -> HttpResponseBase:
    """The bytes of a recording, or of the part of it that a player asks for."""
    place = Place.of(request, key)
    wanted = recordings.Wanted.read(request.headers.get("Range", ""))
    try:
        return recordings.answer(recordings.opened(place, str(recording_key), wanted), wanted)
    except NotFound:
        raise Http404 from None
    except OutOfRange as error:
        return recordings.out_of_range(error.total)
    except GatewayError as error:
        failure = parts.failure_of(error)
        return HttpResponse(f"{failure.title}.\n", status=failure.status, content_type="text/plain")


def _encounter(place: Place, notice: str = "", deadline: Deadline | None = None) -> HttpResponse:
    try:
        known = place.known(deadline)
    except GatewayError as error:
        return _failed(place, error)
    place.shows(known)
    context = place.frame() | place.head(known)
    context |= {"parts": parts.addressed(place.addresses), "notice": notice}
    return _render(place, context)


def _failed(place: Place, error: GatewayError) -> HttpResponse:
    failure = parts.failure_of(error, "This says nothing about the encounter itself.")
    return _render(place, place.frame() | {"failure": failure}, status=failure.status)


def _render(place: Place, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(place.request, f"{PAGE}#panel" if place.in_place else PAGE, context, status=status)
