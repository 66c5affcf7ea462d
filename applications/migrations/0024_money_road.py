"""A wait for changed accounts, a case's money in two years' pools, and a batch that may lose a line before it is signed."""

from django.db import migrations, models
from django.db.models import Q

from applications import guards


class Migration(migrations.Migration):
    dependencies = [("applications", "0023_seal")]

    operations = [
        migrations.AddField(
            model_name="authority",
            name="account_wait_days",
            field=models.PositiveSmallIntegerField(
                default=5,
                help_text="有待拨付资金时变更收款账户，自法定代表人确认之日起算",
                verbose_name="收款账户变更等待期（工作日）",
            ),
        ),
        migrations.RemoveConstraint(model_name="commitment", name="one_live_commitment_per_case"),
        migrations.AddConstraint(
            model_name="commitment",
            constraint=models.UniqueConstraint(
                condition=~Q(state="released"),
                fields=("application", "pool"),
                name="one_live_commitment_per_case_and_pool",
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
