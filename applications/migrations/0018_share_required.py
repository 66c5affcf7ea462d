"""A payment names the share it pays; the triggers stand again."""

import django.db.models.deletion
from django.db import migrations, models

from applications import guards


class Migration(migrations.Migration):
    dependencies = [("applications", "0017_first_shares")]

    operations = [
        migrations.AlterField(
            model_name="payment",
            name="share",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="applications.payershare"
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
