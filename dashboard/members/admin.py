"""Accounts and their memberships in Django's admin site."""

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest

from dashboard.accounts.models import User
from dashboard.audit import note
from dashboard.tenants.models import Membership

# Accounts are kept below; what belongs to them is no table to look into.
for model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0


@admin.register(User)
class AccountAdmin(UserAdmin):
    inlines = [MembershipInline]
    list_display = ("username", "first_name", "last_name", "email", "is_active", "is_staff")
    actions = ["sign_out_everywhere", "take_second_factors"]
    fieldsets = (*(UserAdmin.fieldsets or ()), ("Settings", {"fields": ("time_zone", "shortcuts")}))

    # What is changed about an account is told in the access log of every tenant that it belongs to, or did before.
    def log_addition(self, request: HttpRequest, obj: User, message: Any) -> LogEntry:
        note(request, tenants=_tenants_of([obj]))
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> LogEntry:
        note(request, tenants=_tenants_of([obj]))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[User]) -> list[LogEntry]:
        note(request, tenants=_tenants_of(queryset))
        return super().log_deletions(request, queryset)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        note(request, tenants=_tenants_of([form.instance]))
        super().save_formset(request, form, formset, change)

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out_everywhere(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            user.end_sessions()
            self.log_change(request, user, "Signed out everywhere.")
        self.message_user(request, f"{len(queryset)} signed out everywhere.", messages.SUCCESS)

    @admin.action(description="Take the second factors away (lost phone), and sign out", permissions=["change"])
    def take_second_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            Authenticator.objects.filter(user=user).delete()
            user.end_sessions()
            self.log_change(request, user, "Second factors taken away.")
        self.message_user(request, f"{len(queryset)} set up a new second factor at the next sign-in.", messages.SUCCESS)


def _tenants_of(users: Iterable[User]) -> list[str]:
    return list(Membership.objects.filter(user__in=users).values_list("tenant", flat=True).distinct())
