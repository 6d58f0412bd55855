"""Forms of the account pages."""

import zoneinfo
from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.forms import PasswordChangeForm

from dashboard.accounts.models import User


class SignInForm(LoginForm):
    """Name and password, under the names that browsers and password keepers know."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs |= {"autofocus": True, "autocapitalize": "none"}

    def add_prefix(self, field_name: str) -> str:
        return "username" if field_name == "login" else str(super().add_prefix(field_name))


class SettingsForm(forms.ModelForm):
    """What users choose for themselves."""

    time_zone = forms.ChoiceField(required=False, help_text=User._meta.get_field("time_zone").help_text)

    class Meta:
        model = User
        fields = ["time_zone", "shortcuts"]
        help_texts = {
            "shortcuts": "“/” for the patient filter, “r” for refresh, “s” for screen sharing on or off; "
            "“j” and “k” along the rows, “n” and “p” to the next encounter and the one before."
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
        field = self.fields["time_zone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "The browser’s own"), ("UTC", "UTC"), *((name, name.replace("_", " ")) for name in zones)]

    def save(self, commit: bool = True) -> User:
        """These fields only: whoever was disabled, demoted or signed out meanwhile stays so."""
        user: User = self.instance
        user.save(update_fields=self._meta.fields)
        return user


class ChangePasswordForm(PasswordChangeForm):
    """Asks for the old password."""

    def save(self, commit: bool = True) -> User:
        """The password only, and only in place of the one that was asked for: one that an administrator has set
        meanwhile stays, and this session ends like the others."""
        user: User = self.user
        before = user.password
        user.set_password(self.cleaned_data["new_password1"])
        User.objects.filter(pk=user.pk, password=before).update(password=user.password)
        return user
