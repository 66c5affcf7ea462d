"""Yearly reviews: campaigns with their frozen frame, tasks, what is asked and answered, and what was looked at."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import applications.models.inspection
import applications.models.shapes
from applications import guards


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0026_seals_of_notices"),
    ]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("document", "生成文书"),
                    ("archive", "打包文书"),
                    ("merged", "合并文书"),
                    ("batch", "生成公示公告"),
                    ("dossier", "制作卷宗"),
                    ("funds", "生成资金安排表"),
                    ("preview", "文书预览"),
                    ("seal", "签章"),
                    ("review", "生成年度复核报告"),
                ],
                max_length=12,
                verbose_name="任务",
            ),
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="支持年度")),
                ("title", models.CharField(max_length=100, verbose_name="名称")),
                ("basis", models.CharField(max_length=200, verbose_name="依据文件")),
                (
                    "method",
                    models.CharField(
                        choices=[("all", "全面复核"), ("risk", "按风险选取"), ("sample", "随机抽样")],
                        max_length=10,
                        verbose_name="选取方式",
                    ),
                ),
                ("size", models.PositiveIntegerField(blank=True, null=True, verbose_name="复核件数")),
                ("strata", models.JSONField(default=list, verbose_name="分层")),
                ("seed", models.CharField(max_length=60, verbose_name="随机种子")),
                ("frame", models.JSONField(verbose_name="抽样框")),
                ("frame_sha256", models.CharField(max_length=64, verbose_name="抽样框摘要")),
                ("frame_count", models.PositiveIntegerField(verbose_name="抽样框件数")),
                ("frame_fen", models.BigIntegerField(verbose_name="抽样框金额（分）")),
                ("reply_days", models.PositiveSmallIntegerField(default=10, verbose_name="答复期限（工作日）")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "待启动"),
                            ("running", "进行中"),
                            ("closed", "已结束"),
                            ("dropped", "已作废"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("drawn_at", models.DateTimeField(verbose_name="抽样时间")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="启动时间")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                ("dropped_at", models.DateTimeField(blank=True, null=True, verbose_name="作废时间")),
                ("drop_reason", models.CharField(blank=True, max_length=200, verbose_name="作废理由")),
                ("report_number", models.CharField(blank=True, max_length=60, verbose_name="报告文号")),
                ("content", models.JSONField(default=dict, verbose_name="报告内容")),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.inspection.report_path,
                        verbose_name="报告",
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64, null=True, verbose_name="报告摘要")),
                ("made_at", models.DateTimeField(blank=True, null=True, verbose_name="报告生成时间")),
                (
                    "authority",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaigns",
                        to="applications.authority",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dropped_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "started_by",
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
                "verbose_name": "年度复核活动",
                "verbose_name_plural": "年度复核活动",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Inspection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stratum", models.CharField(max_length=200, verbose_name="分层")),
                ("score", models.PositiveIntegerField(default=0, verbose_name="风险分")),
                ("paid_fen", models.BigIntegerField(verbose_name="已拨付金额（分）")),
                ("assigned_at", models.DateTimeField(blank=True, null=True, verbose_name="分派时间")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待分派"),
                            ("looking", "复核中"),
                            ("asked", "待申报单位答复"),
                            ("answered", "已答复待复核"),
                            ("rectifying", "整改中"),
                            ("ended", "已办结"),
                        ],
                        default="waiting",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[("qualified", "合格"), ("rectify", "整改"), ("finding", "转为线索")],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                ("summary", models.TextField(blank=True, max_length=2000, verbose_name="复核情况")),
                ("doubt_fen", models.BigIntegerField(default=0, verbose_name="涉疑金额（分）")),
                ("concluded_at", models.DateTimeField(blank=True, null=True, verbose_name="作出结论时间")),
                ("rectified_at", models.DateTimeField(blank=True, null=True, verbose_name="整改了结时间")),
                ("rectified_note", models.CharField(blank=True, max_length=1000, verbose_name="整改核实情况")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspections",
                        to="applications.application",
                    ),
                ),
                (
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="inspections", to="applications.award"
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspections",
                        to="applications.campaign",
                    ),
                ),
                (
                    "concluded_by",
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
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspection",
                        to="applications.finding",
                        verbose_name="线索",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复核人",
                    ),
                ),
                (
                    "rectified_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.caseduty",
                    ),
                ),
            ],
            options={
                "verbose_name": "复核任务",
                "verbose_name_plural": "复核任务",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="InspectionCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=100, verbose_name="事项标识")),
                ("question", models.CharField(max_length=300, verbose_name="复核问题")),
                ("then", models.CharField(blank=True, max_length=300, verbose_name="当时核验值")),
                ("now", models.CharField(blank=True, max_length=300, verbose_name="现在情况")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("holds", "仍成立"), ("changed", "已变化"), ("unknown", "无法确认")],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("checked_at", models.DateTimeField(verbose_name="复核时间")),
                (
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="applications.inspection"
                    ),
                ),
            ],
            options={
                "verbose_name": "复核事项",
                "verbose_name_plural": "复核事项",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="InspectionDemand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("evidence", "提供材料"), ("rectify", "整改")], max_length=10, verbose_name="种类"
                    ),
                ),
                ("items", models.JSONField(verbose_name="事项")),
                ("asked_at", models.DateTimeField(verbose_name="通知时间")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="答复期限")),
                ("answer", models.JSONField(default=dict, verbose_name="答复")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="未答复了结时间")),
                ("reminders", models.PositiveSmallIntegerField(default=0, verbose_name="提醒次数")),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="demands",
                        to="applications.inspection",
                    ),
                ),
            ],
            options={
                "verbose_name": "复核通知",
                "verbose_name_plural": "复核通知",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="InspectionPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.CharField(max_length=10, verbose_name="事项")),
                (
                    "file",
                    models.FileField(
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.inspection.answer_path,
                        verbose_name="文件",
                    ),
                ),
                ("original_name", models.CharField(max_length=200, verbose_name="文件名")),
                ("content_type", models.CharField(max_length=100, verbose_name="类型")),
                ("size", models.PositiveIntegerField(verbose_name="大小（字节）")),
                ("sha256", models.CharField(max_length=64, verbose_name="摘要")),
                ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="移除时间")),
                (
                    "demand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="applications.inspectiondemand",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "withdrawn_by",
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
                "verbose_name": "复核材料",
                "verbose_name_plural": "复核材料",
                "ordering": ["pk"],
            },
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["authority", "-id"], name="campaigns_newest_first"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("started_at__isnull", False), ("started_by__isnull", False)),
                    models.Q(("started_at__isnull", True), ("started_by__isnull", True)),
                    _connector="OR",
                ),
                name="campaign_started_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                    models.Q(("closed_at__isnull", True), ("closed_by__isnull", True)),
                    _connector="OR",
                ),
                name="campaign_closed_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("dropped_at__isnull", False), ("dropped_by__isnull", False)),
                    models.Q(("dropped_at__isnull", True), ("dropped_by__isnull", True)),
                    _connector="OR",
                ),
                name="campaign_dropped_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("made_at__isnull", False), ("sha256__isnull", False)),
                    models.Q(("made_at__isnull", True), ("sha256__isnull", True)),
                    _connector="OR",
                ),
                name="campaign_sha256_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("method", "all"), ("size", None)),
                    models.Q(models.Q(("method", "all"), _negated=True), ("size__gt", 0)),
                    _connector="OR",
                ),
                name="campaign_says_how_many",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(condition=models.Q(("frame_count__gt", 0)), name="campaign_has_a_frame"),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("basis", ""), _negated=True), models.Q(("seed", ""), _negated=True)),
                name="campaign_names_its_basis",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("reply_days__gte", 1), ("reply_days__lte", 60)),
                name="campaign_gives_time_to_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("dropped_at", None), ("started_at", None), ("state", "draft")),
                    models.Q(
                        ("closed_at", None), ("dropped_at", None), ("started_at__isnull", False), ("state", "running")
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("dropped_at", None),
                        ("started_at__isnull", False),
                        ("state", "closed"),
                        models.Q(("report_number", ""), _negated=True),
                    ),
                    models.Q(
                        ("closed_at", None),
                        ("dropped_at__isnull", False),
                        ("started_at", None),
                        ("state", "dropped"),
                        models.Q(("drop_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="campaign_goes_its_way",
            ),
        ),
        migrations.AddIndex(
            model_name="inspection",
            index=models.Index(fields=["campaign", "state", "id"], name="inspections_by_state"),
        ),
        migrations.AddIndex(
            model_name="inspection",
            index=models.Index(fields=["officer", "state", "id"], name="inspections_of_officer"),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("assigned_at__isnull", False), ("officer__isnull", False)),
                    models.Q(("assigned_at__isnull", True), ("officer__isnull", True)),
                    _connector="OR",
                ),
                name="inspection_officer_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("concluded_at__isnull", False), ("concluded_by__isnull", False)),
                    models.Q(("concluded_at__isnull", True), ("concluded_by__isnull", True)),
                    _connector="OR",
                ),
                name="inspection_concluded_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rectified_at__isnull", False), ("rectified_by__isnull", False)),
                    models.Q(("rectified_at__isnull", True), ("rectified_by__isnull", True)),
                    _connector="OR",
                ),
                name="inspection_rectified_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.UniqueConstraint(
                fields=("campaign", "application"), name="one_inspection_per_campaign_and_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ended"), _negated=True),
                fields=("application",),
                name="one_open_inspection_per_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "waiting"), ("officer__isnull", False), _connector="OR"),
                name="inspection_looked_at_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("concluded_at", None),
                        ("result", ""),
                        ("state__in", ["waiting", "looking", "asked", "answered"]),
                    ),
                    models.Q(
                        ("concluded_at__isnull", False),
                        ("rectified_at", None),
                        ("result", "rectify"),
                        ("state", "rectifying"),
                        models.Q(("summary", ""), _negated=True),
                    ),
                    models.Q(
                        ("concluded_at__isnull", False),
                        ("result", "qualified"),
                        ("state", "ended"),
                        models.Q(("summary", ""), _negated=True),
                    ),
                    models.Q(
                        ("concluded_at__isnull", False),
                        ("rectified_at__isnull", False),
                        ("result", "rectify"),
                        ("state", "ended"),
                        models.Q(("summary", ""), _negated=True),
                    ),
                    models.Q(
                        ("concluded_at__isnull", False),
                        ("result", "finding"),
                        ("state", "ended"),
                        models.Q(("summary", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="inspection_ends_with_a_result",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finding__isnull", False), ("result", "finding")),
                    models.Q(models.Q(("result", "finding"), _negated=True), ("finding", None)),
                    _connector="OR",
                ),
                name="inspection_finding_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=models.Q(("doubt_fen__gte", 0), ("doubt_fen__lte", models.F("paid_fen"))),
                name="inspection_doubts_no_more_than_was_paid",
            ),
        ),
        migrations.AddIndex(
            model_name="inspectioncheck",
            index=models.Index(fields=["inspection", "key", "-id"], name="checks_of_inspection"),
        ),
        migrations.AddConstraint(
            model_name="inspectioncheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("verdict", "holds"),
                    models.Q(("now", ""), _negated=True),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="inspection_change_is_described",
            ),
        ),
        migrations.AddIndex(
            model_name="inspectiondemand",
            index=models.Index(
                condition=models.Q(("answered_at", None), ("ended_at", None)),
                fields=["due_on", "id"],
                name="open_demands_by_due_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectiondemand",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                    models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                    _connector="OR",
                ),
                name="inspectiondemand_answered_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectiondemand",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_at", None), ("ended_at", None), _connector="OR"), name="demand_ends_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectiondemand",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answered_at", None), ("ended_at", None)),
                fields=("inspection",),
                name="one_open_demand_per_inspection",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectionpaper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                    _connector="OR",
                ),
                name="inspectionpaper_withdrawn_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="inspectionpaper",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gt", 0)), name="inspection_paper_is_not_empty"
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
