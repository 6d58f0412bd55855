"""What a view tells the access log about its answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.http import HttpRequest

from corti_gateway.models import Interaction

if TYPE_CHECKING:
    # It asks tables, which are not there yet when Django loads this package.
    from dashboard.tenants.rights import Change


@dataclass
class Noted:
    """What one answer shows: encounters by Corti's id, patients by identifier; ``filters`` as in the address, so with
    its values sealed; ``changes``: of whose rights, and where. ``reached``: the view was asked, so that nothing before
    it has refused the request."""

    reached: bool = False
    kind: str = ""
    filters: str = ""
    changes: "list[Change]" = field(default_factory=list)
    interactions: dict[str, None] = field(default_factory=dict)
    patients: dict[str, None] = field(default_factory=dict)


def note(
    request: HttpRequest,
    *,
    kind: str = "",
    filters: str = "",
    rows: Iterable[Interaction] = (),
    patients: Iterable[str | None] = (),
    changes: "Iterable[Change]" = (),
) -> None:
    """Say what the answer shows: encounters with their patients, and other patients; or what it has changed about
    whose rights. A view may say it bit by bit."""
    noted = noted_of(request)
    noted.kind = kind or noted.kind
    noted.filters = filters or noted.filters
    for row in rows:
        noted.interactions[row.id] = None
        if row.patient and row.patient.identifier:
            noted.patients[row.patient.identifier] = None
    noted.patients |= dict.fromkeys(one for one in patients if one)
    noted.changes += changes


def noted_of(request: HttpRequest) -> Noted:
    if not hasattr(request, "audit"):
        request.audit = Noted()  # type: ignore[attr-defined]  # ours
    return request.audit  # type: ignore[attr-defined, no-any-return]
