"""Triggers again: approvals, bands and digests join."""

from django.db import migrations

from applications import guards


class Migration(migrations.Migration):
    dependencies = [("applications", "0006_decision")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        )
    ]
