"""The one door to a tenant: (user, slug in the path, roles) becomes a tenant, or a refusal."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponseBase

from dashboard.accounts.models import User
from dashboard.tenants.registry import Tenant, registry
from dashboard.tenants.roles import Role

Rest = ParamSpec("Rest")
View = Callable[..., HttpResponseBase]
# By hand, as it is asked on every request: the ORM takes ten times as long to put it together as it takes to answer.
_MEMBERSHIPS = f"SELECT tenant, {', '.join(Role)} FROM tenants_membership WHERE user_id = %s"  # noqa: S608  # our names


class TenantRequest(HttpRequest):
    """A request of a signed-in member of ``tenant``, who has ``roles`` there; ``tenants`` are all those that the user
    belongs to; ``hides_deleted``: encounters whose status is deleted are not for these eyes."""

    user: User
    tenant: Tenant
    roles: frozenset[Role]
    tenants: tuple[Tenant, ...]
    hides_deleted: bool


def memberships_of(user: User) -> Mapping[Tenant, frozenset[Role]]:
    """The configured tenants that a user belongs to, by label, with the roles there. Asked anew on every request: what
    was taken away ends with the very next click."""
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERSHIPS, [user.pk])
        found = {slug: flags for slug, *flags in cursor.fetchall()}
    known = registry()
    tenants = sorted((known[slug] for slug in found if slug in known), key=lambda tenant: tenant.label.casefold())
    return {
        tenant: frozenset(role for role, has in zip(Role, found[tenant.slug], strict=True) if has) for tenant in tenants
    }


def role_required(*needed: Role) -> Callable[[Callable[Concatenate[TenantRequest, Rest], HttpResponseBase]], View]:
    """For members of the tenant who have all these roles there.

    A tenant that the user is no member of answers exactly like one that does not exist; a member without the roles is
    told so.
    """

    def decorate(view: Callable[Concatenate[TenantRequest, Rest], HttpResponseBase]) -> View:
        @wraps(view)
        def with_tenant(
            request: TenantRequest, tenant: str, *args: Rest.args, **kwargs: Rest.kwargs
        ) -> HttpResponseBase:
            memberships = memberships_of(request.user)
            found = next((candidate for candidate in memberships if candidate.slug == tenant), None)
            if found is None:
                raise Http404
            request.tenant, request.tenants, request.roles = found, tuple(memberships), memberships[found]
            request.hides_deleted = not (settings.DELETED_FOR_EVERYBODY or Role.ADMIN in request.roles)
            if not request.roles.issuperset(needed):
                raise PermissionDenied(f"Your account is a member of {found.label}, but has no role that allows this.")
            return view(request, *args, **kwargs)

        with_tenant.roles = needed  # type: ignore[attr-defined]  # for the permission matrix
        return with_tenant

    return decorate


reads = role_required(Role.CLINICIAN)
exports = role_required(Role.CLINICIAN, Role.EXPORTER)
administers = role_required(Role.ADMIN)
