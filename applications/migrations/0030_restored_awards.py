"""An award that an appeal gives back stands again: over the limit of its pool where it has to, and with its letters."""

from django.db import migrations, models
from django.db.models import F, Q

from applications import guards


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0029_recovery_pages"),
    ]

    operations = [
        migrations.AddField(
            model_name="pool",
            name="over_fen",
            field=models.BigIntegerField(default=0, verbose_name="超额占用（分）"),
        ),
        migrations.RemoveConstraint(model_name="pool", name="pool_never_exceeded"),
        migrations.RemoveConstraint(model_name="pool", name="pool_promises_no_more_than_it_has"),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.CheckConstraint(
                name="pool_never_exceeded",
                condition=Q(
                    paid_fen__gte=0,
                    paid_fen__lte=F("committed_fen"),
                    committed_fen__lte=F("limit_fen") + F("over_fen"),
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.CheckConstraint(
                name="pool_promises_no_more_than_it_has",
                condition=Q(
                    reserved_fen__gte=0, reserved_fen__lte=F("limit_fen") + F("over_fen") - F("committed_fen")
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.CheckConstraint(
                name="pool_over_by_what_exceeds_it",
                condition=Q(over_fen=0)
                | Q(over_fen__gt=0, over_fen=F("committed_fen") + F("reserved_fen") - F("limit_fen")),
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
