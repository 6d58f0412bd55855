"""Every row is checked against the question before anyone sees it."""

from dataclasses import dataclass

from corti_gateway.capabilities import Capabilities
from corti_gateway.models import Interaction
from corti_gateway.ordering import is_ordered, key_of
from corti_gateway.queries import InteractionQuery
from corti_gateway.reading import Slots


@dataclass(frozen=True, slots=True)
class Checked:
    """The rows inside the question in their order, how many were outside, and whether their order is wrong."""

    rows: tuple[Interaction, ...]
    hidden: int
    out_of_order: bool
    wrong_status: bool = False


def check(slots: Slots, query: InteractionQuery, capabilities: Capabilities | None = None) -> Checked:
    """Check rows against the filters and the order asked for.

    A row whose status or patient cannot be read is outside every filter on it: nobody can show that it belongs. The
    order is judged by known keys only.
    """
    rows = tuple(slot for slot in slots if slot is not None)
    of_status = rows
    if query.statuses:
        wanted = frozenset(query.statuses)
        of_status = tuple(row for row in rows if row.encounter.status in wanted)
    inside = of_status
    if query.patient is not None:
        inside = tuple(row for row in of_status if row.patient and row.patient.identifier == query.patient)
    key = key_of(query.sort, capabilities)
    return Checked(
        inside,
        len(rows) - len(inside),
        key is not None and not is_ordered(rows, key, query.direction),
        len(of_status) < len(rows),
    )
