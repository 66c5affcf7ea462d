"""How much of a carry-over came without money is kept; the public display of a closed recovery case may end early."""

from django.db import migrations, models

from applications import guards


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0001_squashed_0033'),
    ]

    operations = [
        migrations.AddField(
            model_name='carryover',
            name='unfunded_fen',
            field=models.BigIntegerField(default=0, verbose_name='其中超额占用（分）'),
        ),
        migrations.AddConstraint(
            model_name='carryover',
            constraint=models.CheckConstraint(condition=models.Q(('unfunded_fen__gte', 0), ('unfunded_fen__lte', models.F('amount_fen'))), name='carry_over_unfunded_within'),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
