"""The two accounts of the demo, and names for most of its clinicians: where the sandbox is shown, and nowhere else."""

from dataclasses import dataclass

from corti_gateway.sandbox import DEMO_TENANTS
from corti_gateway.sandbox.encounters import Encounters
from dashboard.accounts.models import User
from dashboard.clinicians.models import Clinician
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
# The first belongs to the account "clinician" where it is a member. Two of the twelve of each tenant have no name, as
# happens in any clinic.
CLINICIANS = {
    "nordhavn": (
        "Karen Holm", "Mikkel Dahl", "Signe Bruun", "Yusuf Demir", "Ingrid Solberg", "Tomasz Wolny", "Helle Friis",
        "Aino Lahtinen", "Jonas Kjær", "Priya Raman",
    ),
    "riverside": (
        "Martin Hale", "Grace Okafor", "Ruth Ellison", "Samir Haddad", "Bethan Price", "Leo Marchetti", "Nora Whitlock",
        "Daniel Osei", "Ewa Zielinska", "Hugh Tremaine",
    ),
}  # fmt: skip


def name_clinicians() -> None:
    """Give the sandbox's clinicians names, but for those that somebody has named otherwise."""
    owners = {f"{account.first_name} {account.last_name}": account.username for account in ACCOUNTS}
    for tenant in DEMO_TENANTS:
        ids = Encounters(tenant.seed, 0, odd=True).users
        for key, name in zip(ids, CLINICIANS[tenant.slug], strict=False):
            user = User.objects.get(username=owners[name]) if name in owners else None
            Clinician.objects.get_or_create(
                tenant=tenant.slug, assigned_user_id=key, defaults={"name": name, "user": user}
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
