"""The patients list, its suggestions, and the page of one patient."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, push_url

from dashboard.accounts.sharing import refused_while_on
from dashboard.accounts.viewer import Viewer
from dashboard.audit import note
from dashboard.encounters.one.addresses import patient_url
from dashboard.fragments import is_fragment
from dashboard.index.reading import patients as reading
from dashboard.index.state import IndexState
from dashboard.limits import limited
from dashboard.listing import files
from dashboard.listing.controls import PATIENT, export_of, query_of, size_options
from dashboard.listing.csv_text import attachment
from dashboard.listing.formatting import number
from dashboard.listing.jinja import rendered
from dashboard.listing.patient_text import LONGEST, trimmed
from dashboard.listing.sealed import Unsealable, unseal
from dashboard.listing.search_box import Meant
from dashboard.listing.stamp import Stamp, zone_words
from dashboard.patients import controls, one
from dashboard.patients.export import table
from dashboard.patients.forms import FilterForm
from dashboard.patients.presenters import present
from dashboard.patients.state import PatientListState
from dashboard.sources import patients, plan, whole_lists
from dashboard.sources.patients import PatientPage, Standing
from dashboard.sources.progress import Progress
from dashboard.tenants.access import TenantRequest, exports, reads
from dashboard.tenants.roles import Role

LIST, PAGE = "patients/list.html", "patients/page.html"


@require_http_methods(["GET", "HEAD", "POST"])
@reads
@limited("lists")
def patient_list(request: TenantRequest) -> HttpResponse:
    """The list behind the URL; a POST is the filter form, answered with the URL of the list it asks for."""
    index = plan.index_of(request.tenant)
    if request.method == "POST":
        return _choose(request, index)
    state = PatientListState.read(request.GET, request.tenant.slug)
    if state.unreadable:
        return _render(request, state, index, status=404)
    if index is None or index.is_empty:
        return _render(request, state, index, notices=state.notices)
    viewer = Viewer.of(request)
    page = patients.answer(index, state.question(viewer, hide_deleted=request.hides_deleted))
    note(
        request,
        kind="search" if state.text else "",
        filters=query_of(state.url()),
        patients=(row.identifier for row in page.rows),
    )
    state = state.but(page=page.question.page)
    return _render(
        request,
        state,
        index,
        rows=page.rows,
        rows_html=_rows_html(page, viewer, state.tenant),
        shown=f"{number(page.question.offset + 1)}–{number(page.question.offset + len(page.rows))}",
        total=number(page.total),
        stamp=Stamp.of(page.as_of, viewer),
        zone=zone_words(viewer, page.as_of),
        viewer=viewer,
        notices=[*state.notices, *page.notices],
        previous_url=state.but(page=state.page - 1).url() if state.page > 1 else "",
        next_url=state.but(page=state.page + 1).url() if page.has_next else "",
        first_url=state.but(page=1).url() if state.page > 1 else "",
    )


@require_safe
@exports
@refused_while_on
@limited("files")
def export(request: TenantRequest) -> HttpResponse:
    """The list behind the same query string as a file; where there are no rows to be had, the page that says why."""
    index = plan.index_of(request.tenant)
    state = PatientListState.read(request.GET, request.tenant.slug)
    if state.unreadable:
        return _render(request, state, index, status=404)
    if index is None or index.is_empty:
        return _render(request, state, index, notices=state.notices)
    viewer = Viewer.of(request)
    question = state.question(viewer, hide_deleted=request.hides_deleted)
    rows, extent = whole_lists.patients(question, index)
    note(request, filters=query_of(state.url()), patients=(row.identifier for row in rows))
    head = files.head(
        f"Patients of {request.tenant.label}",
        filters=controls.active_filters(state, viewer),
        order=controls.sort_words(state),
        extent=extent,
        notices=state.notices,
        by=request.user.username,
    )
    return attachment([*head, *table(rows)], f"patients-{request.tenant.slug}.csv")


def _rows_html(page: PatientPage, viewer: Viewer, tenant: str) -> SafeString:
    context = {"rows": present(page.rows, viewer, tenant)}
    return rendered("patients/rows.jinja", context)


def _choose(request: TenantRequest, index: IndexState | None) -> HttpResponse:
    tenant = request.tenant.slug
    if meant := Meant.by_button(tenant, request.POST.dict()):
        # A row or a suggestion was chosen: what is being typed has no say.
        if meant.unreadable:
            return push_url(_render(request, PatientListState(tenant, unreadable=True), index, status=404), False)
        url = patient_url(tenant, meant.patient)
        return HttpResponseClientRedirect(url) if is_fragment(request) else redirect(url)
    form = FilterForm(request.POST)
    valid = form.is_valid()
    state = form.state(tenant)
    if valid and not state.unreadable:
        return redirect(state.url())
    # The address stays that of the list before: the form's own would lose its filters.
    if valid:
        return push_url(_render(request, state, index, status=404), False)
    return push_url(_render(request, state, index, status=422, form=form), False)


def _render(
    request: TenantRequest,
    state: PatientListState,
    index: IndexState | None,
    *,
    status: int = 200,
    form: FilterForm | None = None,
    **rows: Any,
) -> HttpResponse:
    """The page: what every list has around it, and ``rows``, what is known of those; ``form`` if it has an error."""
    tenant = request.tenant
    fragment = is_fragment(request)
    viewer, standing = Viewer.of(request), Standing.of(tenant, index)
    filling = Progress.of(index, viewer) if index and standing is Standing.FILLING else None
    shared = {
        "fragment": fragment,
        "form": form,
        "send_filters": form is not None,
        "box": state.box(viewer).typed(form, viewer),
        "title": f"Patients{f', page {state.page}' if state.page > 1 else ''} · {tenant.label}",
        "state": state,
        "standing": standing,
        "searchable": index is not None and not index.is_empty,
        "filling": filling,
        "form_values": urlencode(state.form_values(viewer)),
        "here": state.url(),
        "export_url": export_of(state.but(page=1).url()) if Role.EXPORTER in request.roles else "",
        "clear_url": PatientListState(tenant.slug, sort=state.sort, size=state.size).url(),
        "sexes": controls.sex_toggles(state),
        "seens": controls.seen_options(state),
        "sorts": controls.sort_options(state),
        "sizes": size_options(state.size),
        "sort_words": controls.sort_words(state),
        "order_remark": controls.order_remark(state),
        "active_filters": controls.active_filters(state, viewer),
        "headers": controls.headers(state),
    }
    return render(request, f"{LIST}#results" if fragment else LIST, shared | rows, status=status)


@require_POST
@reads
@limited("suggestions")
def suggest(request: TenantRequest) -> HttpResponse:
    """Patients whose name or identifier begins like what was typed so far; nothing where no index can tell."""
    text = trimmed(request.POST.get("patient", ""))[:LONGEST]
    index = plan.index_of(request.tenant)
    if not text or index is None or index.is_empty:
        return render(request, "patients/_suggestions.html", {"rows": []})
    found = reading.suggest(index.tenant, text, hide_deleted=request.hides_deleted)
    note(request, patients=(row.identifier for row in found.rows))
    context = {
        "rows": present(found.rows, Viewer.of(request), request.tenant.slug),
        "total": number(found.total),
        "more": found.total > len(found.rows),
        "filling": index.is_filling,
    }
    return render(request, "patients/_suggestions.html", context)


@require_safe
@reads
@limited("lists")
def patient(request: TenantRequest, sealed: str) -> HttpResponse:
    """Who a patient is, and the encounters: live, and from the index where Corti does not answer."""
    tenant = request.tenant
    title = {"title": f"Patient · {tenant.label}"}
    try:
        identifier = unseal(tenant.slug, PATIENT, sealed)
    except Unsealable:
        here = PatientListState(tenant.slug).url()
        return render(request, PAGE, title | {"unreadable": True, "here": here}, status=404)
    shown = one.show(request, identifier, plan.index_of(tenant))
    return render(request, PAGE, title | shown.context, status=shown.status)
