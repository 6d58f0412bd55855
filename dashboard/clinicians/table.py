"""The table of clinicians: ids that wait for a name first, then everybody by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.clinicians.directory import told_apart
from dashboard.clinicians.members import label, members
from dashboard.clinicians.models import Clinician
from dashboard.listing import formatting
from dashboard.listing.formatting import NOTHING

PAGE_SIZE = 100
GONE = "No longer a member"


@dataclass(frozen=True)
class Row:
    """An id, and what is known of it. ``shown_as`` is set where lists add something to the name; ``gone`` says that
    it is tied to somebody who is no member any more, and whose name is not told here."""

    assigned_user_id: str
    name: str
    shown_as: str
    user: str
    gone: bool
    encounters: str


@dataclass(frozen=True)
class Table:
    """A page of rows; ``unnamed`` are all ids without a name, most encounters first."""

    rows: list[Row]
    number: int
    pages: int
    named: int
    unnamed: tuple[str, ...]


def table(tenant: str, seen: Mapping[str, int], *, page: int = 1, around: str = "", counted: bool = True) -> Table:
    """The page asked for, or the one that holds the id ``around``; the last one where there are fewer."""
    clinicians = Clinician.objects.filter(tenant=tenant).order_by()
    known = {key: (name, user) for key, name, user in clinicians.values_list("assigned_user_id", "name", "user_id")}
    unnamed = sorted((key for key in seen if key not in known), key=lambda key: (-seen[key], key))
    order = [*unnamed, *sorted(known, key=lambda key: (known[key][0].casefold(), key))]
    if around in order:
        page = order.index(around) // PAGE_SIZE + 1
    pages = max(1, -(-len(order) // PAGE_SIZE))
    page = min(page, pages)
    shown = told_apart({key: name for key, (name, _) in known.items()})
    users = {user.pk: label(user) for user in members(tenant)}

    def row(key: str) -> Row:
        name, user = known.get(key, ("", None))
        return Row(
            assigned_user_id=key,
            name=name,
            shown_as=shown[key] if key in known and shown[key] != name else "",
            user=users.get(user, GONE) if user else NOTHING,
            gone=bool(user) and user not in users,
            encounters=formatting.number(seen.get(key, 0)) if counted else NOTHING,
        )

    rows = [row(key) for key in order[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]]
    return Table(rows, page, pages, len(known), tuple(unnamed))
