"""Every URL of the dashboard. A tenant's pages come last: its slug is the first segment of the path."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

admin.site.site_header = admin.site.site_title = "Reading room: accounts and memberships"
# There is one sign-in only: limits and second factors hold for the admin site as well.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("dashboard.accounts.urls")),
    path("accounts/", include("dashboard.accounts.security_urls")),
    path("", include("dashboard.tenants.urls")),
    path("<slug:tenant>/encounters/", include("dashboard.encounters.urls")),
    path("<slug:tenant>/patients/", include("dashboard.patients.urls")),
    path("<slug:tenant>/clinicians/", include("dashboard.clinicians.urls")),
    path("<slug:tenant>/index/", include("dashboard.index.urls")),
]
