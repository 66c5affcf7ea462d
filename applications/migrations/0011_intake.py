"""Promises count once accepted, late files are used once admitted, a restriction has its paper; triggers again."""

from django.db import migrations, models

from applications import guards


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0010_ledger"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="restriction",
            name="restriction_has_a_basis",
        ),
        migrations.AddConstraint(
            model_name="lateadmission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("application", None), models.Q(("admitted", True), ("admitted__isnull", False)), _connector="OR"
                ),
                name="late_admission_used_when_admitted",
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accepted_at__isnull", False), models.Q(("broken_at", None), ("kept_at", None)), _connector="OR"
                ),
                name="promise_counts_once_accepted",
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("basis", ""), _negated=True), models.Q(("paper", ""), _negated=True)),
                name="restriction_has_a_basis",
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
