"""Ending all sessions of a user, and a cache in the database that all processes count failed sign-ins in."""

from django.core.management import call_command
from django.db import migrations, models

TABLE = "shared_cache"


def create_cache(apps, schema_editor):
    call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop_cache(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField("user", "sessions_ended", models.PositiveIntegerField(default=0, editable=False)),
        migrations.RunPython(create_cache, drop_cache),
    ]
