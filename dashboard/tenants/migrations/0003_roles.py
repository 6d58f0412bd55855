"""Roles per tenant. Whoever kept names and index so far, as a member of the staff, goes on doing so."""

from django.db import migrations, models


def keep_admins(apps, schema_editor):
    apps.get_model("tenants", "Membership").objects.filter(user__is_staff=True).update(admin=True)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_circuit")]

    operations = [
        migrations.AddField(
            "membership", "clinician", models.BooleanField(default=True, help_text="Reads encounters and patients.")
        ),
        migrations.AddField(
            "membership",
            "exporter",
            models.BooleanField(default=False, help_text="May export the lists that a clinician reads."),
        ),
        migrations.AddField(
            "membership", "auditor", models.BooleanField(default=False, help_text="Reads the access log.")
        ),
        migrations.AddField(
            "membership",
            "admin",
            models.BooleanField(default=False, help_text="Keeps members, clinicians’ names and the index."),
        ),
        migrations.RunPython(keep_admins, migrations.RunPython.noop),
    ]
