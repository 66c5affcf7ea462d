"""Money's road to the bank: accounts that are checked, payers and shares, batches, results, the close of a year."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import applications.models.account
import applications.models.payment
import applications.models.shapes
from applications import guards


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0015_publicity'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('passed', models.BooleanField(verbose_name='核对无误')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='核对说明')),
                ('checked_at', models.DateTimeField(verbose_name='核对时间')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='复核时间')),
                ('dropped_at', models.DateTimeField(blank=True, null=True, verbose_name='退回时间')),
            ],
            options={
                'verbose_name': '账户核对',
                'verbose_name_plural': '账户核对',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='CarryOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_fen', models.BigIntegerField(verbose_name='金额（分）')),
            ],
            options={
                'verbose_name': '结转',
                'verbose_name_plural': '结转',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Payer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='支付单位')),
                ('budget_unit', models.CharField(blank=True, max_length=100, verbose_name='预算单位')),
                ('subject', models.CharField(blank=True, help_text='功能分类和政府预算经济分类科目', max_length=100, verbose_name='支出科目')),
                ('standard', models.BooleanField(default=False, verbose_name='默认')),
                ('entered_at', models.DateTimeField(blank=True, null=True, verbose_name='录入时间')),
                ('replaced_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
            ],
            options={
                'verbose_name': '支付单位',
                'verbose_name_plural': '支付单位',
                'ordering': ['-standard', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='PayerShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_fen', models.BigIntegerField(verbose_name='金额（分）')),
            ],
            options={
                'verbose_name': '分担',
                'verbose_name_plural': '分担',
                'ordering': ['instalment_id', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='PaymentBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年份')),
                ('sequence', models.PositiveIntegerField(verbose_name='顺序号')),
                ('number', models.CharField(max_length=60, verbose_name='批次号')),
                ('count', models.PositiveIntegerField(verbose_name='笔数')),
                ('amount_fen', models.BigIntegerField(help_text='扣除抵扣后的实付合计', verbose_name='金额（分）')),
                ('purpose', models.CharField(max_length=100, verbose_name='用途')),
                ('prepared_at', models.DateTimeField(verbose_name='编制时间')),
                ('countersigned_at', models.DateTimeField(blank=True, null=True, verbose_name='复核时间')),
                ('dropped_at', models.DateTimeField(blank=True, null=True, verbose_name='退回时间')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='退回理由')),
                ('csv_file', models.FileField(blank=True, storage=applications.models.shapes.private_storage, upload_to=applications.models.payment.batch_file_path, verbose_name='支付文件（CSV）')),
                ('csv_sha256', models.CharField(blank=True, max_length=64, verbose_name='CSV摘要')),
                ('xlsx_file', models.FileField(blank=True, storage=applications.models.shapes.private_storage, upload_to=applications.models.payment.batch_file_path, verbose_name='支付文件（XLSX）')),
                ('xlsx_sha256', models.CharField(blank=True, max_length=64, verbose_name='XLSX摘要')),
                ('made_at', models.DateTimeField(blank=True, null=True, verbose_name='文件生成时间')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='完成时间')),
            ],
            options={
                'verbose_name': '拨付批次',
                'verbose_name_plural': '拨付批次',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Recheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('passed', models.BooleanField(verbose_name='仍符合条件')),
                ('findings', models.TextField(max_length=2000, verbose_name='再核情况')),
                ('checked_at', models.DateTimeField(verbose_name='再核时间')),
            ],
            options={
                'verbose_name': '再核',
                'verbose_name_plural': '再核',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='ResultFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(storage=applications.models.shapes.private_storage, upload_to=applications.models.payment.result_file_path, verbose_name='文件')),
                ('original_name', models.CharField(max_length=200, verbose_name='文件名')),
                ('sha256', models.CharField(max_length=64, verbose_name='摘要')),
                ('imported_at', models.DateTimeField(verbose_name='读入时间')),
            ],
            options={
                'verbose_name': '支付结果',
                'verbose_name_plural': '支付结果',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='ResultLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='行号')),
                ('outcome', models.CharField(choices=[('paid', '已支付'), ('returned', '退票'), ('wrong_amount', '金额不符'), ('unknown', '批次中没有此笔'), ('twice', '重复'), ('unreadable', '不能识别')], max_length=12, verbose_name='结果')),
                ('said', models.JSONField(verbose_name='原文')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='说明')),
            ],
            options={
                'verbose_name': '支付结果行',
                'verbose_name_plural': '支付结果行',
                'ordering': ['result_id', 'row'],
            },
        ),
        migrations.CreateModel(
            name='SetOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_fen', models.BigIntegerField(verbose_name='抵扣总额（分）')),
                ('basis', models.CharField(max_length=200, verbose_name='依据')),
                ('paper', models.CharField(max_length=200, verbose_name='依据文件')),
                ('entered_at', models.DateTimeField(verbose_name='录入时间')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='确认时间')),
                ('dropped_at', models.DateTimeField(blank=True, null=True, verbose_name='撤下时间')),
            ],
            options={
                'verbose_name': '抵扣',
                'verbose_name_plural': '抵扣',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='SetOffUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_fen', models.BigIntegerField(verbose_name='金额（分）')),
            ],
            options={
                'verbose_name': '抵扣使用',
                'verbose_name_plural': '抵扣使用',
            },
        ),
        migrations.CreateModel(
            name='YearClose',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('summary', models.JSONField(verbose_name='结账数据')),
                ('summary_sha256', models.CharField(max_length=64, verbose_name='结账数据摘要')),
                ('paper', models.CharField(max_length=200, verbose_name='依据文件')),
                ('closed_at', models.DateTimeField(verbose_name='提出时间')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='确认时间')),
                ('dropped_at', models.DateTimeField(blank=True, null=True, verbose_name='撤下时间')),
            ],
            options={
                'verbose_name': '年终结账',
                'verbose_name_plural': '年终结账',
                'ordering': ['-year', '-pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='payment',
            name='payment_state_matches_review',
        ),
        migrations.RemoveConstraint(
            model_name='payment',
            name='instalment_is_paid_once',
        ),
        migrations.AddField(
            model_name='bankaccount',
            name='confirmed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='法定代表人确认时间'),
        ),
        migrations.AddField(
            model_name='bankaccount',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bankaccount',
            name='line_number',
            field=models.CharField(blank=True, help_text='开户银行的12位支付系统行号', max_length=12, verbose_name='行号'),
        ),
        migrations.AddField(
            model_name='bankaccount',
            name='proof',
            field=models.FileField(blank=True, storage=applications.models.shapes.private_storage, upload_to=applications.models.account.proof_path, verbose_name='账户证明'),
        ),
        migrations.AddField(
            model_name='bankaccount',
            name='proof_name',
            field=models.CharField(blank=True, max_length=200, verbose_name='证明文件名'),
        ),
        migrations.AddField(
            model_name='bankaccount',
            name='proof_sha256',
            field=models.CharField(blank=True, max_length=64, verbose_name='证明摘要'),
        ),
        migrations.AddField(
            model_name='bankaccount',
            name='usable_from',
            field=models.DateTimeField(blank=True, null=True, verbose_name='可以收款的时间'),
        ),
        migrations.AddField(
            model_name='instalment',
            name='due_on',
            field=models.DateField(blank=True, null=True, verbose_name='最早拨付日期'),
        ),
        migrations.AddField(
            model_name='payment',
            name='line',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='批次行号'),
        ),
        migrations.AddField(
            model_name='payment',
            name='released_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='退票处理时间'),
        ),
        migrations.AddField(
            model_name='payment',
            name='return_reason',
            field=models.CharField(blank=True, max_length=200, verbose_name='退票原因'),
        ),
        migrations.AddField(
            model_name='payment',
            name='returned_on',
            field=models.DateField(blank=True, null=True, verbose_name='退票日期'),
        ),
        migrations.AddField(
            model_name='payment',
            name='set_off_fen',
            field=models.BigIntegerField(default=0, verbose_name='抵扣（分）'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='paid_on',
            field=models.DateField(blank=True, null=True, verbose_name='拨付日期'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='state',
            field=models.CharField(choices=[('prepared', '批次待复核'), ('sent', '已送付'), ('recorded', '待复核'), ('confirmed', '已拨付'), ('rejected', '已驳回'), ('returned', '已退票')], default='recorded', max_length=10, verbose_name='状态'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='voucher_number',
            field=models.CharField(blank=True, max_length=60, verbose_name='支付凭证号'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('proof', ''), ('proof_name', ''), ('proof_sha256', '')), models.Q(models.Q(('proof', ''), _negated=True), models.Q(('proof_sha256', ''), _negated=True)), _connector='OR'), name='account_proof_complete'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), _connector='OR'), name='bankaccount_confirmed_by_complete'),
        ),
        migrations.AddField(
            model_name='accountcheck',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='applications.bankaccount'),
        ),
        migrations.AddField(
            model_name='accountcheck',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='account_checks', to='applications.authority'),
        ),
        migrations.AddField(
            model_name='accountcheck',
            name='checked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='accountcheck',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='carryover',
            name='application',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='carried', to='applications.application', verbose_name='申报件'),
        ),
        migrations.AddField(
            model_name='carryover',
            name='source',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='carried_out', to='applications.pool'),
        ),
        migrations.AddField(
            model_name='carryover',
            name='target',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='carried_in', to='applications.pool'),
        ),
        migrations.AddField(
            model_name='payer',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payers', to='applications.authority'),
        ),
        migrations.AddField(
            model_name='payer',
            name='entered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payershare',
            name='instalment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='applications.instalment'),
        ),
        migrations.AddField(
            model_name='payershare',
            name='payer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='applications.payer'),
        ),
        migrations.AddField(
            model_name='payment',
            name='share',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='applications.payershare'),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_batches', to='applications.authority'),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='countersigned_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='dropped_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='payer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='applications.payer'),
        ),
        migrations.AddField(
            model_name='paymentbatch',
            name='prepared_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payment',
            name='batch',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='applications.paymentbatch'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['batch', 'line'], name='payments_of_batch'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('batch__isnull', False), ('line__isnull', False)), models.Q(('batch__isnull', True), ('line__isnull', True)), _connector='OR'), name='payment_batch_complete'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('set_off_fen__gte', 0), ('set_off_fen__lte', models.F('amount_fen'))), name='payment_set_off_within_amount'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('state__in', ['recorded', 'prepared'])), models.Q(('confirmed_at__isnull', False), ('state__in', ['confirmed', 'rejected', 'sent', 'returned'])), _connector='OR'), name='payment_state_matches_review'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('batch__isnull', False), ('state__in', ['prepared', 'sent', 'rejected', 'returned'])), models.Q(('paid_on__isnull', False), models.Q(('voucher_number', ''), _negated=True)), _connector='OR'), name='payment_in_batch_or_with_voucher'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['prepared', 'sent']), _negated=True), ('batch__isnull', False), _connector='OR'), name='payment_batch_states_have_a_batch'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('return_reason', ''), ('returned_on', None)), models.Q(('state', 'returned'), models.Q(('return_reason', ''), _negated=True)), _connector='OR'), name='payment_returned_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['rejected', 'returned']), _negated=True), fields=('share',), name='share_is_paid_once'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(fields=('batch', 'line'), name='one_payment_per_batch_line'),
        ),
        migrations.AddField(
            model_name='recheck',
            name='checked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.caseduty'),
        ),
        migrations.AddField(
            model_name='recheck',
            name='instalment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rechecks', to='applications.instalment'),
        ),
        migrations.AddField(
            model_name='resultfile',
            name='batch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='applications.paymentbatch'),
        ),
        migrations.AddField(
            model_name='resultfile',
            name='imported_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='resultline',
            name='payment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='results', to='applications.payment'),
        ),
        migrations.AddField(
            model_name='resultline',
            name='result',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='applications.resultfile'),
        ),
        migrations.AddField(
            model_name='setoff',
            name='applicant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='set_offs', to='applications.applicant'),
        ),
        migrations.AddField(
            model_name='setoff',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='set_offs', to='applications.authority'),
        ),
        migrations.AddField(
            model_name='setoff',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='setoff',
            name='entered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='setoffuse',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='set_offs', to='applications.payment'),
        ),
        migrations.AddField(
            model_name='setoffuse',
            name='set_off',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='applications.setoff'),
        ),
        migrations.AddField(
            model_name='yearclose',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='year_closes', to='applications.authority'),
        ),
        migrations.AddField(
            model_name='yearclose',
            name='closed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='yearclose',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='carryover',
            name='close',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='carried', to='applications.yearclose'),
        ),
        migrations.AddConstraint(
            model_name='accountcheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), _connector='OR'), name='accountcheck_confirmed_by_complete'),
        ),
        migrations.AddConstraint(
            model_name='accountcheck',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('checked_by')), _negated=True), _connector='OR'), name='account_confirmed_by_another'),
        ),
        migrations.AddConstraint(
            model_name='accountcheck',
            constraint=models.CheckConstraint(condition=models.Q(('passed', True), models.Q(('note', ''), _negated=True), _connector='OR'), name='account_found_wrong_with_note'),
        ),
        migrations.AddConstraint(
            model_name='accountcheck',
            constraint=models.UniqueConstraint(condition=models.Q(('dropped_at', None)), fields=('account', 'authority'), name='one_live_check_per_account_and_authority'),
        ),
        migrations.AddConstraint(
            model_name='payer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('entered_at__isnull', False), ('entered_by__isnull', False)), models.Q(('entered_at__isnull', True), ('entered_by__isnull', True)), _connector='OR'), name='payer_entered_by_complete'),
        ),
        migrations.AddConstraint(
            model_name='payer',
            constraint=models.UniqueConstraint(condition=models.Q(('replaced_at', None)), fields=('authority', 'name'), name='one_payer_in_use_per_name'),
        ),
        migrations.AddConstraint(
            model_name='payer',
            constraint=models.UniqueConstraint(condition=models.Q(('replaced_at', None), ('standard', True)), fields=('authority',), name='one_standard_payer_per_authority'),
        ),
        migrations.AddConstraint(
            model_name='payershare',
            constraint=models.UniqueConstraint(fields=('instalment', 'payer'), name='one_share_per_instalment_and_payer'),
        ),
        migrations.AddConstraint(
            model_name='payershare',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='payer_share_positive'),
        ),
        migrations.AddIndex(
            model_name='paymentbatch',
            index=models.Index(fields=['authority', '-id'], name='payment_batches_newest'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('countersigned_at__isnull', False), ('countersigned_by__isnull', False)), models.Q(('countersigned_at__isnull', True), ('countersigned_by__isnull', True)), _connector='OR'), name='paymentbatch_countersigned_by_complete'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('dropped_at__isnull', False), ('dropped_by__isnull', False)), models.Q(('dropped_at__isnull', True), ('dropped_by__isnull', True)), _connector='OR'), name='paymentbatch_dropped_by_complete'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.UniqueConstraint(fields=('authority', 'year', 'sequence'), name='one_payment_batch_per_number'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(('countersigned_by', None), models.Q(('countersigned_by', models.F('prepared_by')), _negated=True), _connector='OR'), name='payment_batch_countersigned_by_another'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(('countersigned_at', None), ('dropped_at', None), _connector='OR'), name='payment_batch_countersigned_or_dropped'),
        ),
        migrations.AddConstraint(
            model_name='paymentbatch',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gte', 0), ('count__gt', 0)), name='payment_batch_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='recheck',
            constraint=models.CheckConstraint(condition=models.Q(('findings', ''), _negated=True), name='recheck_says_what_was_found'),
        ),
        migrations.AddConstraint(
            model_name='resultfile',
            constraint=models.UniqueConstraint(fields=('batch', 'sha256'), name='one_result_per_file'),
        ),
        migrations.AddConstraint(
            model_name='resultline',
            constraint=models.UniqueConstraint(fields=('result', 'row'), name='one_result_line_per_row'),
        ),
        migrations.AddConstraint(
            model_name='setoff',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), _connector='OR'), name='setoff_confirmed_by_complete'),
        ),
        migrations.AddConstraint(
            model_name='setoff',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('entered_by')), _negated=True), _connector='OR'), name='set_off_confirmed_by_another'),
        ),
        migrations.AddConstraint(
            model_name='setoff',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='set_off_positive'),
        ),
        migrations.AddConstraint(
            model_name='setoff',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('basis', ''), _negated=True), models.Q(('paper', ''), _negated=True)), name='set_off_names_its_basis'),
        ),
        migrations.AddConstraint(
            model_name='setoffuse',
            constraint=models.UniqueConstraint(fields=('set_off', 'payment'), name='one_use_per_set_off_and_payment'),
        ),
        migrations.AddConstraint(
            model_name='setoffuse',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='set_off_use_positive'),
        ),
        migrations.AddConstraint(
            model_name='yearclose',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True)), _connector='OR'), name='yearclose_confirmed_by_complete'),
        ),
        migrations.AddConstraint(
            model_name='yearclose',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('closed_by')), _negated=True), _connector='OR'), name='year_closed_by_two'),
        ),
        migrations.AddConstraint(
            model_name='yearclose',
            constraint=models.UniqueConstraint(condition=models.Q(('dropped_at', None)), fields=('authority', 'year'), name='one_live_close_per_year'),
        ),
        migrations.AddConstraint(
            model_name='carryover',
            constraint=models.CheckConstraint(condition=models.Q(('amount_fen__gt', 0)), name='carry_over_positive'),
        ),
        migrations.AddConstraint(
            model_name='carryover',
            constraint=models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='carry_over_to_another_pool'),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
