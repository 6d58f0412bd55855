"""The filter form: it travels by POST, because a patient's identifier must not stand in a URL."""

from django import forms

from corti_gateway.vocabulary import EncounterStatus
from dashboard.encounters.state import DEFAULT_SIZE, SIZES, SORTS, EncounterListState, Sort
from dashboard.listing.patient_text import LONGEST, trimmed


class PatientField(forms.CharField):
    """Forgiving of blanks and invisible signs at the ends; case and inner characters count."""

    def to_python(self, value: object) -> str:
        return trimmed(str(value or ""))


class FilterForm(forms.Form):
    """What the filter form may say. Unknown statuses, sorts and sizes only come from a forged form and are refused."""

    patient = PatientField(
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": f"An identifier has at most {LONGEST} characters. Was something else pasted?"},
    )
    # A row's own identifier, from the button with the patient's name: taken as it is, blanks and all.
    exactly = forms.CharField(required=False, strip=False)
    status = forms.MultipleChoiceField(required=False, choices=[(word.value, word.value) for word in EncounterStatus])
    sort = forms.ChoiceField(required=False, choices=[(key, key) for key in SORTS])
    size = forms.ChoiceField(required=False, choices=[(str(size), str(size)) for size in SIZES])

    def clean(self) -> dict[str, object]:
        # Whatever is being typed in the patient field has no say when a name was pressed.
        if self.cleaned_data.get("exactly"):
            self.errors.pop("patient", None)
        return self.cleaned_data

    def state(self, tenant: str) -> EncounterListState:
        """The list that the form asks for, from its first page; of a form with an error, the part that is right."""
        values = self.cleaned_data
        return EncounterListState(
            tenant,
            statuses=tuple(word for word in EncounterStatus if word.value in values.get("status", ())),
            patient=values.get("exactly") or values.get("patient", ""),
            sort=SORTS.get(values.get("sort", ""), Sort()),
            size=int(values.get("size") or DEFAULT_SIZE),
        )
