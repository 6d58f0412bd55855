from typing import Any

from django.db import migrations

from dashboard.audit import triggers
from dashboard.audit.writing import append, beginning


def guard(apps: Any, schema_editor: Any) -> None:
    """The ends of chains get triggers too, and the chain of no tenant tells of those that began before it did."""
    triggers.drop(schema_editor.connection)
    triggers.create(schema_editor.connection)
    heads = apps.get_model("audit", "Head").objects.using(schema_editor.connection.alias)
    for tenant in heads.exclude(tenant="").order_by("tenant").values_list("tenant", flat=True):
        append(beginning(tenant))


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
