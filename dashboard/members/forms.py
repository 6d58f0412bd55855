"""The form behind one member: which roles, and for a new one, who."""

from typing import Any

from django import forms

from dashboard.accounts.models import User
from dashboard.tenants.models import Membership
from dashboard.tenants.roles import Role

NOBODY = "There is no active account of this name. Accounts are made by whoever runs the dashboard."
ALREADY = "This account is a member already. Edit it in its row."
NO_ROLE = "Choose at least one role, or remove the member."


class MemberForm(forms.Form):
    """Gives one account its roles in a tenant. ``adding`` is set where the name was typed, and not taken from a row."""

    adding = forms.BooleanField(required=False, widget=forms.HiddenInput)
    username = forms.CharField(
        label="Username",
        max_length=150,
        help_text="Of an account that exists.",
        error_messages={"required": "Enter a username."},
    )
    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=[(role.value, f"{role.label}: {role.may}") for role in Role],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": NO_ROLE},
    )

    def __init__(self, tenant: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tenant = tenant
        self.fields["username"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        if self.is_adding:
            self.fields["username"].widget.attrs["autofocus"] = True
        else:
            self.fields["username"].widget = forms.HiddenInput()

    @property
    def is_adding(self) -> bool:
        return str(self["adding"].value()) == "True"

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"]).replace("\0", "")
        # Who is in a row may be inactive by now, and can still be edited.
        accounts = User.objects.filter(username=username)
        if not (accounts.filter(is_active=True) if self.is_adding else accounts).exists():
            raise forms.ValidationError(NOBODY)
        is_member = Membership.objects.filter(user__username=username, tenant=self.tenant).exists()
        if self.is_adding and is_member:
            raise forms.ValidationError(ALREADY)
        if not self.is_adding and not is_member:
            raise forms.ValidationError("This account is no longer a member.")
        return username

    def save(self) -> None:
        chosen = self.cleaned_data["roles"]
        Membership.objects.update_or_create(
            user=User.objects.get(username=self.cleaned_data["username"]),
            tenant=self.tenant,
            defaults={role.value: role.value in chosen for role in Role},
        )
