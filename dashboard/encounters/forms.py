"""The filter form: it travels by POST, because a patient's identifier must not stand in a URL."""

from django import forms

from corti_gateway.vocabulary import EncounterStatus, EncounterType
from dashboard.encounters.dates import EARLIEST, LATEST, OF_LABELS, PRESET_LABELS, Days, Of, Preset
from dashboard.encounters.state import LONGEST_ID, ME, SORTS, EncounterListState
from dashboard.listing.controls import DEFAULT_SIZE, SIZES
from dashboard.listing.fields import PatientField
from dashboard.listing.questions import Sort
from dashboard.listing.search_box import EXACTLY, SEALED, Meant

_OUT_OF_RANGE = f"A date lies between {EARLIEST.year} and {LATEST.year}."


class DayField(forms.DateField):
    """A calendar day as a browser's date field sends it."""

    input_formats = ["%Y-%m-%d"]

    def validate(self, value: object) -> None:
        super().validate(value)
        if value is not None and not EARLIEST <= value <= LATEST:  # type: ignore[operator]
            raise forms.ValidationError(_OUT_OF_RANGE)


class FilterForm(forms.Form):
    """What the filter form may say. Unknown statuses, sorts and sizes only come from a forged form and are refused."""

    patient = PatientField()
    # The button with a patient's name: an identifier taken as it is, blanks and all, or a sealed one; and what an empty
    # box stands for, sealed as well.
    exactly = forms.CharField(required=False, strip=False)
    sealed = forms.CharField(required=False)
    kept = forms.CharField(required=False)
    status = forms.MultipleChoiceField(required=False, choices=[(word.value, word.value) for word in EncounterStatus])
    type = forms.MultipleChoiceField(required=False, choices=[(word.value, word.value) for word in EncounterType])
    clinician = forms.CharField(required=False, max_length=LONGEST_ID)
    # The button beside the statuses says what it wants, whoever is chosen in the list of clinicians.
    mine = forms.ChoiceField(required=False, choices=[("on", "on"), ("off", "off")])
    of = forms.ChoiceField(required=False, choices=[(word.value, label) for word, label in OF_LABELS.items()])
    when = forms.ChoiceField(required=False, choices=[(word.value, label) for word, label in PRESET_LABELS.items()])
    sort = forms.ChoiceField(required=False, choices=[(key, key) for key in SORTS])
    size = forms.ChoiceField(required=False, choices=[(str(size), str(size)) for size in SIZES])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        # Their names are words of Python.
        self.fields["from"] = DayField(required=False)
        self.fields["to"] = DayField(required=False)

    def clean(self) -> dict[str, object]:
        values = self.cleaned_data
        first, last = values.get("from"), values.get("to")
        if values.get("when") and (first or last):
            self.add_error("to", "Choose a span of days or two dates, not both.")
        elif first and last and first > last:
            self.add_error("to", "The last day is before the first one.")
        # Whatever is being typed has no say when a name was pressed.
        if self._pressed:
            for name in ("patient", "from", "to"):
                self.errors.pop(name, None)
        return values

    def state(self, tenant: str) -> EncounterListState:
        """The list that the form asks for, from its first page; of a form with an error, the part that is right.

        What was typed stands in ``patient``; whether it is one is for the view to find out (``is_typed``).
        """
        values = self.cleaned_data
        meant = self._meant(tenant)
        return EncounterListState(
            tenant,
            statuses=tuple(word for word in EncounterStatus if word.value in values.get("status", ())),
            patient=meant.patient,
            text=meant.text,
            types=tuple(word for word in EncounterType if word.value in values.get("type", ())),
            clinician={"on": ME, "off": ""}.get(values.get("mine", ""), values.get("clinician", "")),
            days=self._days(),
            sort=SORTS.get(values.get("sort", ""), Sort()),
            size=int(values.get("size") or DEFAULT_SIZE),
            unreadable=meant.unreadable,
        )

    @property
    def is_typed(self) -> bool:
        """Whether the list is about what was typed: not about a name that was pressed, nor about the same as before."""
        return bool(self.cleaned_data.get("patient")) and not self._pressed

    @property
    def _pressed(self) -> bool:
        return bool(self.cleaned_data.get(EXACTLY) or self.cleaned_data.get(SEALED))

    def _meant(self, tenant: str) -> Meant:
        values = self.cleaned_data
        if pressed := Meant.by_button(tenant, values):
            return pressed
        return Meant(values["patient"]) if values.get("patient") else Meant.kept(tenant, values.get("kept", ""))

    def _days(self) -> Days:
        values = self.cleaned_data
        of = Of(values.get("of") or Of.CREATED)
        if values.get("when"):
            return Days(of, Preset(values["when"]))
        return Days(of, None, values.get("from"), values.get("to"))

    @property
    def day_errors(self) -> list[str]:
        """What is wrong with the two days, for beside them."""
        return [str(error) for name in ("from", "to") for error in self.errors.get(name, ())]
