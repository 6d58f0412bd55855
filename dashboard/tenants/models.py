"""Who belongs to which tenant."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from dashboard.tenants.registry import registry


def validate_configured(slug: str) -> None:
    """A membership names a tenant of the configuration."""
    if slug not in registry():
        raise ValidationError(
            "No tenant “%(slug)s” is configured. Configured: %(known)s.",
            params={"slug": slug, "known": ", ".join(registry())},
        )


class Membership(models.Model):
    """What one user may do in one tenant."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    tenant = models.SlugField(max_length=40, validators=[validate_configured], help_text="The tenant's short name.")
    clinician = models.BooleanField(default=True, help_text="Reads encounters and patients.")
    exporter = models.BooleanField(default=False, help_text="May export the lists that a clinician reads.")
    auditor = models.BooleanField(default=False, help_text="Reads the access log.")
    admin = models.BooleanField(default=False, help_text="Keeps members, clinicians’ names and the index.")
    # By the OpenID provider: each sign-in replaces it (provided.py). One that was given by hand stays.
    provided = models.BooleanField("from the provider", default=False, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "tenant"], name="one_membership_per_user_and_tenant")]
        ordering = ["tenant", "user"]

    def __str__(self) -> str:
        return f"{self.user} in {self.tenant}"


class Circuit(models.Model):
    """Whether a tenant's API is left alone for a while, because it failed; shared by all processes."""

    tenant = models.SlugField(max_length=40, unique=True)
    # Failures in a row; seconds since 1970; seconds of the present pause.
    failures = models.IntegerField(default=0)
    broken_since = models.FloatField(default=0.0)
    next_try = models.FloatField(default=0.0)
    pause = models.FloatField(default=0.0)
    # The pause is over, and somebody asks again at this moment.
    asking = models.BooleanField(default=False)
    # What went wrong last: an error of the gateway's tree by its name, and what may be shown of it.
    error = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    status = models.IntegerField(null=True)
    reference = models.CharField(max_length=128, blank=True)

    def __str__(self) -> str:
        return f"{self.tenant}: {self.error or 'closed'}"
