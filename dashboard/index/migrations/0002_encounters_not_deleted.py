"""A patient's number of encounters leaves the deleted ones out."""

from django.db import migrations, models

_TAKE = "UPDATE index_indexedpatient SET encounters = encounters - deleted WHERE deleted > 0"
_GIVE = "UPDATE index_indexedpatient SET encounters = encounters + deleted WHERE deleted > 0"
_CELLS = """
SELECT tenant_id, CASE WHEN encounters > 99999 THEN 99999 ELSE encounters END, gender,
       CASE WHEN open > 0 THEN 'open' ELSE '' END, COUNT(*)
FROM index_indexedpatient GROUP BY 1, 2, 3, 4
"""
_ADD = "INSERT INTO index_tally (tenant_id, axis, bucket, status, type, rows) VALUES (%s, 'p.encounters', %s, %s, %s, %s)"


def _count_again(schema_editor, change):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(change)
        cursor.execute("DELETE FROM index_tally WHERE axis = 'p.encounters'")
        cursor.execute(_CELLS)
        cells = [(tenant, f"{number:05}", *rest) for tenant, number, *rest in cursor.fetchall()]
        cursor.executemany(_ADD, cells)
        # What readers keep until something changes is wrong by now.
        cursor.execute("UPDATE index_tenantindex SET version = version + 1")


class Migration(migrations.Migration):
    dependencies = [("index", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: _count_again(schema_editor, _TAKE),
            lambda apps, schema_editor: _count_again(schema_editor, _GIVE),
        )
    ]
