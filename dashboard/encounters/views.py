"""The encounters list: one URL, one context, rendered as a page or as its results fragment."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import push_url

from corti_gateway.errors import GatewayError
from dashboard.accounts.sharing import refused_while_on
from dashboard.accounts.viewer import Viewer
from dashboard.audit import note
from dashboard.clinicians import directory
from dashboard.clinicians.directory import Known
from dashboard.encounters import controls
from dashboard.encounters.export import table
from dashboard.encounters.forms import FilterForm
from dashboard.encounters.matches import Matches
from dashboard.encounters.one.addresses import patient_url
from dashboard.encounters.one.parts import promise
from dashboard.encounters.presenters import present
from dashboard.encounters.state import ME, EncounterListState
from dashboard.fragments import is_fragment
from dashboard.index.reading import clinicians as seen
from dashboard.index.reading import patients
from dashboard.index.state import IndexState
from dashboard.limits import limited
from dashboard.listing import files
from dashboard.listing.controls import Option, export_of, query_of, size_options
from dashboard.listing.csv_text import attachment
from dashboard.listing.failures import Failure
from dashboard.listing.jinja import rendered
from dashboard.listing.notices import Notice
from dashboard.listing.page import Page, Source
from dashboard.listing.questions import Order, Question
from dashboard.listing.summary import Summary, outage_words
from dashboard.sources import live, plan, whole_lists
from dashboard.sources.progress import Progress
from dashboard.tenants.access import TenantRequest, exports, reads
from dashboard.tenants.roles import Role

TEMPLATE = "encounters/list.html"


@require_http_methods(["GET", "HEAD", "POST"])
@reads
@limited("lists")
@limited("counts", lambda request: "count" in request.GET)
def encounter_list(request: TenantRequest) -> HttpResponse:
    """The list behind the URL; a POST is the filter form, answered with the URL of the list it asks for."""
    if request.method == "POST":
        return _choose(request, plan.index_of(request.tenant))
    return _asked(request, _page)


@require_safe
@exports
@refused_while_on
@limited("files")
def export(request: TenantRequest) -> HttpResponse:
    """The list behind the same query string as a file; where there are no rows to be had, the page that says why."""
    return _asked(request, _file)


@dataclass(frozen=True)
class Asked:
    """A request understood: what is asked for, by whom, and what may answer."""

    request: TenantRequest
    state: EncounterListState
    index: IndexState | None
    known: Known
    viewer: Viewer
    question: Question


def _asked(request: TenantRequest, answer: Callable[[Asked], HttpResponse]) -> HttpResponse:
    """The answer to the query string, or the page that says why there are no rows."""
    tenant, index = request.tenant, plan.index_of(request.tenant)
    state = EncounterListState.read(request.GET, tenant.slug)
    if request.hides_deleted:
        state = state.without_deleted()
    if state.unreadable:
        return _render(request, state, index, status=404)
    viewer, known = Viewer.of(request), directory.known(tenant.slug, request.user)
    question = state.question(viewer, known.mine, hide_deleted=request.hides_deleted)
    note(request, filters=query_of(state.url()))
    try:
        return answer(Asked(request, state, index, known, viewer, question))
    except plan.NeedsIndex:
        return _render(request, state, index, known, needs_index=True)
    except GatewayError as error:
        failure, outage = Failure.of(error, discreet=viewer.discreet), plan.outage(tenant)
        words = outage_words(outage, viewer) if outage else ""
        return _render(request, state, index, known, status=failure.status, failure=failure, outage=words)


def _file(asked: Asked) -> HttpResponse:
    request, tenant, names = asked.request, asked.request.tenant, asked.known.names
    rows, extent = whole_lists.encounters(tenant, asked.question, asked.index)
    note(request, rows=rows)
    head = files.head(
        f"Encounters of {tenant.label}",
        filters=controls.active_filters(asked.state, asked.viewer, names),
        order=controls.sort_words(asked.state),
        extent=extent,
        notices=asked.state.notices,
        by=request.user.username,
    )
    return attachment([*head, *table(rows, names)], f"encounters-{tenant.slug}.csv")


def _page(asked: Asked) -> HttpResponse:
    request, index, known, viewer = asked.request, asked.index, asked.known, asked.viewer
    page = plan.answer(request.tenant, asked.question, index, count="count" in request.GET)
    state = asked.state.but(sort=page.question.sort, page=page.question.page)
    note(
        request,
        kind="search" if state.patient or state.text else "",
        filters=query_of(state.url()),
        rows=page.rows,
    )
    notices = [*state.notices, *page.notices]
    if state.clinician == ME and not known.mine:
        notices.append(Notice("Your account is tied to no clinician here, so nothing is assigned to you."))
    return _render(
        request,
        state,
        index,
        known,
        offered=page.sorts,
        counts=page.by_status,
        rows=page.rows,
        rows_html=_rows_html(page, state, viewer, known.names),
        by_id=bool(page.rows) and not known.names,
        empty=page.empty,
        only_deleted=page.withheld and not (page.hidden or page.unreadable),
        from_index=page.source is Source.INDEX,
        partial=page.partial,
        order_remark=page.order_remark,
        filling=Progress.of(index, viewer) if index is not None and index.is_filling else None,
        matches=_matches(asked),
        summary=Summary.of(page, viewer),
        viewer=viewer,
        notices=notices,
        previous_url=state.but(page=state.page - 1).url() if state.page > 1 else "",
        next_url=state.but(page=state.page + 1).url() if page.has_next else "",
        first_url=state.but(page=1).url() if state.page > 1 else "",
    )


def _rows_html(page: Page, state: EncounterListState, viewer: Viewer, names: Mapping[str, str]) -> SafeString:
    base, mark, query = state.url().partition("?")
    context = {
        "rows": present(page, viewer, state.tenant, names),
        "extra": controls.extra_column(state),
        "base": base,
        "query": f"{mark}{query}",
    }
    return rendered("encounters/rows.jinja", context)


def _choose(request: TenantRequest, index: IndexState | None) -> HttpResponse:
    form = FilterForm(request.POST)
    valid = form.is_valid()
    state = form.state(request.tenant.slug)
    if valid and not state.unreadable:
        if form.is_typed:
            state = _meant(state, index, hide_deleted=request.hides_deleted)
        return redirect(state.url())
    # The address stays that of the list before: the form's own would lose its filters.
    if valid:
        return push_url(_render(request, state, index, status=404), False)
    return push_url(_render(request, state, index, status=422, form=form), False)


def _meant(state: EncounterListState, index: IndexState | None, *, hide_deleted: bool) -> EncounterListState:
    """What was typed is a patient's identifier if there is such a patient, or no index to search; else it is a text."""
    if index is None or index.is_empty:
        return state
    if patients.one(index.tenant, state.patient):
        return state
    search = replace(state, patient="", text=state.patient)
    if any(sign.isdigit() for sign in search.text) and not plan.finds(index, search.text, hide_deleted=hide_deleted):
        # An identifier perhaps that the index does not have yet: Corti is asked for exactly that.
        return state
    return search


