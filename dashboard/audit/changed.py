"""What an entry tells of somebody's rights: whose, before and after; where other entries have their filters."""

from urllib.parse import parse_qsl, urlencode

from dashboard.tenants.rights import Change

MEMBER = "member"
LONGEST = 1_000  # letters of the rights before, and of those after


def written(change: Change) -> str:
    told = {
        MEMBER: change.member,
        "account": str(change.account),
        "what": change.what,
        "before": change.before[:LONGEST],
        "after": change.after[:LONGEST],
    }
    return urlencode({name: value for name, value in told.items() if value or name == MEMBER})


def read(filters: str) -> dict[str, str]:
    """What :func:`written` wrote; empty for an entry about anything else."""
    told = dict(parse_qsl(filters, keep_blank_values=True))
    return told if MEMBER in told else {}
