"""Accounts and their memberships in Django's admin site."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from dashboard.accounts.models import User
from dashboard.audit import note
from dashboard.tenants.models import Membership
from dashboard.tenants.rights import Change, Rights, changes

# What gives an account rights in this site.
FOR_SUPERUSERS = ("is_staff", "is_superuser", "groups", "user_permissions")
REFUSED = "Nobody takes away their own second factors, and only superusers those of superusers."

# Accounts are kept below; what belongs to them is no table to look into.
for model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)


class ForSuperusers(GroupAdmin):
    """A group gives its members permissions: whoever changes one might give them to oneself. It belongs to no tenant,
    and so does what the access log tells of it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = _permissions(form.instance)
        super().save_related(request, form, formsets, change)
        note(request, changes=[_of_group(form.instance, before, _permissions(form.instance))])

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Group]) -> list[LogEntry]:
        note(request, changes=[_of_group(group, _permissions(group), "no group") for group in queryset])
        return super().log_deletions(request, queryset)

    def has_view_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser


admin.site.unregister(Group)
admin.site.register(Group, ForSuperusers)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0


@admin.register(User)
class AccountAdmin(UserAdmin):
    inlines = [MembershipInline]
    list_display = ("username", "first_name", "last_name", "email", "is_active", "is_staff")
    actions = ["sign_out_everywhere", "take_second_factors"]
    fieldsets = (*(UserAdmin.fieldsets or ()), ("Settings", {"fields": ("time_zone", "shortcuts")}))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody changes the own account here, which is how nobody gives rights to oneself; and superusers are changed
        by superusers."""
        return super().has_change_permission(request, obj) and may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and may_touch(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return () if request.user.is_superuser else FOR_SUPERUSERS

    # What is changed about an account is told in the access log of every tenant that it belongs to, or did before.
    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        request.rights_before = Rights.of(obj) if change else Rights()  # type: ignore[attr-defined]  # ours
        super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: User, message: Any) -> LogEntry:
        _tell(request, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> LogEntry:
        _tell(request, obj, message if isinstance(message, str) else "")
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[User]) -> list[LogEntry]:
        for user in queryset:
            note(request, changes=changes(user, Rights.of(user), Rights()))
        return super().log_deletions(request, queryset)

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            user.end_sessions()
            self.log_change(request, user, "Signed out everywhere.")
        self.message_user(request, f"{len(queryset)} signed out everywhere.", messages.SUCCESS)

    @admin.action(description="Take the second factors away (lost phone), and sign out", permissions=["change"])
    def take_second_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        if not all(may_touch(request, user) for user in queryset):
            raise PermissionDenied(REFUSED)
        for user in queryset:
            Authenticator.objects.filter(user=user).delete()
            user.end_sessions()
            self.log_change(request, user, "Second factors taken away.")
        self.message_user(request, f"{len(queryset)} set up a new second factor at the next sign-in.", messages.SUCCESS)


def may_touch(request: HttpRequest, user: User | None) -> bool:
    """Whether an account is another one than the own, and none that has more rights by being a superuser's."""
    if user is None:
        return True
    return user.pk != request.user.pk and (request.user.is_superuser or not user.is_superuser)


def _permissions(group: Group) -> str:
    return ", ".join(group.permissions.order_by("codename").values_list("codename", flat=True)) or "no permission"


def _of_group(group: Group, before: str, after: str) -> Change:
    return Change("", f"group {group.name}", group.pk, before, after)


def _tell(request: HttpRequest, user: User, what: str = "") -> None:
    after = Rights.of(user)
    note(request, changes=changes(user, getattr(request, "rights_before", after), after, what))
