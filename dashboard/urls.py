"""Every URL of the dashboard. A tenant's pages come last: its slug is the first segment of the path."""

from collections.abc import Callable

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpResponseBase
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from dashboard.accounts.views import SignOut
from dashboard.monitoring import exposition, health


def leads_to(name: str) -> Callable[..., HttpResponseBase]:
    return require_safe(RedirectView.as_view(pattern_name=name))


admin.site.site_header = admin.site.site_title = "Reading room: accounts and memberships"
# There is one sign-in, one sign-out and one page for the own password: limits, second factors, what the browser forgets
# and the provider's own sign-out hold for the admin site as well.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.logout = SignOut.as_view()  # type: ignore[assignment, method-assign]
admin.site.password_change = leads_to("accounts:password")  # type: ignore[assignment, method-assign]
admin.site.password_change_done = leads_to("accounts:password-changed")  # type: ignore[assignment, method-assign]

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
