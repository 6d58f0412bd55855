"""The one door to a tenant: (user, slug in the path) becomes a tenant, or 404."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponseBase

from dashboard.accounts.models import User
from dashboard.tenants.registry import Tenant, registry

Rest = ParamSpec("Rest")
# By hand, as it is asked on every request: the ORM takes ten times as long to put it together as it takes to answer.
_MEMBERSHIPS = "SELECT tenant FROM tenants_membership WHERE user_id = %s"


class TenantRequest(HttpRequest):
    """A request of a signed-in member of ``tenant``; ``tenants`` are all those that the user belongs to."""

    user: User
    tenant: Tenant
    tenants: tuple[Tenant, ...]


def tenants_of(user: User) -> tuple[Tenant, ...]:
    """The configured tenants that a user belongs to, by label. Asked anew on every request: a membership
    that was taken away ends with the very next click."""
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERSHIPS, [user.pk])
        slugs = [slug for (slug,) in cursor.fetchall()]
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


def admin_required(view: Callable[[TenantRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For members of the tenant who are admins; for everybody else this page is missing like any other.

    It asks for the admin first: with the tenant on the request, the page of the 404 would tell that it exists.
    """
    for_members = member_required(view)

    @wraps(view)
    def for_admins(request: HttpRequest, tenant: str) -> HttpResponseBase:
        if not request.user.is_staff:
            raise Http404
        return for_members(request, tenant)

    return for_admins
