"""The ledger of papers: whose number a number is, the month or day it is counted by, papers shown once more."""

from django.db import migrations, models

from applications import guards


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0009_inquiry"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="evidenceitem",
            name="one_item_per_identity",
        ),
        migrations.RemoveConstraint(
            model_name="evidenceuse",
            name="proof_once_per_clause_and_object",
        ),
        migrations.RemoveConstraint(
            model_name="evidenceuse",
            name="use_amount_by_purpose",
        ),
        migrations.AddField(
            model_name="evidenceitem",
            name="period",
            field=models.CharField(blank=True, max_length=10, verbose_name="期间"),
        ),
        migrations.AddField(
            model_name="evidenceitem",
            name="scope",
            field=models.CharField(blank=True, max_length=200, verbose_name="归属"),
        ),
        migrations.AddField(
            model_name="evidenceuse",
            name="again",
            field=models.BooleanField(default=False, verbose_name="再次出示"),
        ),
        migrations.AddConstraint(
            model_name="evidenceitem",
            constraint=models.UniqueConstraint(
                fields=("kind", "number", "scope", "period", "side"), name="one_item_per_identity"
            ),
        ),
        migrations.AddConstraint(
            model_name="evidenceuse",
            constraint=models.UniqueConstraint(
                condition=models.Q(("again", False), ("purpose", "proof"), ("released_at", None)),
                fields=("item", "clause", "subject_key"),
                name="proof_once_per_clause_and_object",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidenceuse",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at", None)),
                fields=("item", "application"),
                name="one_live_use_per_case_and_item",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidenceuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("again", False), ("amount__gt", 0), ("purpose", "base")),
                    models.Q(("amount", 0), ("purpose", "proof")),
                    _connector="OR",
                ),
                name="use_amount_by_purpose",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="evidenceitem",
            name="item_never_used_beyond_its_total",
        ),
        migrations.AddConstraint(
            model_name="evidenceitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("used__gte", 0),
                    models.Q(
                        models.Q(("total", None), ("used", 0)),
                        models.Q(("total__isnull", False), ("used__lte", models.F("total"))),
                        _connector="OR",
                    ),
                ),
                name="item_never_used_beyond_its_total",
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
