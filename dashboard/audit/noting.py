"""What a view tells the access log about its answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import HttpRequest

from corti_gateway.models import Interaction


@dataclass
class Noted:
    """What one answer shows: encounters by Corti's id, patients by identifier; ``filters`` as in the address, so with
    its values sealed; ``tenants``, where it is about some that the path does not name. ``reached``: the view was asked,
    so that nothing before it has refused the request."""

    reached: bool = False
    kind: str = ""
    filters: str = ""
    tenants: dict[str, None] = field(default_factory=dict)
    interactions: dict[str, None] = field(default_factory=dict)
    patients: dict[str, None] = field(default_factory=dict)


def note(
    request: HttpRequest,
    *,
    kind: str = "",
    filters: str = "",
    rows: Iterable[Interaction] = (),
    patients: Iterable[str | None] = (),
    tenants: Iterable[str] = (),
) -> None:
    """Say what the answer shows: encounters with their patients, and other patients; a view may say it bit by bit."""
    noted = noted_of(request)
    noted.kind = kind or noted.kind
    noted.filters = filters or noted.filters
    for row in rows:
        noted.interactions[row.id] = None
        if row.patient and row.patient.identifier:
            noted.patients[row.patient.identifier] = None
    noted.patients |= dict.fromkeys(one for one in patients if one)
    noted.tenants |= dict.fromkeys(tenants)


def noted_of(request: HttpRequest) -> Noted:
    if not hasattr(request, "audit"):
        request.audit = Noted()  # type: ignore[attr-defined]  # ours
    return request.audit  # type: ignore[attr-defined, no-any-return]
