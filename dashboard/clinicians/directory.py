"""The directory of clinicians, as other parts of the dashboard ask it: names of ids, and the ids of a user.

Whoever is not in it stays unknown: an id never gets a name by guessing.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.accounts.models import User
from dashboard.clinicians.models import Clinician
from dashboard.listing.formatting import short_id

UNKNOWN = "Unknown clinician"


@dataclass(frozen=True)
class Known:
    """What a page needs for one user, read at once: the name of each known id, and the ids tied to that user."""

    names: Mapping[str, str]
    mine: tuple[str, ...]


def known(tenant: str, user: User) -> Known:
    """The names and the user's own ids in a tenant."""
    clinicians = Clinician.objects.filter(tenant=tenant).order_by("assigned_user_id")
    found = list(clinicians.values_list("assigned_user_id", "name", "user_id"))
    return Known(
        told_apart({key: name for key, name, _ in found}), tuple(key for key, _, owner in found if owner == user.pk)
    )


def names(tenant: str) -> Mapping[str, str]:
    """The name to show for each known id of a tenant; one that two clinicians share is shown with a short id."""
    clinicians = Clinician.objects.filter(tenant=tenant).order_by()
    return told_apart(dict(clinicians.values_list("assigned_user_id", "name")))


def mine(tenant: str, user: User) -> tuple[str, ...]:
    """The ids that are tied to this user in a tenant."""
    clinicians = Clinician.objects.filter(tenant=tenant, user_id=user.pk).order_by("assigned_user_id")
    return tuple(clinicians.values_list("assigned_user_id", flat=True))


def unknown(assigned_user_id: str) -> str:
    """``Unknown clinician 7f3a…c21e``: what a list says for an id that is not in the directory."""
    return f"{UNKNOWN} {short_id(assigned_user_id)}"


def told_apart(given: Mapping[str, str]) -> Mapping[str, str]:
    """Names by id, each different from every other for a reader who does not look at capitals."""
    shown = dict(given)
    # Two ids may look the same when shortened, so that only the whole one tells them apart.
    for written in (short_id, str):
        times = Counter(name.casefold() for name in shown.values())
        if len(times) == len(shown):
            break
        shown = {
            key: f"{given[key]} ({written(key)})" if times[name.casefold()] > 1 else name for key, name in shown.items()
        }
    return shown
