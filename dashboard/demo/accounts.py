"""The two accounts of the demo. They exist where the sandbox is shown, and nowhere else."""

from dataclasses import dataclass

from dashboard.accounts.models import User
from dashboard.tenants.models import Membership
from dashboard.tenants.registry import registry
from dashboard.tenants.roles import Role


@dataclass(frozen=True)
class Account:
    username: str
    password: str
    first_name: str
    last_name: str
    is_admin: bool

    @property
    def tenants(self) -> list[str]:
        return list(registry()) if self.is_admin else list(registry())[:1]


ACCOUNTS = (
    Account("clinician", "demo-clinician", "Karen", "Holm", is_admin=False),
    Account("admin", "demo-administrator", "Ada", "Weiss", is_admin=True),
)


def create() -> None:
    """Create the accounts, or put them back as they were."""
    for account in ACCOUNTS:
        user, _ = User.objects.get_or_create(username=account.username)
        user.first_name, user.last_name = account.first_name, account.last_name
        user.is_staff = user.is_superuser = account.is_admin
        user.is_active = True
        if not user.check_password(account.password):
            user.set_password(account.password)
        user.save()
        for slug in account.tenants:
            roles = {role.value: account.is_admin or role is Role.CLINICIAN for role in Role}
            Membership.objects.update_or_create(user=user, tenant=slug, defaults=roles)
