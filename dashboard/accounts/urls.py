from django.urls import path

from dashboard.accounts import provider, sharing, views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/start-over/", views.start_over, name="start-over"),
    path("sign-in/refused/", views.refused, name="refused"),
    path("sign-in/provider/", provider.start, name="provider"),
    path("sign-in/provider/callback/", provider.callback, name="provider-callback"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("sign-out/everywhere-else/", views.sign_out_elsewhere, name="sign-out-elsewhere"),
    path("sign-out/one/", views.end_session, name="end-session"),
    path("stay/", views.stay, name="stay"),
    path("signed-out/", views.signed_out, name="signed-out"),
    path("settings/", views.own_settings, name="settings"),
    path("sharing/on/", sharing.turn_on, name="sharing-on"),
    path("sharing/off/", sharing.turn_off, name="sharing-off"),
    path("theme/", views.theme, name="theme"),
    path("password/", views.ChangePassword.as_view(), name="password"),
    path("password/changed/", views.password_changed, name="password-changed"),
]
