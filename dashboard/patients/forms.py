"""The filter form of the patients list: it travels by POST, because what is typed is personal data."""

from django import forms

from dashboard.listing.controls import DEFAULT_SIZE, SIZES
from dashboard.listing.fields import PatientField
from dashboard.listing.search_box import Meant
from dashboard.patients.seen import Seen
from dashboard.patients.state import SEXES, SORTS, PatientListState, Sort


class FilterForm(forms.Form):
    """What the filter form may say. Unknown words only come from a forged form and are refused."""

    patient = PatientField()
    # What an empty box stands for, sealed.
    kept = forms.CharField(required=False)
    sex = forms.MultipleChoiceField(required=False, choices=[(word, word) for word in SEXES])
    seen = forms.ChoiceField(required=False, choices=[(word.value, word.value) for word in Seen])
    open = forms.BooleanField(required=False)
    sort = forms.ChoiceField(required=False, choices=[(key, key) for key in SORTS])
    size = forms.ChoiceField(required=False, choices=[(str(size), str(size)) for size in SIZES])

    def state(self, tenant: str) -> PatientListState:
        """The list that the form asks for, from its first page; of a form with an error, the part that is right."""
        values = self.cleaned_data
        kept = Meant() if values.get("patient") else Meant.kept(tenant, values.get("kept", ""))
        return PatientListState(
            tenant,
            text=values.get("patient") or kept.text,
            sexes=tuple(word for word in SEXES if word in values.get("sex", ())),
            seen=Seen(values.get("seen") or Seen.EVER),
            only_open=bool(values.get("open")),
            sort=SORTS.get(values.get("sort", ""), Sort()),
            size=int(values.get("size") or DEFAULT_SIZE),
            unreadable=kept.unreadable or bool(kept.patient),
        )
