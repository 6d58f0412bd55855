"""The axes along which rows are counted, each cut into buckets in the order of a sort.

A sum of cells is a total; running sums say in which bucket the row of a page begins, so that a deep page costs no more
than the first. Buckets are texts that sort like the values they stand for.
"""

from dashboard.index.moments import NEVER, WEEK
from dashboard.index.rows import Row

ALL = "all"
CREATED, STARTED, UPDATED, CLOSED = "created", "started", "updated", "closed"
ASSIGNED, KEY, DURATION, PATIENT = "assigned", "key", "duration", "patient"
# Patients have axes of their own; their cells hold the sex as status, and "open" or "" as type.
P_ALL, P_NAME, P_SEEN, P_BIRTH, P_ENCOUNTERS = "p.all", "p.name", "p.seen", "p.birth", "p.encounters"
OPEN = "open"

LAST = "\U0010ffff"
STEP = 300  # seconds of a duration
_WEEKS = [f"{week:05}" for week in range(20_000)]
_LAST_WEEK = len(_WEEKS) - 1

# One number of the tally: (axis, bucket, status, type). A plain tuple, as many are made of every row.
Cell = tuple[str, str, str, str]


def week(moment: int) -> str:
    """The bucket of a moment."""
    if moment == NEVER:
        return LAST
    number = moment // WEEK
    return _WEEKS[number if 0 <= number <= _LAST_WEEK else 0 if number < 0 else _LAST_WEEK]


def week_begins(bucket: str) -> int:
    """The first moment of a bucket."""
    return int(bucket) * WEEK


def duration(seconds: int) -> str:
    return LAST if seconds == NEVER else f"{min(seconds // STEP, 99_999):05}"


def duration_begins(bucket: str) -> int:
    return int(bucket) * STEP


def name(sort_name: str) -> str:
    """The bucket of a folded name: its first two letters."""
    return sort_name[:2]


def key(interaction: str) -> str:
    return interaction[:2]


def cells(row: Row) -> tuple[Cell, ...]:
    """The cells that an interaction is counted in, but for the patient's, which moves with the patient's name."""
    status, kind = row.status, row.type
    return (
        (ALL, "", status, kind),
        (CREATED, week(row.created), status, kind),
        (STARTED, week(row.started), status, kind),
        (UPDATED, week(row.updated), status, kind),
        (CLOSED, week(row.closed), status, kind),
        (ASSIGNED, row.assigned, status, kind),
        (KEY, key(row.key), status, kind),
        (DURATION, duration(row.duration), status, kind),
    )


def patient_cell(sort_name: str | None, status: str) -> Cell:
    """Where an encounter is counted under its patient's name; those without a patient come last."""
    return PATIENT, LAST if sort_name is None else name(sort_name), status, ""


def patient_cells(
    sort_name: str, last_seen: int, birth: str, encounters: int, gender: str, *, is_open: bool
) -> tuple[Cell, ...]:
    """The cells that a patient is counted in."""
    kind = OPEN if is_open else ""
    return (
        (P_ALL, "", gender, kind),
        (P_NAME, name(sort_name), gender, kind),
        (P_SEEN, seen(last_seen), gender, kind),
        (P_BIRTH, birth[:4], gender, kind),
        (P_ENCOUNTERS, f"{min(encounters, 99_999):05}", gender, kind),
    )


def seen(last_seen: int) -> str:
    """The bucket of a patient's last encounter; "" for one that was never seen."""
    return "" if last_seen < 0 else week(last_seen)
