"""The front page: straight into the tenant, or a choice of tenants."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from dashboard.accounts.models import User
from dashboard.tenants.access import tenants_of


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    tenants = tenants_of(request.user)
    if len(tenants) == 1:
        return redirect("encounters:list", tenant=tenants[0].slug)
    return render(request, "tenants/choose.html", {"tenants": tenants})
