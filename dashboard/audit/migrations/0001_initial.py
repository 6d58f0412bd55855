from django.db import migrations, models

from dashboard.audit import triggers


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            "Entry",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tenant", models.CharField(max_length=40, blank=True)),
                ("number", models.BigIntegerField()),
                ("at", models.BigIntegerField()),
                ("user", models.BigIntegerField(null=True)),
                ("username", models.CharField(max_length=150, blank=True)),
                ("roles", models.CharField(max_length=60, blank=True)),
                ("kind", models.CharField(max_length=40)),
                ("action", models.CharField(max_length=1)),
                ("route", models.CharField(max_length=80, blank=True)),
                ("status", models.IntegerField()),
                ("outcome", models.CharField(max_length=20)),
                ("filters", models.TextField(blank=True)),
                ("interactions", models.TextField(blank=True)),
                ("patients", models.TextField(blank=True)),
                ("request_id", models.CharField(max_length=64, blank=True)),
                ("address", models.CharField(max_length=45, blank=True)),
                ("session", models.CharField(max_length=16, blank=True)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["tenant", "number"], name="audit_entry_once")],
                "indexes": [
                    models.Index(fields=["tenant", "at"], name="audit_by_time"),
                    models.Index(fields=["tenant", "username", "at"], name="audit_by_user"),
                    models.Index(fields=["tenant", "kind", "at"], name="audit_by_kind"),
                ],
            },
        ),
        migrations.CreateModel(
            "Subject",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tenant", models.CharField(max_length=40)),
                ("digest", models.CharField(max_length=32)),
                ("number", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["tenant", "digest", "number"], name="audit_subject_once")
                ]
            },
        ),
        migrations.CreateModel(
            "Head",
            [
                ("tenant", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("first", models.BigIntegerField(default=1)),
                ("before", models.CharField(max_length=64, blank=True)),
                ("number", models.BigIntegerField(default=0)),
                ("hash", models.CharField(max_length=64, blank=True)),
                ("signature", models.CharField(max_length=64, blank=True)),
            ],
        ),
        migrations.RunPython(
            lambda apps, schema_editor: triggers.create(schema_editor.connection),
            lambda apps, schema_editor: triggers.drop(schema_editor.connection),
        ),
    ]
