"""The users that a clinician of a tenant can be tied to: its members, and nobody else."""

from django.db.models import QuerySet

from dashboard.accounts.models import User


def members(tenant: str) -> QuerySet[User]:
    """The members of a tenant, by name."""
    return User.objects.filter(memberships__tenant=tenant).order_by("first_name", "last_name", "username")


def label(user: User) -> str:
    """``Karen Holm (karen)``, or the username alone where there is no name."""
    return f"{name} ({user.username})" if (name := user.get_full_name()) else user.username
