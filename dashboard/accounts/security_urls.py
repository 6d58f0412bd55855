"""The views of allauth that are needed, under the names it knows them by; no sign-up, no mail, no reset."""

from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, reverse_lazy

from dashboard.accounts import factors
from dashboard.accounts.views import SignIn

urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="account_login"),
    path("sign-in/second-step/", factors.SecondStep.as_view(), name="mfa_authenticate"),
    path("security/", factors.Security.as_view(), name="mfa_index"),
    path("security/app/", factors.AddApp.as_view(), name="mfa_activate_totp"),
    path(
        "security/app/remove/",
        totp.DeactivateTOTPView.as_view(template_name="accounts/app_remove.html"),
        name="mfa_deactivate_totp",
    ),
    path("security/passkeys/add/", factors.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "security/passkeys/<int:pk>/remove/",
        webauthn.RemoveWebAuthnView.as_view(
            template_name="accounts/passkey_remove.html", success_url=reverse_lazy("mfa_index")
        ),
        name="mfa_remove_webauthn",
    ),
    path(
        "security/codes/",
        codes.ViewRecoveryCodesView.as_view(template_name="accounts/codes.html"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "security/codes/new/",
        codes.GenerateRecoveryCodesView.as_view(template_name="accounts/codes_new.html"),
        name="mfa_generate_recovery_codes",
    ),
    path("security/confirm/", factors.ConfirmByPassword.as_view(), name="account_reauthenticate"),
    path("security/confirm/code/", factors.ConfirmByCode.as_view(), name="mfa_reauthenticate"),
    path("security/confirm/passkey/", factors.ConfirmByPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
]
