"""Triggers again: the tables of the desk join, and SQLite has dropped those of the tables it rewrote."""

from django.db import migrations

from applications import guards


class Migration(migrations.Migration):
    dependencies = [("applications", "0003_desk")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        )
    ]
