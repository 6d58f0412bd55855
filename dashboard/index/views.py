"""The page on which admins see how the index of a tenant stands, and have it verified or begun anew."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dashboard.accounts.viewer import Viewer
from dashboard.fragments import is_fragment
from dashboard.index import overview, upkeep
from dashboard.index.models import TenantIndex
from dashboard.index.state import look, state_of
from dashboard.listing.formatting import duration, number
from dashboard.tenants import circuit
from dashboard.tenants.access import TenantRequest, administers

TEMPLATE = "index/status.html"
# Of a page that a call of a filling asks for, what is new: pages overlap, and a few calls are kept back.
ROWS_A_CALL = 0.8


@administers
@require_safe
def status(request: TenantRequest) -> HttpResponse:
    """Everything there is to know; HTMX asks for it again and again, so somebody looks."""
    tenant = request.tenant
    stored = state_of(tenant.slug)
    index = stored if tenant.config.index else None
    if index is not None:
        look(index)
    fragment = is_fragment(request)
    context = {
        "title": f"Index · {tenant.label}",
        "facts": overview.facts(tenant, index, circuit.trouble(tenant.slug), Viewer.of(request)),
        "problem": overview.problem(index),
        "percent": int(100 * index.share) if index and index.is_filling and index.expected else None,
        "held_in_vain": number(stored.rows) if stored and not tenant.config.index else "",
        "begun": index is not None,
    }
    return render(request, f"{TEMPLATE}#results" if fragment else TEMPLATE, context)


@administers
@require_POST
def verify(request: TenantRequest) -> HttpResponse:
    """Have every row compared with Corti's list."""
    tenant = request.tenant
    if tenant.config.index and TenantIndex.objects.filter(slug=tenant.slug).update(verify_wanted=True):
        messages.success(request, "Every row will be compared with Corti’s list: it begins within seconds.")
    return redirect("index:status", tenant.slug)


@administers
@require_http_methods(["GET", "HEAD", "POST"])
def rebuild(request: TenantRequest) -> HttpResponse:
    """A page that asks whether it is meant; a POST begins the index anew."""
    tenant = request.tenant
    if request.method == "POST":
        if tenant.config.index and upkeep.begin_anew(tenant.slug):
            messages.success(request, "The index begins anew. Its former rows are deleted by and by.")
        return redirect("index:status", tenant.slug)
    index = state_of(tenant.slug) if tenant.config.index else None
    if index is None:
        return redirect("index:status", tenant.slug)
    calls = index.rows / (ROWS_A_CALL * tenant.config.page_size_max)
    context = {
        "title": f"Rebuild the index · {tenant.label}",
        "rows": number(index.rows),
        "length": duration(timedelta(minutes=max(1, calls / tenant.config.index_calls))),
    }
    return render(request, "index/rebuild.html", context)
