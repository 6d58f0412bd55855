"""The form behind one row: which name an id has, and whose id it is."""

from typing import Any

from django import forms

from dashboard.accounts.models import User
from dashboard.clinicians.members import label, members
from dashboard.clinicians.models import LONGEST_ID, LONGEST_NAME, Clinician, tidy_id, tidy_name


class MemberField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return label(obj)


class ClinicianForm(forms.Form):
    """Names one id of a tenant. ``adding`` is set where the id was typed, and not taken from a row."""

    adding = forms.BooleanField(required=False, widget=forms.HiddenInput)
    assigned_user_id = forms.CharField(
        label="Assigned user id",
        max_length=LONGEST_ID,
        strip=False,
        help_text="As Corti has it: upper and lower case count.",
        error_messages={"required": "Enter the id."},
    )
    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME, strip=False, error_messages={"required": "Enter a name."}
    )
    user = MemberField(
        label="Dashboard user",
        queryset=User.objects.none(),
        required=False,
        empty_label="Nobody",
        help_text="Their “Assigned to me” then shows the encounters of this id.",
        error_messages={"invalid_choice": "Choose a member of this tenant."},
    )

    def __init__(self, tenant: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tenant = tenant
        field = self.fields["user"]
        assert isinstance(field, MemberField)
        field.queryset = members(tenant)
        for name in ("assigned_user_id", "name"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        if not self.is_adding:
            self.fields["assigned_user_id"].widget = forms.HiddenInput()
        self._focus()

    @property
    def is_adding(self) -> bool:
        return str(self["adding"].value()) == "True"

    def clean_assigned_user_id(self) -> str:
        identifier = self.cleaned_data["assigned_user_id"]
        if not self.cleaned_data.get("adding"):
            return str(identifier)
        identifier = tidy_id(identifier)
        if not identifier:
            raise forms.ValidationError("Enter the id.")
        if Clinician.objects.filter(tenant=self.tenant, assigned_user_id=identifier).exists():
            raise forms.ValidationError("This id has a name already. Edit it in its row.")
        return identifier

    def clean_name(self) -> str:
        if name := tidy_name(self.cleaned_data["name"]):
            return name
        raise forms.ValidationError("Enter a name.")

    def save(self) -> None:
        values = self.cleaned_data
        Clinician.objects.update_or_create(
            tenant=self.tenant,
            assigned_user_id=values["assigned_user_id"],
            defaults={"name": values["name"], "user": values["user"]},
        )

    def _focus(self) -> None:
        """The first field with an error, otherwise the first to fill in, has the focus."""
        for name in (*self.errors, "assigned_user_id" if self.is_adding and not self.errors else "name"):
            if name in self.fields and not self.fields[name].widget.is_hidden:
                self.fields[name].widget.attrs["autofocus"] = True
                return
