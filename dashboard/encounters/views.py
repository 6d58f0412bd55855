"""The encounters list: one URL, one context, rendered as a page or as its results fragment."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods
from django_htmx.http import push_url

from corti_gateway.errors import GatewayError
from dashboard.accounts.viewer import Viewer
from dashboard.encounters import controls
from dashboard.encounters.forms import FilterForm
from dashboard.encounters.presenters import present
from dashboard.encounters.state import EncounterListState, Sort
from dashboard.listing.failures import Failure
from dashboard.listing.page import Page
from dashboard.listing.summary import Summary
from dashboard.sources import live, plan
from dashboard.tenants.access import TenantRequest, member_required

TEMPLATE = "encounters/list.html"


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def encounter_list(request: TenantRequest) -> HttpResponse:
    """The list behind the URL; a POST is the filter form, answered with the URL of the list it asks for."""
    if request.method == "POST":
        return _choose(request)
    state = EncounterListState.read(request.GET, request.tenant.slug)
    if state.unreadable_patient:
        return _render(request, state, status=404)
    try:
        page = plan.answer(request.tenant, state.query(), count="count" in request.GET)
    except GatewayError as error:
        failure = Failure.of(error)
        return _render(request, state, status=failure.status, failure=failure)
    state = state.but(sort=Sort(page.query.sort, page.query.direction), page=page.query.page)
    viewer = Viewer.of(request)
    return _render(
        request,
        state,
        offered=page.sorts,
        rows=page.rows,
        rows_html=_rows_html(page, state, viewer),
        empty=page.empty,
        order_remark=page.order_remark,
        summary=Summary.of(page, viewer),
        viewer=viewer,
        notices=[*state.notices, *page.notices],
        previous_url=state.but(page=state.page - 1).url() if state.page > 1 else "",
        next_url=state.but(page=state.page + 1).url() if page.has_next else "",
        first_url=state.but(page=1).url() if state.page > 1 else "",
    )


def _rows_html(page: Page, state: EncounterListState, viewer: Viewer) -> SafeString:
    context = {"rows": present(page, viewer), "extra": controls.extra_column(state)}
    # What the engine, which escapes every value, has made of it.
    return SafeString(render_to_string("encounters/rows.jinja", context, using="jinja2"))


def _choose(request: TenantRequest) -> HttpResponse:
    form = FilterForm(request.POST)
    valid = form.is_valid()
    state = form.state(request.tenant.slug)
    if valid:
        return redirect(state.url())
    # The address stays that of the list before: the form's own would lose its filters.
    return push_url(_render(request, state, status=422, form=form), False)


def _render(request: TenantRequest, state: EncounterListState, *, status: int = 200, **context: Any) -> HttpResponse:
    offered = context.get("offered") or live.sorts(request.tenant)
    htmx = request.htmx  # type: ignore[attr-defined]  # set by django-htmx's middleware
    fragment = bool(htmx) and not htmx.history_restore_request
    shared = {
        "fragment": fragment,
        # Scripts set the controls from the results; the form itself comes along when it has an error to show, or a sort
        # that was not offered yet when the page was loaded.
        "send_filters": "form" in context or state.sort.field in live.NEED_PROOF,
        "title": f"Encounters{f', page {state.page}' if state.page > 1 else ''} · {request.tenant.label}",
        "state": state,
        "here": state.url(),
        "clear_url": EncounterListState(request.tenant.slug, size=state.size).url(),
        "any_status_url": state.but(statuses=()).url(),
        "statuses": controls.status_toggles(state),
        "sorts": controls.sort_options(state, offered),
        "sizes": controls.size_options(state),
        "sort_words": controls.sort_words(state),
        "active_filters": controls.active_filters(state),
        "headers": controls.headers(state, offered),
    }
    return render(request, f"{TEMPLATE}#results" if fragment else TEMPLATE, shared | context, status=status)
