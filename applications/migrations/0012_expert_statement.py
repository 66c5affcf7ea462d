"""No conclusion of an expert without the statement about an interest: as it was, NULL let the CHECK pass."""

from django.db import migrations, models

from applications import guards


class Migration(migrations.Migration):
    dependencies = [("applications", "0011_intake")]

    operations = [
        migrations.RemoveConstraint(model_name="expertopinion", name="expert_with_an_interest_gives_no_opinion"),
        migrations.AddConstraint(
            model_name="expertopinion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("conclusion", ""), ("no_interest__isnull", True)),
                    models.Q(
                        ("conclusion__in", ["support", "conditional", "oppose"]),
                        ("no_interest", True),
                        ("no_interest__isnull", False),
                    ),
                    models.Q(("conclusion", "recused"), ("no_interest", False), ("no_interest__isnull", False)),
                    _connector="OR",
                ),
                name="expert_with_an_interest_gives_no_opinion",
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
