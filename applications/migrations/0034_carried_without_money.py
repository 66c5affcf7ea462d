"""What stands over the limit of a pool is carried without money; how much of a carry-over that is, is kept."""

from django.db import migrations, models


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
    ]
