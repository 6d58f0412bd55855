"""People who sign in."""

import zoneinfo

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models


def validate_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError("“%(name)s” is not a time zone.", params={"name": name})


class User(AbstractUser):
    """A clinician or an admin, with the few settings that follow them to every browser."""

    time_zone = models.CharField(
        "time zone",
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text="For every time on every page. The browser knows its own.",
    )
    shortcuts = models.BooleanField(
        "single-key shortcuts", default=True, help_text="Keys such as “r” for refresh and “/” for the patient filter."
    )

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.get_username()

    @property
    def initials(self) -> str:
        words = self.display_name.split()
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()
