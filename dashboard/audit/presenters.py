"""Entries in words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from dashboard.accounts.viewer import Viewer
from dashboard.audit.changed import read
from dashboard.audit.kinds import LABELS
from dashboard.audit.models import Entry
from dashboard.audit.reading import listed
from dashboard.listing import discretion, formatting
from dashboard.listing.controls import PATIENT, TEXT
from dashboard.listing.formatting import number
from dashboard.listing.sealed import Unsealable, unseal

OUTCOMES = {"shown": "Shown", "done": "Done", "refused": "Refused", "failed": "Failed"}
_SEALED = {PATIENT: "patient", TEXT: "search"}


@dataclass(frozen=True)
class LogRow:
    """One row of the table, and what stands behind “Details”."""

    time: str
    user: str
    roles: str
    kind: str
    shown: str
    outcome: str
    is_refused: bool
    address: str
    filters: str
    change: str
    patients: list[str]
    interactions: list[str]
    request_id: str
    session: str
    number: str


def present(entry: Entry, viewer: Viewer) -> LogRow:
    patients, interactions = listed(entry.patients), listed(entry.interactions)
    return LogRow(
        time=formatting.time_element(moment(entry), viewer, formatting.moment_to_the_second),
        user=entry.username or "Not signed in",
        roles=entry.roles,
        kind=LABELS.get(entry.kind, entry.kind),
        shown=_shown(len(interactions), len(patients)),
        outcome=OUTCOMES.get(entry.outcome, entry.outcome),
        is_refused=entry.outcome in ("refused", "failed"),
        address=entry.address,
        filters="" if read(entry.filters) else _filters(entry, viewer),
        change=change(entry),
        patients=[discretion.identifier(patient, viewer) for patient in patients],
        interactions=interactions,
        request_id=entry.request_id,
        session=entry.session,
        number=number(entry.number),
    )


def change(entry: Entry) -> str:
    """Whose rights were changed, and how."""
    told = read(entry.filters)
    if not told:
        return ""
    rights = [f"{told['before']} → {told.get('after', '')}"] if "before" in told else []
    who = f"{told['member']} (account {told['account']})" if "account" in told else told["member"]
    return "; ".join([who, *rights, *([told["what"]] if "what" in told else [])])


def moment(entry: Entry) -> datetime:
    return datetime.fromtimestamp(entry.at / 1_000_000, UTC)


def _shown(interactions: int, patients: int) -> str:
    parts = []
    if interactions:
        parts.append("1 encounter" if interactions == 1 else f"{number(interactions)} encounters")
    if patients:
        parts.append("1 patient" if patients == 1 else f"{number(patients)} patients")
    return ", ".join(parts)


def _filters(entry: Entry, viewer: Viewer) -> str:
    """The filters with their sealed values opened, as long as they can be."""
    return "; ".join(
        f"{_SEALED.get(name, name)}: {_value(entry, name, value, viewer)}" for name, value in parse_qsl(entry.filters)
    )


def _value(entry: Entry, name: str, value: str, viewer: Viewer) -> str:
    if name not in _SEALED:
        return value
    try:
        opened = unseal(entry.tenant, name, value)
    except Unsealable:
        return "(sealed, and too old to be opened)"
    if name == PATIENT:
        return discretion.identifier(opened, viewer)
    return "hidden" if viewer.discreet else opened
