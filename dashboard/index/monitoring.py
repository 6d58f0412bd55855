"""What a program may want to know about the indexes, and what is stored though it should not be."""

from dashboard.index import overview, upkeep
from dashboard.index.models import TenantIndex
from dashboard.index.state import OLD, IndexState
from dashboard.tenants import circuit
from dashboard.tenants.registry import Tenant, registry


def record(tenant: Tenant, index: IndexState | None) -> dict[str, object]:
    """One tenant's index; plain values, times as ISO 8601."""
    trouble = circuit.trouble(tenant.slug)
    found: dict[str, object] = {
        "tenant": tenant.slug,
        "index": "on" if tenant.config.index else "off",
        "problem": overview.problem(index) if tenant.config.index else "",
        "circuit": "open" if trouble is not None and trouble.is_open else "closed",
    }
    if index is None:
        return found
    return found | {
        "stage": index.stage,
        "rows": index.rows,
        "expected": index.expected,
        "share": round(index.share, 4),
        "patients": index.patients,
        "as_of": index.as_of.isoformat() if index.as_of else None,
        "age_seconds": round(index.age, 1) if index.as_of else None,
        "stale": index.is_complete and index.age > OLD,
        "failing": index.failures >= overview.FAILING,
        "failures": index.failures,
        "last_error": index.last_error,
        "last_error_at": index.last_error_at.isoformat() if index.last_error_at else None,
        "verified": index.verified.isoformat() if index.verified else None,
        "waiting": index.waiting,
        "calls": index.calls,
        "holder": index.holder,
    }


def held_in_vain() -> dict[str, int]:
    """Encounters that are stored for tenants which have no index by the settings: it is off, or the tenant is gone."""
    known = registry()
    stored = TenantIndex.objects.filter(rows__gt=0).order_by("slug").values_list("slug", "rows")
    return {slug: rows for slug, rows in stored if not (slug in known and known[slug].config.index)}


def in_vain(slug: str, rows: int) -> str:
    """What to do about one of them, in words."""
    if slug.startswith(upkeep.GIVEN_UP):
        return f"{rows:,} encounters of an index that was given up are still there: manage.py index purge"
    return f"{slug} has no index by the settings, but {rows:,} encounters are stored: manage.py index purge {slug}"
