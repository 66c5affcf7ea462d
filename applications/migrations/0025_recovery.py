"""Doubts and tips, recovery cases with steps, limits and ledger, and what of letters and restrictions belongs to them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import applications.models.finding
import applications.models.recovery
import applications.models.shapes
from applications import guards


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0024_money_road"),
    ]

    operations = [
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.CharField(
                choices=[
                    ("receipt", "收件回执"),
                    ("acceptance", "受理通知书"),
                    ("leeway", "容缺受理通知书"),
                    ("correction", "一次性补正告知书"),
                    ("decline", "不予受理通知书"),
                    ("refusal", "不予兑现决定书"),
                    ("notice", "奖补资金兑现通知书"),
                    ("payment", "拨付通知"),
                    ("objection", "异议答复书"),
                    ("rec_filed", "立案通知书"),
                    ("rec_proposal", "拟处理告知书"),
                    ("rec_hearing", "听证告知书"),
                    ("rec_convene", "听证通知书"),
                    ("rec_decision", "追回决定书"),
                    ("rec_service", "送达回证"),
                    ("rec_urge", "催告书"),
                    ("rec_plan", "分期退回协议"),
                    ("rec_transfer", "移送函"),
                    ("rec_closed", "结案通知书"),
                    ("restrict", "限制申报决定书"),
                    ("unrestrict", "解除限制申报决定书"),
                ],
                max_length=12,
                verbose_name="文种",
            ),
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="线索编号")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("review", "年度复核"),
                            ("tip", "举报"),
                            ("objection", "公示异议"),
                            ("signal", "风险提示"),
                            ("officer", "工作中发现"),
                            ("outside", "审计、纪检等移交"),
                        ],
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                ("body", models.CharField(help_text="按来源的说法", max_length=100, verbose_name="所反映的单位")),
                ("text", models.TextField(max_length=3000, verbose_name="反映的问题")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "待研判"),
                            ("taken", "核查中"),
                            ("filed", "已立案"),
                            ("dismissed", "不予立案"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="登记时间")),
                ("taken_at", models.DateTimeField(blank=True, null=True, verbose_name="受领时间")),
                ("ruled_at", models.DateTimeField(blank=True, null=True, verbose_name="研判时间")),
                ("ruling", models.CharField(blank=True, max_length=1000, verbose_name="研判意见")),
                (
                    "applicant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="applications.applicant",
                        verbose_name="涉及单位",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="applications.application",
                        verbose_name="涉及申报件",
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="applications.authority",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "objection",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="finding",
                        to="applications.objection",
                        verbose_name="异议",
                    ),
                ),
                (
                    "ruled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "问题线索",
                "verbose_name_plural": "问题线索",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("sequence", models.PositiveIntegerField(verbose_name="顺序号")),
                ("number", models.CharField(max_length=60, unique=True, verbose_name="案号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("fraud", "骗取财政资金"),
                            ("misuse", "违规使用财政资金"),
                            ("error", "不符合条件或多拨、错拨"),
                        ],
                        max_length=10,
                        verbose_name="案由",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("investigating", "调查中"),
                            ("notified", "已告知，听取意见"),
                            ("heard", "待法制审核"),
                            ("reviewed", "待集体讨论"),
                            ("discussed", "待作出决定"),
                            ("decided", "待送达"),
                            ("served", "履行中"),
                            ("closed", "已结案"),
                            ("dropped", "已撤销立案"),
                        ],
                        default="investigating",
                        max_length=14,
                        verbose_name="状态",
                    ),
                ),
                ("alleged", models.TextField(max_length=3000, verbose_name="涉嫌的事实")),
                ("opened_at", models.DateTimeField(verbose_name="立案时间")),
                ("facts", models.TextField(blank=True, max_length=5000, verbose_name="查明的事实")),
                ("basis", models.TextField(blank=True, max_length=2000, verbose_name="法律依据")),
                ("whole", models.BooleanField(default=True, verbose_name="撤销全部奖补")),
                ("principal_fen", models.BigIntegerField(blank=True, null=True, verbose_name="应退回本金（分）")),
                (
                    "large",
                    models.BooleanField(
                        default=False, help_text="数额较大，当事人可以要求听证", verbose_name="可以要求听证"
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="决定时间")),
                (
                    "pay_into",
                    models.CharField(
                        blank=True, help_text="国库收款户名、账号、开户行", max_length=300, verbose_name="退款账户"
                    ),
                ),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="缴款附言")),
                ("pay_days", models.PositiveSmallIntegerField(default=15, verbose_name="退回期限（日）")),
                ("party", models.JSONField(default=dict, verbose_name="当事人情况")),
                ("served_on", models.DateField(blank=True, null=True, verbose_name="送达日期")),
                ("next_due_on", models.DateField(blank=True, null=True, verbose_name="下一期限")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="结案时间")),
                ("close_reason", models.CharField(blank=True, max_length=500, verbose_name="结案说明")),
                ("published_until", models.DateField(blank=True, null=True, verbose_name="公示至")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="applications.application",
                        verbose_name="申报件",
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="applications.authority",
                    ),
                ),
                (
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="applications.award",
                        verbose_name="奖补决定",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.caseduty",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="applications.finding",
                        verbose_name="线索",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
            ],
            options={
                "verbose_name": "追回案件",
                "verbose_name_plural": "追回案件",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddField(
            model_name="document",
            name="recovery",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="applications.recoverycase",
                verbose_name="追回案件",
            ),
        ),
        migrations.AddField(
            model_name="restriction",
            name="recovery",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="restrictions",
                to="applications.recoverycase",
                verbose_name="追回案件",
            ),
        ),
        migrations.AddField(
            model_name="setoff",
            name="recovery",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="set_offs",
                to="applications.recoverycase",
                verbose_name="追回案件",
            ),
        ),
        migrations.CreateModel(
            name="RecoveryEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "account",
                    models.CharField(
                        choices=[
                            ("principal", "本金"),
                            ("interest", "利息"),
                            ("fine", "罚款"),
                            ("surcharge", "滞纳金或加处罚款"),
                        ],
                        max_length=10,
                        verbose_name="科目",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("owed", "应退"),
                            ("set_off", "抵扣"),
                            ("repaid", "退回"),
                            ("refunded", "误缴退还"),
                            ("written_off", "核销"),
                        ],
                        max_length=12,
                        verbose_name="种类",
                    ),
                ),
                ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                ("on", models.DateField(verbose_name="日期")),
                ("voucher", models.CharField(blank=True, max_length=60, verbose_name="凭证号")),
                ("basis", models.CharField(max_length=300, verbose_name="依据")),
                ("reckoned", models.JSONField(default=dict, verbose_name="计算")),
                ("made_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.caseduty",
                    ),
                ),
                (
                    "instalment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.instalment",
                        verbose_name="分期",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.payment",
                        verbose_name="抵扣所在拨付",
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="applications.recoverycase",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="applications.recoveryentry",
                        verbose_name="冲回",
                    ),
                ),
            ],
            options={
                "verbose_name": "追回台账",
                "verbose_name_plural": "追回台账",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="RecoveryPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("evidence", "调查证据"),
                            ("statement", "陈述申辩材料"),
                            ("hearing", "听证笔录"),
                            ("legal", "法制审核意见"),
                            ("minutes", "集体讨论记录"),
                            ("service", "送达凭证"),
                            ("consent", "送达地址确认书"),
                            ("slip", "缴款凭证"),
                            ("outside", "有关机关文书"),
                        ],
                        max_length=10,
                        verbose_name="种类",
                    ),
                ),
                ("by_party", models.BooleanField(default=False, verbose_name="当事人提交")),
                (
                    "file",
                    models.FileField(
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.recovery.recovery_path,
                        verbose_name="文件",
                    ),
                ),
                ("original_name", models.CharField(max_length=200, verbose_name="文件名")),
                ("content_type", models.CharField(max_length=100, verbose_name="类型")),
                ("size", models.PositiveIntegerField(verbose_name="大小（字节）")),
                ("sha256", models.CharField(max_length=64, verbose_name="摘要")),
                ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="applications.recoverycase",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "追回材料",
                "verbose_name_plural": "追回材料",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="RecoveryClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "account",
                    models.CharField(
                        choices=[
                            ("principal", "本金"),
                            ("interest", "利息"),
                            ("fine", "罚款"),
                            ("surcharge", "滞纳金或加处罚款"),
                        ],
                        max_length=10,
                        verbose_name="科目",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("owed", "应退"),
                            ("set_off", "抵扣"),
                            ("repaid", "退回"),
                            ("refunded", "误缴退还"),
                            ("written_off", "核销"),
                        ],
                        max_length=12,
                        verbose_name="种类",
                    ),
                ),
                ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                ("on", models.DateField(verbose_name="日期")),
                ("voucher", models.CharField(blank=True, max_length=60, verbose_name="凭证号")),
                ("basis", models.CharField(max_length=300, verbose_name="依据")),
                ("made_at", models.DateTimeField(verbose_name="登记时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="复核时间")),
                ("dropped_at", models.DateTimeField(blank=True, null=True, verbose_name="驳回时间")),
                ("drop_reason", models.CharField(blank=True, max_length=200, verbose_name="驳回理由")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.caseduty",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="applications.recoverycase",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claim",
                        to="applications.recoveryentry",
                        verbose_name="台账",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.recoveryentry",
                        verbose_name="冲回",
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.recoverypaper",
                    ),
                ),
            ],
            options={
                "verbose_name": "待复核的台账事项",
                "verbose_name_plural": "待复核的台账事项",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="RecoveryStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=20, verbose_name="步骤")),
                ("text", models.TextField(blank=True, max_length=5000, verbose_name="内容")),
                ("detail", models.JSONField(default=dict, verbose_name="详情")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "duty",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.caseduty",
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.recoverypaper",
                    ),
                ),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="applications.recoverycase",
                    ),
                ),
            ],
            options={
                "verbose_name": "追回步骤",
                "verbose_name_plural": "追回步骤",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="RecoveryTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("decide", "作出决定"),
                            ("state", "陈述申辩"),
                            ("hearing", "要求听证"),
                            ("convene", "通知听证日期"),
                            ("serve", "送达决定"),
                            ("pay", "退回资金"),
                            ("review", "申请行政复议"),
                            ("sue", "提起行政诉讼"),
                            ("urge", "催告后履行"),
                            ("enforce", "申请强制执行"),
                        ],
                        max_length=10,
                        verbose_name="期限",
                    ),
                ),
                ("started_on", models.DateField(verbose_name="起算日")),
                (
                    "unit",
                    models.CharField(
                        choices=[("working", "工作日"), ("calendar", "日"), ("month", "个月")],
                        max_length=10,
                        verbose_name="单位",
                    ),
                ),
                ("length", models.PositiveSmallIntegerField(verbose_name="时限")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="届满日")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="了结日")),
                (
                    "recovery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terms",
                        to="applications.recoverycase",
                    ),
                ),
            ],
            options={
                "verbose_name": "追回期限",
                "verbose_name_plural": "追回期限",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Tip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="查询码")),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="举报人姓名")),
                ("contact", models.CharField(blank=True, max_length=200, verbose_name="联系方式")),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.finding.tip_path,
                        verbose_name="材料",
                    ),
                ),
                ("original_name", models.CharField(blank=True, max_length=200, verbose_name="文件名")),
                ("content_type", models.CharField(blank=True, max_length=100, verbose_name="类型")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="摘要")),
                ("answer", models.CharField(blank=True, max_length=1000, verbose_name="答复")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                (
                    "finding",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tip",
                        to="applications.finding",
                        verbose_name="线索",
                    ),
                ),
            ],
            options={
                "verbose_name": "举报",
                "verbose_name_plural": "举报",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["authority", "state", "-id"], name="findings_newest_first"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["application", "state"], name="findings_of_case"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                    models.Q(("taken_at__isnull", True), ("taken_by__isnull", True)),
                    _connector="OR",
                ),
                name="finding_taken_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ruled_at__isnull", False), ("ruled_by__isnull", False)),
                    models.Q(("ruled_at__isnull", True), ("ruled_by__isnull", True)),
                    _connector="OR",
                ),
                name="finding_ruled_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ruled_at", None), ("ruling", ""), ("state__in", ["new", "taken"])),
                    models.Q(
                        ("ruled_at__isnull", False),
                        ("state__in", ["filed", "dismissed"]),
                        models.Q(("ruling", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="finding_ruled_with_reasons",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "taken"), _negated=True), ("taken_at__isnull", False), _connector="OR"
                ),
                name="finding_taken_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="finding_says_what"
            ),
        ),
        migrations.AddIndex(
            model_name="recoverycase",
            index=models.Index(fields=["authority", "state", "next_due_on", "id"], name="recoveries_by_due_day"),
        ),
        migrations.AddIndex(
            model_name="recoverycase",
            index=models.Index(fields=["authority", "-id"], name="recoveries_newest"),
        ),
        migrations.AddConstraint(
            model_name="recoverycase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                    _connector="OR",
                ),
                name="recoverycase_decided_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverycase",
            constraint=models.UniqueConstraint(
                fields=("authority", "year", "sequence"), name="one_recovery_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverycase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["closed", "dropped"]), _negated=True),
                fields=("award",),
                name="one_open_recovery_per_award",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverycase",
            constraint=models.CheckConstraint(
                condition=models.Q(("alleged", ""), _negated=True), name="recovery_says_what_is_alleged"
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverycase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_at", None),
                    models.Q(
                        ("principal_fen__gte", 0),
                        ("principal_fen__isnull", False),
                        models.Q(("facts", ""), _negated=True),
                        models.Q(("basis", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="recovery_decided_on_facts_and_law",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverycase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["decided", "served"]), _negated=True),
                    ("decided_at__isnull", False),
                    _connector="OR",
                ),
                name="recovery_decided_before_it_is_served",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverycase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", False),
                        ("state__in", ["closed", "dropped"]),
                        models.Q(("close_reason", ""), _negated=True),
                    ),
                    models.Q(models.Q(("state__in", ["closed", "dropped"]), _negated=True), ("closed_at", None)),
                    _connector="OR",
                ),
                name="recovery_ends_with_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="recoveryentry",
            index=models.Index(fields=["recovery", "account", "id"], name="entries_of_recovery"),
        ),
        migrations.AddConstraint(
            model_name="recoveryentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0)), name="recovery_entry_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis", ""), _negated=True), name="recovery_entry_names_its_basis"
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["owed", "set_off"]),
                    models.Q(
                        ("confirmed_by__isnull", False), models.Q(("confirmed_by", models.F("made_by")), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="recovery_entry_by_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account", "principal"), ("kind", "owed"), _negated=True),
                    ("instalment__isnull", False),
                    _connector="OR",
                ),
                name="recovery_principal_by_instalment",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "set_off"), _negated=True), ("payment__isnull", False), _connector="OR"
                ),
                name="recovery_set_off_names_its_payment",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reverses", None), models.Q(("reverses", models.F("pk")), _negated=True), _connector="OR"
                ),
                name="recovery_entry_reverses_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "repaid"), models.Q(("voucher", ""), _negated=True), ("reverses", None)),
                fields=("recovery", "voucher", "account"),
                name="one_recovery_voucher",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverypaper",
            constraint=models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="recovery_paper_is_not_empty"),
        ),
        migrations.AddConstraint(
            model_name="recoveryclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("confirmed_at__isnull", False), ("confirmed_by__isnull", False), ("entry__isnull", False)
                    ),
                    models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True), ("entry__isnull", True)),
                    _connector="OR",
                ),
                name="recoveryclaim_confirmed_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0)), name="recovery_claim_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["repaid", "refunded", "written_off"])),
                name="recovery_claim_of_its_kinds",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", None),
                    models.Q(("confirmed_by", models.F("made_by")), _negated=True),
                    _connector="OR",
                ),
                name="recovery_claim_confirmed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirmed_at", None), ("dropped_at", None), _connector="OR"),
                name="recovery_claim_confirmed_or_dropped",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("basis", ""), _negated=True), name="recovery_claim_names_its_basis"
            ),
        ),
        migrations.AddIndex(
            model_name="recoverystep",
            index=models.Index(fields=["recovery", "name", "id"], name="steps_of_recovery"),
        ),
        migrations.AddIndex(
            model_name="recoveryterm",
            index=models.Index(
                condition=models.Q(("ended_on", None)), fields=["due_on", "id"], name="open_terms_by_due_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryterm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on", None)), fields=("recovery", "kind"), name="one_open_term_per_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="recoveryterm",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_on", None), ("ended_on__gte", models.F("started_on")), _connector="OR"),
                name="term_ends_after_it_started",
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
