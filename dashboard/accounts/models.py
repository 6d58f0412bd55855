"""People who sign in."""

import zoneinfo

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import salted_hmac


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
    # Part of what every session of the user is checked against: one more ends them all.
    sessions_ended = models.PositiveIntegerField(default=0, editable=False)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        salt = "dashboard.accounts.models.User.get_session_auth_hash"
        value = f"{self.password}|{self.sessions_ended}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()

    def end_sessions(self) -> None:
        """Sign the user out everywhere, with the next click there."""
        User.objects.filter(pk=self.pk).update(sessions_ended=models.F("sessions_ended") + 1)
        self.refresh_from_db(fields=["sessions_ended"])

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.get_username()

    @property
    def initials(self) -> str:
        words = self.display_name.split()
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()


class KnownAddress(models.Model):
    """An address, or a network of IPv6, that a user has signed in from, and when last (known_addresses.py)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    network = models.CharField(max_length=64)
    seen = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "network"], name="known_address_once")]
        # Nothing of the admin site.
        default_permissions = ()

    def __str__(self) -> str:
        return self.network
