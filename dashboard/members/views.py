"""The page on which admins of a tenant say who its members are, and what each may do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.accounts.models import User
from dashboard.audit import note
from dashboard.members.forms import MemberForm
from dashboard.tenants.access import TenantRequest, administers
from dashboard.tenants.models import Membership
from dashboard.tenants.rights import Rights, changes
from dashboard.tenants.roles import Role

TEMPLATE = "members/list.html"


@dataclass(frozen=True)
class Member:
    """A row. Nobody edits their own: roles are given by others, and a tenant keeps an admin that way."""

    username: str
    name: str
    roles: tuple[Role, ...]
    is_self: bool
    is_active: bool
    # By the OpenID provider's groups, which say it anew at each sign-in.
    is_provided: bool

    @property
    def role_words(self) -> str:
        return ", ".join(role.label for role in self.roles) or "No role"


@administers
@require_safe
def member_list(request: TenantRequest) -> HttpResponse:
    return _render(request)


@administers
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: TenantRequest) -> HttpResponse:
    """The table with the row of ``?user=…`` as a form, or with a form for a new member."""
    username = (request.POST if request.method == "POST" else request.GET).get("username", "").replace("\0", "")
    if username == request.user.username:
        raise PermissionDenied("Nobody changes their own roles. Another admin of this tenant can do it for you.")
    if request.method == "POST":
        return _save(request, username)
    known = Membership.objects.filter(tenant=request.tenant.slug, user__username=username).first()
    if known is None:
        return _render(request, MemberForm(request.tenant.slug, initial={"adding": True, "roles": [Role.CLINICIAN]}))
    initial = {"username": username, "roles": [role for role in Role if getattr(known, role)]}
    return _render(request, MemberForm(request.tenant.slug, initial=initial))


def _save(request: TenantRequest, username: str) -> HttpResponse:
    tenant = request.tenant.slug
    if "remove" in request.POST:
        with _told(request, username):
            Membership.objects.filter(tenant=tenant, user__username=username).delete()
        messages.success(request, f"“{username}” is no longer a member of {request.tenant.label}.")
        return redirect("members:list", tenant)
    form = MemberForm(tenant, request.POST)
    if not form.is_valid():
        return _render(request, form, status=422)
    with _told(request, username):
        form.save()
    messages.success(request, f"The roles of “{username}” are saved.")
    return redirect("members:list", tenant)


@contextmanager
def _told(request: TenantRequest, username: str) -> Iterator[None]:
    """What happens to the member's roles here is told in the access log of this tenant."""
    user = User.objects.filter(username=username).first()
    before = Rights.of(user) if user else Rights()
    yield
    if user:
        told = changes(user, before, Rights.of(user))
        note(request, changes=[change for change in told if change.tenant == request.tenant.slug])


def _render(request: TenantRequest, form: MemberForm | None = None, *, status: int = 200) -> HttpResponse:
    memberships = Membership.objects.filter(tenant=request.tenant.slug).select_related("user")
    members = [
        Member(
            username=one.user.username,
            name=one.user.get_full_name(),
            roles=tuple(role for role in Role if getattr(one, role)),
            is_self=one.user_id == request.user.pk,
            is_active=one.user.is_active,
            is_provided=one.provided,
        )
        for one in memberships.order_by("user__first_name", "user__last_name", "user__username")
    ]
    context = {
        "title": f"Members · {request.tenant.label}",
        "members": members,
        "form": form,
        "edited": "" if form is None or form.is_adding else str(form["username"].value()),
        "roles": list(Role),
    }
    return render(request, TEMPLATE, context, status=status)
