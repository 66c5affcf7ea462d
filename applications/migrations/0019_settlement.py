"""A short pool: the authority's choice, places in the queue, what a settlement gives, and what a case is to receive."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from applications import guards


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0018_share_required'),
    ]

    operations = [
        migrations.AddField(
            model_name='application',
            name='arranged_fen',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='安排额（分）'),
        ),
        migrations.AddField(
            model_name='application',
            name='arranged_reason',
            field=models.CharField(blank=True, max_length=400, verbose_name='资金安排说明'),
        ),
        migrations.AddField(
            model_name='pool',
            name='reserved_fen',
            field=models.BigIntegerField(default=0, verbose_name='已结算待公示（分）'),
        ),
        migrations.AddField(
            model_name='pool',
            name='shortfall_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='确定时间'),
        ),
        migrations.AddField(
            model_name='pool',
            name='shortfall_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='pool',
            name='shortfall_source',
            field=models.CharField(blank=True, max_length=200, null=True, verbose_name='办法依据'),
        ),
        migrations.AddField(
            model_name='poolwait',
            name='called_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='轮到时间'),
        ),
        migrations.AddField(
            model_name='poolwait',
            name='carried_from',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='carried_to', to='applications.poolwait', verbose_name='结转自'),
        ),
        migrations.AddField(
            model_name='poolwait',
            name='outcome',
            field=models.CharField(blank=True, max_length=12, verbose_name='结果'),
        ),
        migrations.AddField(
            model_name='poolwait',
            name='settled_fen',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='结算安排额（分）'),
        ),
        migrations.AddField(
            model_name='poolwait',
            name='settlement',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='waits', to='applications.settlement', verbose_name='批次结算'),
        ),
        migrations.AlterField(
            model_name='award',
            name='reason',
            field=models.CharField(blank=True, max_length=1000, verbose_name='核定理由'),
        ),
        migrations.AlterField(
            model_name='clockpause',
            name='reason',
            field=models.CharField(choices=[('correction', '补正'), ('expert', '专家评审'), ('money', '等待资金安排')], max_length=10, verbose_name='事由'),
        ),
        migrations.AddIndex(
            model_name='poolwait',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['pool', 'complete_at', 'id'], name='queue_of_pool'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('arranged_fen', None), ('arranged_reason', '')), models.Q(('arranged_fen__gt', 0), ('arranged_fen__isnull', False), ('arranged_fen__lte', models.F('proposed_fen')), ('proposed_fen__isnull', False), models.Q(('arranged_reason', ''), _negated=True)), _connector='OR'), name='application_arranged_within_the_proposal'),
        ),
        migrations.AddConstraint(
            model_name='pool',
            constraint=models.CheckConstraint(condition=models.Q(('reserved_fen__gte', 0), ('reserved_fen__lte', django.db.models.expressions.CombinedExpression(models.F('limit_fen'), '-', models.F('committed_fen')))), name='pool_promises_no_more_than_it_has'),
        ),
        migrations.AddConstraint(
            model_name='pool',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('shortfall_at__isnull', False), ('shortfall_by__isnull', False), ('shortfall_source__isnull', False)), models.Q(('shortfall_at__isnull', True), ('shortfall_by__isnull', True), ('shortfall_source__isnull', True)), _connector='OR'), name='pool_shortfall_source_complete'),
        ),
        migrations.AddConstraint(
            model_name='poolwait',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_fen__isnull', False), ('settlement__isnull', False)), models.Q(('settled_fen__isnull', True), ('settlement__isnull', True)), _connector='OR'), name='poolwait_settlement_complete'),
        ),
        migrations.AddConstraint(
            model_name='poolwait',
            constraint=models.CheckConstraint(condition=models.Q(('settled_fen', None), models.Q(('settled_fen__gte', 0), ('settled_fen__lte', models.F('amount_fen'))), _connector='OR'), name='wait_settled_within_its_claim'),
        ),
        migrations.AddConstraint(
            model_name='poolwait',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('outcome', '')), models.Q(('ended_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='wait_ends_with_an_outcome'),
        ),
        migrations.AddConstraint(
            model_name='settlement',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_at', None), ('dropped_at', None), _connector='OR'), name='settlement_confirmed_or_dropped'),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
