"""Which assigned users a tenant's encounters have."""

from collections.abc import Mapping

from django.db import connection

from dashboard.index import axes
from dashboard.index.reading.kept import until_changed


def encounters_by_clinician(tenant: str) -> Mapping[str, int]:
    """How many encounters each assigned user has, by id; encounters without one are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.bucket, SUM(c.rows) FROM index_tally c JOIN index_tenantindex t ON t.id = c.tenant_id "
            "WHERE t.slug = %s AND c.axis = %s AND c.bucket <> '' GROUP BY c.bucket ORDER BY c.bucket",
            [tenant, axes.ASSIGNED],
        )
        return {bucket: int(rows) for bucket, rows in cursor.fetchall()}


def frequent(tenant: int, most: int = 50) -> tuple[str, ...]:
    """The assigned users with the most encounters, each with one in a thousand at least. Where nobody is assigned, an
    API makes up a user for each interaction: nobody could choose from all of them."""
    return until_changed(tenant, ("frequent", most), lambda: _frequent(tenant, most))


def _frequent(tenant: int, most: int) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bucket FROM index_tally WHERE tenant_id = %s AND axis = %s AND bucket <> '' GROUP BY bucket "
            "HAVING SUM(rows) * 1000 >= (SELECT t.rows FROM index_tenantindex t WHERE t.id = %s) "
            "ORDER BY SUM(rows) DESC, bucket LIMIT %s",
            [tenant, axes.ASSIGNED, tenant, most],
        )
        return tuple(bucket for (bucket,) in cursor.fetchall())
