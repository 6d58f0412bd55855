"""Memberships that the OpenID provider gave, to be told from those given by hand."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_roles")]

    operations = [
        migrations.AddField(
            "membership",
            "provided",
            models.BooleanField(default=False, editable=False, verbose_name="from the provider"),
        )
    ]
