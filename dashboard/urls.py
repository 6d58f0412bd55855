"""Every URL of the dashboard. A tenant's pages come last: its slug is the first segment of the path."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from dashboard.monitoring import exposition, health

admin.site.site_header = admin.site.site_title = "Reading room: accounts and memberships"
# There is one sign-in only: limits and second factors hold for the admin site as well.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler400, handler500 = "dashboard.errors.bad_request", "dashboard.errors.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", exposition.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("accounts/", include("dashboard.accounts.urls")),
    path("accounts/", include("dashboard.accounts.security_urls")),
    path("", include("dashboard.tenants.urls")),
    path("<slug:tenant>/encounters/", include("dashboard.encounters.urls")),
    path("<slug:tenant>/patients/", include("dashboard.patients.urls")),
    path("<slug:tenant>/clinicians/", include("dashboard.clinicians.urls")),
    path("<slug:tenant>/members/", include("dashboard.members.urls")),
    path("<slug:tenant>/audit/", include("dashboard.audit.urls")),
    path("<slug:tenant>/index/", include("dashboard.index.urls")),
]
