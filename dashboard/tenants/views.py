"""The front page: straight into the tenant, or a choice of tenants."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard.accounts.models import User
from dashboard.tenants.access import memberships_of
from dashboard.tenants.registry import Tenant
from dashboard.tenants.roles import Role

# Where somebody with a role has something to do, the most usual first.
_HOMES = ((Role.CLINICIAN, "encounters:list"), (Role.ADMIN, "members:list"), (Role.AUDITOR, "audit:list"))


@dataclass(frozen=True)
class Choice:
    """A tenant to go to; nowhere, for a member without any role."""

    label: str
    url: str

    @classmethod
    def of(cls, tenant: Tenant, roles: frozenset[Role]) -> "Choice":
        home = next((name for role, name in _HOMES if role in roles), None)
        return cls(tenant.label, reverse(home, args=[tenant.slug]) if home else "")


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    choices = [Choice.of(tenant, roles) for tenant, roles in memberships_of(request.user).items()]
    choices = [choice for choice in choices if choice.url]
    if len(choices) == 1:
        return redirect(choices[0].url)
    return render(request, "tenants/choose.html", {"choices": choices})
