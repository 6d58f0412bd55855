"""What an account may do, and what of that has changed: for the access log, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.dispatch import Signal

from dashboard.accounts.models import User
from dashboard.tenants.models import Membership
from dashboard.tenants.roles import Role

# Rights that were changed without a page that could tell of it: ``request``, ``user``, ``changes``.
rights_changed = Signal()


@dataclass(frozen=True)
class Rights:
    """Roles by tenant, and what holds everywhere: what the admin site gives, or that the account is disabled."""

    roles: Mapping[str, tuple[Role, ...]] = field(default_factory=dict)
    everywhere: tuple[str, ...] = ("no account",)

    @classmethod
    def of(cls, user: User) -> "Rights":
        """As the database has them now."""
        stored = User.objects.filter(pk=user.pk).first()
        if stored is None:
            return cls()
        flags = (("disabled", not stored.is_active), ("staff", stored.is_staff), ("superuser", stored.is_superuser))
        groups = stored.groups.order_by("name").values_list("name", flat=True)
        permissions = stored.user_permissions.order_by("codename").values_list("codename", flat=True)
        return cls(
            {
                one.tenant: tuple(role for role in Role if getattr(one, role))
                for one in Membership.objects.filter(user=user)
            },
            (
                *(word for word, holds in flags if holds),
                *(f"group {name}" for name in groups),
                *(f"may {name}" for name in permissions),
            ),
        )

    def words(self, tenant: str) -> str:
        if self == Rights():
            return "no account"
        here: list[str] = ["not a member"] if tenant else []
        if tenant in self.roles:
            here = [*self.roles[tenant]] or ["no role"]
        return ", ".join([*here, *self.everywhere])


@dataclass(frozen=True)
class Change:
    """Somebody's rights in a tenant before and after, both empty where other things were changed about the account.
    ``tenant`` is empty for an account that belongs to none."""

    tenant: str
    member: str
    account: int
    before: str = ""
    after: str = ""
    what: str = ""


def changes(user: User, before: Rights, after: Rights, what: str = "") -> list[Change]:
    """One for each tenant that the account belongs to, or belonged to before."""
    told = []
    for tenant in sorted({*before.roles, *after.roles}) or [""]:
        was, is_now = before.words(tenant), after.words(tenant)
        change = Change(tenant, user.username, user.pk, what=what)
        told.append(replace(change, before=was, after=is_now) if was != is_now else change)
    return told
