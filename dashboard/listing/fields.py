"""Fields that several lists' forms have."""

from typing import Any

from django import forms

from dashboard.listing.patient_text import LONGEST, trimmed


class PatientField(forms.CharField):
    """A name or identifier, forgiving of blanks and invisible signs at the ends; case and inner characters count."""

    def __init__(self, **kwargs: Any) -> None:
        too_long = f"A name or identifier has at most {LONGEST} characters. Was something else pasted?"
        super().__init__(required=False, max_length=LONGEST, error_messages={"max_length": too_long}, **kwargs)

    def to_python(self, value: object) -> str:
        return trimmed(str(value or ""))
