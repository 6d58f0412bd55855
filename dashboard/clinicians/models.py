"""Who is behind an assigned-user id: Corti's API tells the id only."""

import unicodedata

from django.conf import settings
from django.db import models

from dashboard.listing.patient_text import trimmed

LONGEST_ID, LONGEST_NAME = 200, 120


class Clinician(models.Model):
    """The name that an admin gave to an assigned-user id of a tenant, and the dashboard user it may belong to."""

    tenant = models.SlugField(max_length=40)
    assigned_user_id = models.CharField(max_length=LONGEST_ID)
    name = models.CharField(max_length=LONGEST_NAME)
    # One user may have several ids in a tenant: people get a second account, or move between systems.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="clinicians"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "assigned_user_id"], name="one_clinician_per_tenant_and_id")
        ]

    def __str__(self) -> str:
        return f"{self.assigned_user_id} in {self.tenant}"


def tidy_id(text: str) -> str:
    """An id as it is compared: without blanks and invisible signs at its ends, otherwise as it came."""
    return trimmed(text)


def tidy_name(text: str) -> str:
    """A name as it is kept: composed signs, single blanks, nothing invisible at its ends."""
    return trimmed(" ".join(unicodedata.normalize("NFC", text).split()))
