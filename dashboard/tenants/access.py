"""The one door to a tenant: (user, slug in the path) becomes a tenant, or 404."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponseBase

from dashboard.accounts.models import User
from dashboard.tenants.models import Membership
from dashboard.tenants.registry import Tenant, registry

Rest = ParamSpec("Rest")


class TenantRequest(HttpRequest):
    """A request of a signed-in member of ``tenant``; ``tenants`` are all those that the user belongs to."""

    user: User
    tenant: Tenant
    tenants: tuple[Tenant, ...]


def tenants_of(user: User) -> tuple[Tenant, ...]:
    """The configured tenants that a user belongs to, by label. Asked anew on every request: a membership
    that was taken away ends with the very next click."""
    slugs = Membership.objects.filter(user_id=user.pk).order_by().values_list("tenant", flat=True)
    known = registry()
    return tuple(sorted((known[slug] for slug in slugs if slug in known), key=lambda tenant: tenant.label.casefold()))


def member_required(
    view: Callable[Concatenate[TenantRequest, Rest], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """A tenant that the user is no member of answers exactly like one that does not exist."""

    @wraps(view)
    def with_tenant(request: TenantRequest, tenant: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        request.tenants = tenants_of(request.user)
        for candidate in request.tenants:
            if candidate.slug == tenant:
                request.tenant = candidate
                return view(request, *args, **kwargs)
        raise Http404

    return with_tenant
