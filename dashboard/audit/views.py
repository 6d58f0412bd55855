"""The access log for the auditors of a tenant. Reading it is logged too."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.accounts.sharing import refused_while_on
from dashboard.accounts.viewer import Viewer
from dashboard.audit import note
from dashboard.audit.export import ndjson, table
from dashboard.audit.kinds import LABELS
from dashboard.audit.presenters import present
from dashboard.audit.reading import MOST, page
from dashboard.audit.state import LogState
from dashboard.limits import limited
from dashboard.listing.controls import Option
from dashboard.listing.csv_text import attachment
from dashboard.listing.patient_text import LONGEST, trimmed
from dashboard.listing.search_box import Meant
from dashboard.listing.stamp import zone_words
from dashboard.tenants.access import TenantRequest, role_required
from dashboard.tenants.roles import Role

TEMPLATE = "audit/list.html"
audits = role_required(Role.AUDITOR)


@require_http_methods(["GET", "HEAD", "POST"])
@audits
@limited("lists")
def entry_list(request: TenantRequest) -> HttpResponse:
    """The log behind the URL; a POST is the filter form, answered with the URL of what it asks for."""
    tenant = request.tenant
    if request.method == "POST":
        # What is wrong in the form is set aside with a notice, as in an address.
        asked = LogState.read(request.POST, tenant.slug)
        typed = trimmed(request.POST.get("who", ""))[:LONGEST]
        meant = Meant(typed) if typed else Meant.kept(tenant.slug, request.POST.get("kept", ""))
        return redirect(asked.but(patient=meant.patient).url())
    state, viewer = LogState.read(request.GET, tenant.slug), Viewer.of(request)
    note(request, filters=state.query(), patients=[state.patient])
    found = page(state, state.span(viewer)) if not state.unreadable else None
    context = {
        "title": f"Access log · {tenant.label}",
        "state": state,
        "box": state.box(viewer),
        "notices": state.notices,
        "rows": [present(entry, viewer) for entry in found.entries] if found else [],
        "kinds": [Option("", "Everything", not state.kind)]
        + [Option(kind, label, kind == state.kind) for kind, label in LABELS.items()],
        "active_filters": state.active_filters(viewer),
        "clear_url": LogState(tenant.slug).url(),
        "order_url": state.but(oldest_first=not state.oldest_first).url(),
        "first_url": state.but().url() if state.after else "",
        "next_url": state.but(after=found.next).url() if found and found.next else "",
        "csv_url": state.but().url("audit:export"),
        "here": state.url(),
        "zone": zone_words(viewer, viewer.now),
        "viewer": viewer,
    }
    return render(request, TEMPLATE, context, status=404 if state.unreadable else 200)


@require_safe
@audits
@refused_while_on
@limited("files")
def export(request: TenantRequest) -> HttpResponse:
    """The same entries as a file: CSV, or with ``?format=fhir`` FHIR AuditEvents. It ends after 10,000, and says
    where the next ones are: a table in its last line, a file of AuditEvents, which holds nothing else, in a header."""
    tenant = request.tenant
    state, viewer = LogState.read(request.GET, tenant.slug), Viewer.of(request)
    note(request, filters=state.query(), patients=[state.patient])
    if state.unreadable:
        return redirect(state.but().url())
    found, as_fhir = page(state, state.span(viewer), MOST), request.GET.get("format") == "fhir"
    name = f"access-log-{tenant.slug}{f'-{MOST}' if found.next else ''}"
    rest = _rest(request, state.but(after=found.next), as_fhir=as_fhir) if found.next else ""
    if as_fhir:
        response = HttpResponse(ndjson(found.entries), content_type="application/fhir+ndjson; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}.ndjson"'
    else:
        response = attachment(table(found.entries, rest), f"{name}.csv")
    if rest:
        # https://www.rfc-editor.org/rfc/rfc8288
        response["Link"] = f'<{rest}>; rel="next"'
    return response


def _rest(request: TenantRequest, state: LogState, *, as_fhir: bool) -> str:
    """The whole address of the file that goes on where one ends."""
    url = state.url("audit:export")
    return request.build_absolute_uri(f"{url}&format=fhir" if as_fhir else url)
