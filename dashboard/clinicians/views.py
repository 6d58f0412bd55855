"""The page on which admins give assigned-user ids names: one table, one row or one file at a time."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.clinicians import csv_file, importing, pasting, seen
from dashboard.clinicians.csv_file import Problem, Refused
from dashboard.clinicians.forms import ClinicianForm
from dashboard.clinicians.models import Clinician
from dashboard.clinicians.table import table
from dashboard.limits import limited
from dashboard.listing.csv_text import attachment
from dashboard.listing.formatting import number
from dashboard.listing.parameters import Parameters
from dashboard.tenants.access import TenantRequest, administers

TEMPLATE = "clinicians/list.html"
MOST_PAGES = 1_000_000


@administers
@require_safe
def clinician_list(request: TenantRequest) -> HttpResponse:
    return _render(request)


@administers
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: TenantRequest) -> HttpResponse:
    """The table with one row as a form: the row of ``?id=…``, or a new one for an id that is in no row."""
    if request.method == "POST":
        return _save(request)
    # PostgreSQL refuses NUL in a question.
    identifier = request.GET.get("id", "").replace("\0", "")
    known = Clinician.objects.filter(tenant=request.tenant.slug, assigned_user_id=identifier).first()
    initial = {
        "assigned_user_id": identifier,
        "adding": not known and identifier not in seen.seen(request.tenant),
        "name": known.name if known else "",
        "user": known.user_id if known else None,
    }
    return _render(request, form=ClinicianForm(request.tenant.slug, initial=initial))


def _save(request: TenantRequest) -> HttpResponse:
    form = ClinicianForm(request.tenant.slug, request.POST)
    if "remove" in request.POST:
        identifier = request.POST.get("assigned_user_id", "").replace("\0", "")
        Clinician.objects.filter(tenant=request.tenant.slug, assigned_user_id=identifier).delete()
        messages.success(request, "The name is removed. The encounters of this id show an unknown clinician again.")
        return redirect("clinicians:list", request.tenant.slug)
    if not form.is_valid():
        return _render(request, form=form, status=422)
    form.save()
    messages.success(request, "The name is saved.")
    if following := request.POST.get("next", ""):
        return redirect(_edit_url(request, following))
    return redirect("clinicians:list", request.tenant.slug)


@csrf_exempt  # Here only, and never without the check: _import makes it once the form could be read.
@administers
@limited("files", lambda request: request.method == "POST")
@require_http_methods(["GET", "HEAD", "POST"])
def import_csv(request: TenantRequest) -> HttpResponse:
    """The page with the import opened; a POST takes over a file or pasted text, all of it or nothing."""
    if request.method != "POST":
        return _render(request, importing=True)
    # A form may need three bytes for each one of the text.
    if not pasting.read_large_form(request, 4 * csv_file.MOST_BYTES):
        problem = Problem(0, "This is much more than 1 MB, too much to be read at all. Import it in parts.")
        return _render(request, importing=True, problems=[problem], status=413)
    return _import(request)


@csrf_protect
def _import(request: TenantRequest) -> HttpResponse:
    text = request.POST.get("text", "")
    # All is read by now. What follows is one transaction with its entry in the access log.
    request.changes.begin()  # type: ignore[attr-defined]  # of audit/together.py
    try:
        if pasting.is_large_form(request):
            outcome = importing.take_over(request.tenant, text)
        else:
            outcome = importing.take_over(request.tenant, _uploaded(request))
    except Refused as refused:
        return _render(request, importing=True, problems=refused.problems, pasted=text, status=422)
    counts = ((outcome.added, "added"), (outcome.changed, "changed"), (outcome.unchanged, "unchanged"))
    messages.success(request, f"Imported: {', '.join(f'{number(count)} {what}' for count, what in counts)}.")
    return redirect("clinicians:list", request.tenant.slug)


def _uploaded(request: TenantRequest) -> str:
    file = request.FILES.get("file")
    if file is None:
        raise Refused([Problem(0, "Choose a file, or paste its text.")])
    csv_file.check_size(file.size or 0)
    return csv_file.decode(file.read())


@administers
@limited("files")
@require_safe
def export_csv(request: TenantRequest) -> HttpResponse:
    """Everybody with a name as the import reads it; with ``?unnamed`` the ids that wait for a name, to be filled in."""
    tenant = request.tenant
    if "unnamed" in request.GET:
        lines = [(key, "", "") for key in table(tenant.slug, seen.seen(tenant)).unnamed]
    else:
        clinicians = Clinician.objects.filter(tenant=tenant.slug).order_by("name", "assigned_user_id")
        members_only = clinicians.filter(user__memberships__tenant=tenant.slug)
        ties = dict(members_only.values_list("assigned_user_id", "user__username"))
        lines = [(key, name, ties.get(key) or "") for key, name in clinicians.values_list("assigned_user_id", "name")]
    return attachment(csv_file.table(lines), f"clinicians-{tenant.slug}.csv")


def _edit_url(request: TenantRequest, identifier: str) -> str:
    return f"{reverse('clinicians:edit', args=[request.tenant.slug])}?{urlencode({'id': identifier})}"


def _render(
    request: TenantRequest, *, form: ClinicianForm | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    tenant = request.tenant
    parameters = Parameters(request.GET)
    edited = "" if form is None or form.is_adding else str(form["assigned_user_id"].value())
    shown = table(
        tenant.slug,
        seen.seen(tenant),
        page=parameters.whole("page", most=MOST_PAGES, meaning="a page"),
        around=edited,
        counted=tenant.config.index,
    )
    waiting = [key for key in shown.unnamed if key != edited]
    shared = {
        "title": f"Clinicians · {tenant.label}",
        "form": form,
        "edited": edited,
        # A typed id has no row yet, and that of an id which just lost its name and is in no encounter is gone.
        "form_on_top": form is not None and edited not in [row.assigned_user_id for row in shown.rows],
        "table": shown,
        "named": number(shown.named),
        "unnamed": number(len(shown.unnamed)),
        "notices": parameters.notices,
        "next_unnamed": waiting[0] if waiting and edited in shown.unnamed else "",
        "most_lines": number(csv_file.MOST_LINES),
    }
    return render(request, TEMPLATE, shared | context, status=status)