def _render(
    request: TenantRequest,
    state: EncounterListState,
    index: IndexState | None,
    known: Known | None = None,
    *,
    status: int = 200,
    form: FilterForm | None = None,
    offered: Sequence[Order] = (),
    counts: Mapping[str, int] | None = None,
    **rows: Any,
) -> HttpResponse:
    """The page: what every list has around it, and ``rows``, what is known of those or why there are none.

    ``form`` is given where it has an error to show.
    """
    tenant = request.tenant
    offered = offered or plan.offered(tenant, index)
    known = known or directory.known(tenant.slug, request.user)
    searchable = index is not None and not index.is_empty
    viewer = Viewer.of(request)
    fragment = is_fragment(request)
    statuses = controls.status_toggles(state, counts, hide_deleted=request.hides_deleted)
    # Scripts set the controls from the results; the form itself comes along when it has an error to show, or a sort
    # that was not offered yet when the page was loaded.
    send_filters = form is not None or state.sort.order in live.NEED_PROOF
    shared = {
        "form": form,
        "fragment": fragment,
        "promise": None if fragment else promise(tenant.slug),
        "send_filters": send_filters,
        "title": f"Encounters{f', page {state.page}' if state.page > 1 else ''} · {tenant.label}",
        "state": state,
        "index": index,
        "searchable": searchable,
        "box": state.box(viewer).typed(form, viewer),
        "patient_url": patient_url(state.tenant, state.patient) if searchable and state.patient else "",
        "is_one": searchable and bool(known.mine),
        "is_me": state.clinician == ME,
        "form_values": urlencode(state.form_values(viewer)),
        "counts_json": json.dumps({option.value: option.count for option in statuses if option.count}),
        "here": state.url(),
        "export_url": export_of(state.but(page=1).url()) if Role.EXPORTER in request.roles else "",
        "clear_url": EncounterListState(tenant.slug, size=state.size).url(),
        "any_status_url": state.but(statuses=()).url(),
        "statuses": statuses,
        "more": _more(state, known, index) if index and searchable and (send_filters or not fragment) else None,
        "more_count": controls.more_filters(state),
        "sorts": controls.sort_options(state, offered),
        "sizes": size_options(state.size),
        "sort_words": controls.sort_words(state),
        "active_filters": controls.active_filters(state, viewer, known.names),
        "headers": controls.headers(state, offered),
    }
    return render(request, f"{TEMPLATE}#results" if fragment else TEMPLATE, shared | rows, status=status)


def _matches(asked: Asked) -> Matches | None:
    state, index = asked.state, asked.index
    if index is None or not state.text or state.page > 1:
        return None
    hide_deleted = asked.request.hides_deleted
    found = Matches.of(state.tenant, index, state.text, asked.viewer, hide_deleted=hide_deleted)
    note(asked.request, patients=(one.identifier for one in found.people))
    return found


@dataclass(frozen=True)
class MoreFilters:
    """What stands behind the word “More filters”."""

    types: list[Option]
    clinicians: list[Option]
    of: list[Option]
    presets: list[Option]


def _more(state: EncounterListState, known: Known, index: IndexState) -> MoreFilters:
    here = seen.frequent(index.tenant)
    return MoreFilters(
        controls.type_options(state),
        controls.clinician_options(state, known.names, here, is_one=bool(known.mine)),
        controls.of_options(state),
        controls.preset_options(state),
    )
