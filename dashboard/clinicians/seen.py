"""Which assigned-user ids the encounters of a tenant hold. The index knows; without one, nobody does."""

from collections.abc import Mapping

from dashboard.index.reading.clinicians import encounters_by_clinician
from dashboard.tenants.registry import Tenant


def seen(tenant: Tenant) -> Mapping[str, int]:
    """The number of encounters by assigned-user id; empty where the tenant has no index."""
    if not tenant.config.index:
        return {}
    counted = encounters_by_clinician(tenant.slug)
    return {key: encounters for key, encounters in counted.items() if key and encounters}
