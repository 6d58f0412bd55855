"""Accounts and their memberships in Django's admin site."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from dashboard.accounts.models import User
from dashboard.tenants.models import Membership


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0


@admin.register(User)
class AccountAdmin(UserAdmin):
    inlines = [MembershipInline]
    list_display = ("username", "first_name", "last_name", "email", "is_active", "is_staff")
    fieldsets = (*(UserAdmin.fieldsets or ()), ("Settings", {"fields": ("time_zone", "shortcuts")}))
