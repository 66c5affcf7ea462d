"""An expert with an account answers in person; answered opinions and closed joint reviews are never edited."""

from django.db import migrations, models

from applications import guards


class Migration(migrations.Migration):
    dependencies = [("applications", "0008_clocks")]

    operations = [
        migrations.AddConstraint(
            model_name="expertopinion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expert", None), ("answered_by", None), ("answered_by", models.F("expert")), _connector="OR"
                ),
                name="expert_with_an_account_answers_in_person",
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
