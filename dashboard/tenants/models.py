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
    """One user may see one tenant."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    tenant = models.SlugField(max_length=40, validators=[validate_configured], help_text="The tenant's short name.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "tenant"], name="one_membership_per_user_and_tenant")]
        ordering = ["tenant", "user"]

    def __str__(self) -> str:
        return f"{self.user} in {self.tenant}"
