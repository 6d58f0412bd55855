from django.contrib.auth import views as auth_views
from django.urls import path, reverse_lazy

from dashboard.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("stay/", views.stay, name="stay"),
    path("signed-out/", views.signed_out, name="signed-out"),
    path("settings/", views.own_settings, name="settings"),
    path("theme/", views.theme, name="theme"),
    path(
        "password/",
        auth_views.PasswordChangeView.as_view(
            template_name="accounts/password.html", success_url=reverse_lazy("accounts:password-changed")
        ),
        name="password",
    ),
    path(
        "password/changed/",
        auth_views.PasswordChangeDoneView.as_view(template_name="accounts/password_changed.html"),
        name="password-changed",
    ),
]
