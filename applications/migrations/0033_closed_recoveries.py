"""A recovery case that was closed is led on where the party goes to court after all, and so are its letters."""

from django.db import migrations

from applications import guards


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0032_payer_confirmed"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
