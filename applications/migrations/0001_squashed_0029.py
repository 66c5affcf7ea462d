"""
All tables at once, for a database that is new; one that was there goes the way of the migrations this one replaces.

Constraints and indexes stand in the tables they belong to: an operation of its own for each of them makes Django draw
half of the models anew, which is most of the time that migrating takes. Made from the newest state of the models.
"""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import applications.models.account
import applications.models.decision
import applications.models.desk
import applications.models.document
import applications.models.evidence
import applications.models.finding
import applications.models.inspection
import applications.models.letter
import applications.models.payment
import applications.models.recovery
import applications.models.shapes
from applications import guards


def compare_by_sign(apps, schema_editor):
    """Let PostgreSQL compare case numbers sign by sign, so that the index of uniqueness answers their beginnings."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute('ALTER TABLE applications_application ALTER COLUMN number TYPE varchar(30) COLLATE "C"')


class Migration(migrations.Migration):
    replaces = [
        ("applications", "0001_initial"),
        ("applications", "0002_guards"),
        ("applications", "0003_desk"),
        ("applications", "0004_guards_of_the_desk"),
        ("applications", "0005_notices"),
        ("applications", "0006_decision"),
        ("applications", "0007_guards_of_the_decision"),
        ("applications", "0008_clocks"),
        ("applications", "0009_inquiry"),
        ("applications", "0010_ledger"),
        ("applications", "0011_intake"),
        ("applications", "0012_expert_statement"),
        ("applications", "0013_bench_indexes"),
        ("applications", "0014_history"),
        ("applications", "0015_publicity"),
        ("applications", "0016_money"),
        ("applications", "0017_first_shares"),
        ("applications", "0018_share_required"),
        ("applications", "0019_settlement"),
        ("applications", "0020_duty_guards"),
        ("applications", "0021_finance_indexes"),
        ("applications", "0022_letters"),
        ("applications", "0023_seal"),
        ("applications", "0024_money_road"),
        ("applications", "0025_recovery"),
        ("applications", "0026_seals_of_notices"),
        ("applications", "0027_inspection"),
        ("applications", "0028_risk"),
        ("applications", "0029_recovery_pages"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Authority",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("place", models.CharField(max_length=40, verbose_name="地区")),
                (
                    "letter_sign",
                    models.CharField(help_text="不含文种字，例如：师新数", max_length=20, verbose_name="发文代字"),
                ),
                ("hotline", models.CharField(blank=True, max_length=40, verbose_name="咨询电话")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="办公地址")),
                ("reconsideration_organ", models.CharField(blank=True, max_length=100, verbose_name="行政复议机关")),
                ("court", models.CharField(blank=True, max_length=100, verbose_name="有管辖权的人民法院")),
                (
                    "notice_days",
                    models.PositiveSmallIntegerField(
                        default=5, help_text="填 0 表示不公示、直接进入批准", verbose_name="公示期（工作日）"
                    ),
                ),
                (
                    "demo",
                    models.BooleanField(
                        default=False, help_text="演示单位的页面和文书都带演示标记", verbose_name="演示单位"
                    ),
                ),
                (
                    "account_wait_days",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="有待拨付资金时变更收款账户，自法定代表人确认之日起算",
                        verbose_name="收款账户变更等待期（工作日）",
                    ),
                ),
            ],
            options={
                "verbose_name": "主管单位",
                "verbose_name_plural": "主管单位",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(max_length=100, unique=True)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                ("name", models.CharField(max_length=60, verbose_name="姓名")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="手机号码")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "用户",
                "verbose_name_plural": "用户",
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="EvidenceItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30, verbose_name="种类")),
                ("number", models.CharField(max_length=100, verbose_name="编号")),
                ("side", models.CharField(blank=True, max_length=30, verbose_name="用途分组")),
                ("total", models.BigIntegerField(blank=True, null=True, verbose_name="总量")),
                ("used", models.BigIntegerField(default=0, verbose_name="已用")),
                ("period", models.CharField(blank=True, max_length=10, verbose_name="期间")),
                ("scope", models.CharField(blank=True, max_length=200, verbose_name="归属")),
            ],
            options={
                "verbose_name": "材料标识",
                "verbose_name_plural": "材料标识",
                "indexes": [models.Index(fields=["number"], name="items_by_number")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "number", "scope", "period", "side"), name="one_item_per_identity"
                    ),
                    models.CheckConstraint(
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
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyDigest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True, verbose_name="日期")),
                ("chains", models.PositiveIntegerField(verbose_name="记录链数")),
                ("events", models.PositiveBigIntegerField(verbose_name="记录数")),
                ("heads_sha256", models.CharField(max_length=64, verbose_name="链首摘要")),
                ("previous_hash", models.CharField(blank=True, max_length=64, verbose_name="前一日摘要")),
                ("hash", models.CharField(max_length=64, verbose_name="摘要")),
                ("made_at", models.DateTimeField(verbose_name="生成时间")),
            ],
            options={
                "verbose_name": "每日摘要",
                "verbose_name_plural": "每日摘要",
                "ordering": ["day"],
            },
        ),
        migrations.CreateModel(
            name="HealthRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                ("counts", models.JSONField(default=dict, verbose_name="计数")),
                ("sound", models.BooleanField(null=True, verbose_name="全部为零")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
            ],
            options={
                "verbose_name": "自检",
                "verbose_name_plural": "自检",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DigestHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="日期")),
                ("chain", models.CharField(max_length=40, verbose_name="记录链")),
                ("sequence", models.PositiveIntegerField(verbose_name="序号")),
                ("hash", models.CharField(max_length=64, verbose_name="摘要")),
            ],
            options={
                "verbose_name": "链首",
                "verbose_name_plural": "链首",
                "constraints": [
                    models.UniqueConstraint(fields=("day", "chain"), name="one_head_per_chain_and_day"),
                    models.UniqueConstraint(fields=("chain", "sequence"), name="one_head_per_place_in_chain"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="日期")),
                ("working", models.BooleanField(verbose_name="工作日")),
                ("note", models.CharField(blank=True, max_length=100, verbose_name="说明")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calendar_days",
                        to="applications.authority",
                    ),
                ),
            ],
            options={
                "verbose_name": "工作日例外",
                "verbose_name_plural": "工作日例外",
                "ordering": ["day"],
                "constraints": [models.UniqueConstraint(fields=("authority", "day"), name="one_nature_per_day")],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                ("path", models.CharField(max_length=200)),
                ("body_sha256", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("location", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="one_answer_per_user_and_key")],
            },
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(unique=True, verbose_name="代码")),
                ("title", models.CharField(max_length=200, verbose_name="政策名称")),
                ("paper_number", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                ("pack_version", models.CharField(max_length=60, verbose_name="规则包")),
                ("pack_sha256", models.CharField(max_length=64, verbose_name="规则包摘要")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="印发日期")),
                ("issue_source", models.CharField(blank=True, max_length=200, null=True, verbose_name="印发日期依据")),
                ("issue_entered_at", models.DateTimeField(blank=True, null=True, verbose_name="录入时间")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="policies",
                        to="applications.authority",
                        verbose_name="主管单位",
                    ),
                ),
                (
                    "issue_entered_by",
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
                "verbose_name": "政策",
                "verbose_name_plural": "政策",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("issue_entered_at__isnull", False),
                                ("issue_entered_by__isnull", False),
                                ("issue_source__isnull", False),
                                ("issued_on__isnull", False),
                            ),
                            models.Q(
                                ("issue_entered_at__isnull", True),
                                ("issue_entered_by__isnull", True),
                                ("issue_source__isnull", True),
                                ("issued_on__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="policy_issued_on_complete",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "duty",
                    models.CharField(
                        choices=[
                            ("intake", "受理"),
                            ("verify", "核验"),
                            ("approve", "审批"),
                            ("pay", "财政经办"),
                            ("countersign", "财政复核"),
                            ("inspect", "稽核"),
                            ("legal", "法制审核"),
                            ("hearing", "听证主持"),
                            ("expert", "专家"),
                            ("policy", "政策管理"),
                            ("audit", "审计"),
                            ("system", "系统管理"),
                        ],
                        max_length=20,
                        verbose_name="岗位",
                    ),
                ),
                ("since", models.DateField(default=django.utils.timezone.localdate, verbose_name="到岗日期")),
                ("until", models.DateField(blank=True, null=True, verbose_name="离岗日期")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="applications.authority",
                        verbose_name="主管单位",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "岗位",
                "verbose_name_plural": "岗位",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("user",), name="one_open_posting_per_user"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "duty__in",
                                [
                                    "intake",
                                    "verify",
                                    "approve",
                                    "pay",
                                    "countersign",
                                    "inspect",
                                    "legal",
                                    "hearing",
                                    "expert",
                                    "policy",
                                    "audit",
                                    "system",
                                ],
                            )
                        ),
                        name="posting_duty_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeskTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("calendar", "录入工作日安排")], max_length=10, verbose_name="事项"),
                ),
                ("key", models.CharField(max_length=40, verbose_name="对象")),
                ("title", models.CharField(max_length=200, verbose_name="内容")),
                ("created_at", models.DateTimeField(verbose_name="产生时间")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="desk_tasks",
                        to="applications.authority",
                    ),
                ),
                (
                    "done_by",
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
                "verbose_name": "待办事项",
                "verbose_name_plural": "待办事项",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                            models.Q(("done_at__isnull", True), ("done_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="desktask_done_by_complete",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("done_at", None)),
                        fields=("authority", "kind", "key"),
                        name="one_open_task_per_subject",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticePreference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(max_length=20, verbose_name="通知类别")),
                ("mail", models.BooleanField(default=True, verbose_name="电子邮件")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notice_preferences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "通知方式",
                "verbose_name_plural": "通知方式",
                "constraints": [models.UniqueConstraint(fields=("user", "topic"), name="one_preference_per_topic")],
            },
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.CharField(default="queue", max_length=20, verbose_name="列表")),
                ("name", models.CharField(max_length=30, verbose_name="名称")),
                ("query", models.CharField(max_length=500, verbose_name="条件")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saved_filters",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "常用筛选",
                "verbose_name_plural": "常用筛选",
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("user", "page", "name"), name="one_filter_per_name")],
            },
        ),
        migrations.CreateModel(
            name="BandTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=200, verbose_name="依据文件")),
                ("entered_at", models.DateTimeField(verbose_name="录入时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("dropped_at", models.DateTimeField(blank=True, null=True, verbose_name="撤下时间")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="band_tables",
                        to="applications.authority",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "审批权限表",
                "verbose_name_plural": "审批权限表",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="bandtable_confirmed_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="band_table_confirmed_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("source", models.CharField(max_length=200, verbose_name="依据文件")),
                ("declared_at", models.DateTimeField(verbose_name="启用时间")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calendar_years",
                        to="applications.authority",
                    ),
                ),
                (
                    "declared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "年度工作日安排",
                "verbose_name_plural": "年度工作日安排",
                "ordering": ["year"],
                "constraints": [models.UniqueConstraint(fields=("authority", "year"), name="one_declaration_per_year")],
            },
        ),
        migrations.CreateModel(
            name="Payer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="支付单位")),
                ("budget_unit", models.CharField(blank=True, max_length=100, verbose_name="预算单位")),
                (
                    "subject",
                    models.CharField(
                        blank=True, help_text="功能分类和政府预算经济分类科目", max_length=100, verbose_name="支出科目"
                    ),
                ),
                ("standard", models.BooleanField(default=False, verbose_name="默认")),
                ("entered_at", models.DateTimeField(blank=True, null=True, verbose_name="录入时间")),
                ("replaced_at", models.DateTimeField(blank=True, null=True, verbose_name="停用时间")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payers", to="applications.authority"
                    ),
                ),
                (
                    "entered_by",
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
                "verbose_name": "支付单位",
                "verbose_name_plural": "支付单位",
                "ordering": ["-standard", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("entered_at__isnull", False), ("entered_by__isnull", False)),
                            models.Q(("entered_at__isnull", True), ("entered_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="payer_entered_by_complete",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at", None)),
                        fields=("authority", "name"),
                        name="one_payer_in_use_per_name",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at", None), ("standard", True)),
                        fields=("authority",),
                        name="one_standard_payer_per_authority",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="YearClose",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("summary", models.JSONField(verbose_name="结账数据")),
                ("summary_sha256", models.CharField(max_length=64, verbose_name="结账数据摘要")),
                ("paper", models.CharField(max_length=200, verbose_name="依据文件")),
                ("closed_at", models.DateTimeField(verbose_name="提出时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("dropped_at", models.DateTimeField(blank=True, null=True, verbose_name="撤下时间")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="year_closes",
                        to="applications.authority",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "confirmed_by",
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
                "verbose_name": "年终结账",
                "verbose_name_plural": "年终结账",
                "ordering": ["-year", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="yearclose_confirmed_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("closed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="year_closed_by_two",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("dropped_at", None)),
                        fields=("authority", "year"),
                        name="one_live_close_per_year",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LetterTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
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
                            ("batch", "公示公告"),
                            ("funds", "资金安排表"),
                        ],
                        max_length=12,
                        verbose_name="文种",
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                ("parts", models.JSONField(verbose_name="用语")),
                ("source", models.CharField(max_length=200, verbose_name="依据文件")),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("dropped_at", models.DateTimeField(blank=True, null=True, verbose_name="撤下时间")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letter_templates",
                        to="applications.authority",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "文书用语",
                "verbose_name_plural": "文书用语",
                "ordering": ["authority_id", "kind", "-version"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="lettertemplate_confirmed_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="letter_template_confirmed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_at", None), ("dropped_at", None), _connector="OR"),
                        name="letter_template_confirmed_or_dropped",
                    ),
                    models.UniqueConstraint(
                        fields=("authority", "kind", "version"), name="one_letter_template_per_version"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at", None), ("dropped_at", None)),
                        fields=("authority", "kind"),
                        name="one_letter_template_waiting",
                    ),
                ],
            },
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
                "indexes": [models.Index(fields=["authority", "-id"], name="campaigns_newest_first")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("started_at__isnull", False), ("started_by__isnull", False)),
                            models.Q(("started_at__isnull", True), ("started_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="campaign_started_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                            models.Q(("closed_at__isnull", True), ("closed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="campaign_closed_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dropped_at__isnull", False), ("dropped_by__isnull", False)),
                            models.Q(("dropped_at__isnull", True), ("dropped_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="campaign_dropped_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("made_at__isnull", False), ("sha256__isnull", False)),
                            models.Q(("made_at__isnull", True), ("sha256__isnull", True)),
                            _connector="OR",
                        ),
                        name="campaign_sha256_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("method", "all"), ("size", None)),
                            models.Q(models.Q(("method", "all"), _negated=True), ("size__gt", 0)),
                            _connector="OR",
                        ),
                        name="campaign_says_how_many",
                    ),
                    models.CheckConstraint(condition=models.Q(("frame_count__gt", 0)), name="campaign_has_a_frame"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", ""), _negated=True), models.Q(("seed", ""), _negated=True)
                        ),
                        name="campaign_names_its_basis",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reply_days__gte", 1), ("reply_days__lte", 60)),
                        name="campaign_gives_time_to_answer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at", None), ("dropped_at", None), ("started_at", None), ("state", "draft")
                            ),
                            models.Q(
                                ("closed_at", None),
                                ("dropped_at", None),
                                ("started_at__isnull", False),
                                ("state", "running"),
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
                ],
            },
        ),
        migrations.CreateModel(
            name="Clause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(help_text="例如 xinxing-3", max_length=60, unique=True, verbose_name="条款标识"),
                ),
                ("number", models.CharField(max_length=30, verbose_name="编号")),
                ("article", models.CharField(max_length=60, verbose_name="条文")),
                ("title", models.CharField(max_length=100, verbose_name="名称")),
                ("monetary", models.BooleanField(verbose_name="可申报资金")),
                ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clauses",
                        to="applications.policy",
                        verbose_name="政策",
                    ),
                ),
            ],
            options={
                "verbose_name": "条款",
                "verbose_name_plural": "条款",
                "ordering": ["policy_id", "position"],
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=10, verbose_name="口径编号")),
                ("choice", models.CharField(max_length=5, verbose_name="选定读法")),
                ("source", models.CharField(max_length=200, verbose_name="依据文件")),
                ("decided_at", models.DateTimeField(verbose_name="提出时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("replaced_at", models.DateTimeField(blank=True, null=True, verbose_name="被替代时间")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="applications.policy",
                        verbose_name="政策",
                    ),
                ),
            ],
            options={
                "verbose_name": "解释口径",
                "verbose_name_plural": "解释口径",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="reading_confirmed_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("decided_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="reading_confirmed_by_another",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False), ("replaced_at", None)),
                        fields=("policy", "key"),
                        name="one_reading_in_force",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pack_version", models.CharField(max_length=60, verbose_name="规则包")),
                ("pack_sha256", models.CharField(max_length=64, verbose_name="规则包摘要")),
                ("source", models.CharField(max_length=200, verbose_name="依据文件")),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("dropped_at", models.DateTimeField(blank=True, null=True, verbose_name="撤下时间")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="publications",
                        to="applications.policy",
                        verbose_name="政策",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "发布",
                "verbose_name_plural": "发布",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="publication_confirmed_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="publication_confirmed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_at", None), ("dropped_at", None), _connector="OR"),
                        name="publication_confirmed_or_dropped",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("dropped_at", None)),
                        fields=("policy", "pack_version"),
                        name="one_live_publication_per_version",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Band",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_fen", models.BigIntegerField(verbose_name="起始金额（分）")),
                ("approvals", models.PositiveSmallIntegerField(verbose_name="审批人数")),
                ("legal_review", models.BooleanField(default=False, verbose_name="须法制审核")),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bands", to="applications.bandtable"
                    ),
                ),
            ],
            options={
                "verbose_name": "审批档",
                "verbose_name_plural": "审批档",
                "ordering": ["from_fen"],
                "constraints": [
                    models.UniqueConstraint(fields=("table", "from_fen"), name="one_band_per_lower_end"),
                    models.CheckConstraint(
                        condition=models.Q(("from_fen__gte", 0)), name="band_starts_at_nothing_or_more"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("approvals__gte", 1), ("approvals__lte", 5)), name="band_needs_an_approval"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("sequence", models.PositiveIntegerField(verbose_name="顺序号")),
                ("number", models.CharField(max_length=60, verbose_name="公示编号")),
                ("title", models.CharField(max_length=200, verbose_name="标题")),
                ("opened_at", models.DateTimeField(verbose_name="公示开始时间")),
                ("days", models.PositiveSmallIntegerField(verbose_name="公示期（工作日）")),
                ("closes_on", models.DateField(blank=True, null=True, verbose_name="公示截止日")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notice_batches",
                        to="applications.authority",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.decision.batch_path,
                        verbose_name="文件",
                    ),
                ),
                ("made_at", models.DateTimeField(blank=True, null=True, verbose_name="生成时间")),
                ("sha256", models.CharField(blank=True, max_length=64, null=True, verbose_name="摘要")),
                (
                    "template",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notice_batches",
                        to="applications.lettertemplate",
                    ),
                ),
                ("certificate", models.CharField(blank=True, max_length=64, null=True, verbose_name="证书摘要")),
                ("draft_sha256", models.CharField(blank=True, max_length=64, verbose_name="待签章稿摘要")),
                ("sealer", models.CharField(blank=True, max_length=60, null=True, verbose_name="签章方式")),
                ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="签章时间")),
                ("signer", models.CharField(blank=True, max_length=200, null=True, verbose_name="签章人")),
            ],
            options={
                "verbose_name": "公示批",
                "verbose_name_plural": "公示批",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["authority", "-id"], name="batches_newest_first")],
                "constraints": [
                    models.UniqueConstraint(fields=("authority", "year", "sequence"), name="one_batch_per_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("certificate__isnull", False),
                                ("sealer__isnull", False),
                                ("signed_at__isnull", False),
                                ("signer__isnull", False),
                            ),
                            models.Q(
                                ("certificate__isnull", True),
                                ("sealer__isnull", True),
                                ("signed_at__isnull", True),
                                ("signer__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="noticebatch_signed_at_complete",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("sequence", models.PositiveIntegerField(verbose_name="顺序号")),
                ("number", models.CharField(max_length=60, verbose_name="批次号")),
                ("count", models.PositiveIntegerField(verbose_name="笔数")),
                ("amount_fen", models.BigIntegerField(help_text="扣除抵扣后的实付合计", verbose_name="金额（分）")),
                ("purpose", models.CharField(max_length=100, verbose_name="用途")),
                ("prepared_at", models.DateTimeField(verbose_name="编制时间")),
                ("countersigned_at", models.DateTimeField(blank=True, null=True, verbose_name="复核时间")),
                ("dropped_at", models.DateTimeField(blank=True, null=True, verbose_name="退回时间")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="退回理由")),
                (
                    "csv_file",
                    models.FileField(
                        blank=True,
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.payment.batch_file_path,
                        verbose_name="支付文件（CSV）",
                    ),
                ),
                ("csv_sha256", models.CharField(blank=True, max_length=64, verbose_name="CSV摘要")),
                (
                    "xlsx_file",
                    models.FileField(
                        blank=True,
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.payment.batch_file_path,
                        verbose_name="支付文件（XLSX）",
                    ),
                ),
                ("xlsx_sha256", models.CharField(blank=True, max_length=64, verbose_name="XLSX摘要")),
                ("made_at", models.DateTimeField(blank=True, null=True, verbose_name="文件生成时间")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="完成时间")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment_batches",
                        to="applications.authority",
                    ),
                ),
                (
                    "countersigned_by",
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
                    "payer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="batches", to="applications.payer"
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "拨付批次",
                "verbose_name_plural": "拨付批次",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["authority", "-id"], name="payment_batches_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("countersigned_at__isnull", False), ("countersigned_by__isnull", False)),
                            models.Q(("countersigned_at__isnull", True), ("countersigned_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="paymentbatch_countersigned_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dropped_at__isnull", False), ("dropped_by__isnull", False)),
                            models.Q(("dropped_at__isnull", True), ("dropped_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="paymentbatch_dropped_by_complete",
                    ),
                    models.UniqueConstraint(
                        fields=("authority", "year", "sequence"), name="one_payment_batch_per_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("countersigned_by", None),
                            models.Q(("countersigned_by", models.F("prepared_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="payment_batch_countersigned_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("countersigned_at", None), ("dropped_at", None), _connector="OR"),
                        name="payment_batch_countersigned_or_dropped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gte", 0), ("count__gt", 0)), name="payment_batch_not_empty"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FundsTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("sequence", models.PositiveIntegerField(verbose_name="顺序号")),
                ("number", models.CharField(max_length=60, verbose_name="发文字号")),
                ("title", models.CharField(max_length=100, verbose_name="标题")),
                ("count", models.PositiveIntegerField(verbose_name="笔数")),
                ("total_fen", models.BigIntegerField(verbose_name="合计（分）")),
                ("content", models.JSONField(verbose_name="内容")),
                ("issued_at", models.DateTimeField(verbose_name="作出时间")),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.letter.funds_path,
                        verbose_name="文件",
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64, null=True, verbose_name="摘要")),
                ("made_at", models.DateTimeField(blank=True, null=True, verbose_name="生成时间")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="funds_tables",
                        to="applications.authority",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="funds_tables",
                        to="applications.lettertemplate",
                    ),
                ),
                ("certificate", models.CharField(blank=True, max_length=64, null=True, verbose_name="证书摘要")),
                ("draft_sha256", models.CharField(blank=True, max_length=64, verbose_name="待签章稿摘要")),
                ("sealer", models.CharField(blank=True, max_length=60, null=True, verbose_name="签章方式")),
                ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="签章时间")),
                ("signer", models.CharField(blank=True, max_length=200, null=True, verbose_name="签章人")),
            ],
            options={
                "verbose_name": "资金安排表",
                "verbose_name_plural": "资金安排表",
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["authority", "-id"], name="funds_tables_newest_first")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("made_at__isnull", False), ("sha256__isnull", False)),
                            models.Q(("made_at__isnull", True), ("sha256__isnull", True)),
                            _connector="OR",
                        ),
                        name="fundstable_sha256_complete",
                    ),
                    models.UniqueConstraint(
                        fields=("authority", "year", "sequence"), name="one_funds_table_per_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("count__gt", 0), ("total_fen__gt", 0)), name="funds_table_has_a_sum"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("certificate__isnull", False),
                                ("sealer__isnull", False),
                                ("signed_at__isnull", False),
                                ("signer__isnull", False),
                            ),
                            models.Q(
                                ("certificate__isnull", True),
                                ("sealer__isnull", True),
                                ("signed_at__isnull", True),
                                ("signer__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="fundstable_signed_at_complete",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EarlierAward",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uscc", models.CharField(db_index=True, max_length=18, verbose_name="统一社会信用代码")),
                ("applicant_name", models.CharField(max_length=100, verbose_name="单位名称")),
                ("subject", models.CharField(blank=True, max_length=100, verbose_name="奖补对象")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                ("paper", models.CharField(max_length=100, verbose_name="依据文件")),
                ("entered_at", models.DateTimeField(verbose_name="录入时间")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="earlier_awards",
                        to="applications.authority",
                    ),
                ),
                (
                    "clause",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="earlier_awards",
                        to="applications.clause",
                        verbose_name="条款",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="applications.earlieraward",
                    ),
                ),
            ],
            options={
                "verbose_name": "既往奖补",
                "verbose_name_plural": "既往奖补",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount_fen__gt", 0), ("reverses", None)),
                            models.Q(("amount_fen__lt", 0), ("reverses__isnull", False)),
                            _connector="OR",
                        ),
                        name="earlier_award_signed_by_nature",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Pool",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("limit_fen", models.BigIntegerField(verbose_name="总额（分）")),
                ("committed_fen", models.BigIntegerField(default=0, verbose_name="已占用（分）")),
                ("paid_fen", models.BigIntegerField(default=0, verbose_name="已拨付（分）")),
                ("source", models.CharField(max_length=200, verbose_name="依据文件")),
                (
                    "clauses",
                    models.ManyToManyField(related_name="pools", to="applications.clause", verbose_name="共用条款"),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pools",
                        to="applications.policy",
                        verbose_name="政策",
                    ),
                ),
                (
                    "shortfall",
                    models.CharField(
                        choices=[
                            ("queue", "按完整申报时间排队"),
                            ("pro_rata", "批次截止后按比例"),
                            ("remainder", "以余额为限"),
                        ],
                        default="queue",
                        max_length=10,
                        verbose_name="余额不足时",
                    ),
                ),
                ("reserved_fen", models.BigIntegerField(default=0, verbose_name="已结算待公示（分）")),
                ("shortfall_at", models.DateTimeField(blank=True, null=True, verbose_name="确定时间")),
                (
                    "shortfall_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("shortfall_source", models.CharField(blank=True, max_length=200, null=True, verbose_name="办法依据")),
            ],
            options={
                "verbose_name": "资金池",
                "verbose_name_plural": "资金池",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("policy", "name", "year"), name="one_pool_per_policy_name_and_year"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("committed_fen__lte", models.F("limit_fen")),
                            ("paid_fen__gte", 0),
                            ("paid_fen__lte", models.F("committed_fen")),
                        ),
                        name="pool_never_exceeded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reserved_fen__gte", 0),
                            (
                                "reserved_fen__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("limit_fen"), "-", models.F("committed_fen")
                                ),
                            ),
                        ),
                        name="pool_promises_no_more_than_it_has",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("shortfall_at__isnull", False),
                                ("shortfall_by__isnull", False),
                                ("shortfall_source__isnull", False),
                            ),
                            models.Q(
                                ("shortfall_at__isnull", True),
                                ("shortfall_by__isnull", True),
                                ("shortfall_source__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="pool_shortfall_source_complete",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="批次名称")),
                ("opens_at", models.DateTimeField(verbose_name="开始时间")),
                ("closes_at", models.DateTimeField(verbose_name="截止时间")),
                ("created_at", models.DateTimeField(verbose_name="设立时间")),
                (
                    "clause",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="applications.clause",
                        verbose_name="只开放条款",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="applications.policy",
                        verbose_name="政策",
                    ),
                ),
            ],
            options={
                "verbose_name": "申报批次",
                "verbose_name_plural": "申报批次",
                "ordering": ["-opens_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("opens_at__lt", models.F("closes_at"))), name="round_opens_before_it_closes"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClauseDemand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("credit_check", models.BooleanField(default=False, verbose_name="须信用核查")),
                ("site_visit", models.BooleanField(default=False, verbose_name="须现场核查")),
                ("expert_opinion", models.BooleanField(default=False, verbose_name="须专家意见")),
                ("joint_review", models.BooleanField(default=False, verbose_name="须部门会审")),
                (
                    "joint_units",
                    models.CharField(blank=True, help_text="以顿号分隔", max_length=300, verbose_name="会审单位"),
                ),
                ("entered_at", models.DateTimeField(verbose_name="录入时间")),
                (
                    "clause",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="demand",
                        to="applications.clause",
                        verbose_name="条款",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "办理要求",
                "verbose_name_plural": "办理要求",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("joint_review", False), models.Q(("joint_units", ""), _negated=True), _connector="OR"
                        ),
                        name="joint_review_names_its_units",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StepLength",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待受理"),
                            ("verifying", "核验中"),
                            ("correcting", "补正中"),
                            ("proposed", "待审批"),
                            ("noticed", "公示中"),
                            ("granted", "已批准"),
                            ("paid", "已拨付"),
                            ("closed", "已办结"),
                            ("withdrawn", "已撤回"),
                            ("declined", "不予受理"),
                            ("refused", "不予兑现"),
                            ("revoked", "已撤销"),
                        ],
                        max_length=12,
                        verbose_name="环节",
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        choices=[("working", "工作日"), ("calendar", "日"), ("month", "个月")],
                        default="working",
                        max_length=10,
                        verbose_name="单位",
                    ),
                ),
                ("length", models.PositiveSmallIntegerField(verbose_name="时限")),
                ("source", models.CharField(max_length=200, verbose_name="依据文件")),
                ("entered_at", models.DateTimeField(verbose_name="录入时间")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="step_lengths",
                        to="applications.authority",
                    ),
                ),
                (
                    "clause",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="step_lengths",
                        to="applications.clause",
                        verbose_name="只适用条款",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "办理时限",
                "verbose_name_plural": "办理时限",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("length__gt", 0)), name="step_length_positive")
                ],
            },
        ),
        migrations.CreateModel(
            name="ResultFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "file",
                    models.FileField(
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.payment.result_file_path,
                        verbose_name="文件",
                    ),
                ),
                ("original_name", models.CharField(max_length=200, verbose_name="文件名")),
                ("sha256", models.CharField(max_length=64, verbose_name="摘要")),
                ("imported_at", models.DateTimeField(verbose_name="读入时间")),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="applications.paymentbatch",
                    ),
                ),
                (
                    "imported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "支付结果",
                "verbose_name_plural": "支付结果",
                "ordering": ["-pk"],
                "constraints": [models.UniqueConstraint(fields=("batch", "sha256"), name="one_result_per_file")],
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "method",
                    models.CharField(
                        choices=[("queue", "按完整申报时间先后"), ("pro_rata", "按比例"), ("remainder", "以余额为限")],
                        max_length=10,
                        verbose_name="办法",
                    ),
                ),
                ("inputs", models.JSONField(verbose_name="输入")),
                ("inputs_sha256", models.CharField(max_length=64, verbose_name="输入摘要")),
                ("result", models.JSONField(verbose_name="结果")),
                ("result_sha256", models.CharField(max_length=64, verbose_name="结果摘要")),
                ("made_at", models.DateTimeField(verbose_name="结算时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("dropped_at", models.DateTimeField(blank=True, null=True, verbose_name="撤下时间")),
                (
                    "confirmed_by",
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
                    "pool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="settlements", to="applications.pool"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="settlements", to="applications.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "批次资金结算",
                "verbose_name_plural": "批次资金结算",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="settlement_confirmed_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("made_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="settlement_confirmed_by_another",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("dropped_at", None)),
                        fields=("pool", "round"),
                        name="one_live_settlement_per_pool_and_round",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_at", None), ("dropped_at", None), _connector="OR"),
                        name="settlement_confirmed_or_dropped",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chain", models.CharField(max_length=40)),
                ("sequence", models.PositiveIntegerField()),
                ("action", models.CharField(max_length=40, verbose_name="动作")),
                ("before", models.CharField(blank=True, max_length=12, verbose_name="之前")),
                ("after", models.CharField(blank=True, max_length=12, verbose_name="之后")),
                ("duty", models.CharField(blank=True, max_length=20, verbose_name="岗位")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("note", models.CharField(blank=True, max_length=1000, verbose_name="说明")),
                ("detail", models.JSONField(default=dict, verbose_name="详情")),
                ("previous_hash", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="applications.authority"
                    ),
                ),
                (
                    "by",
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
                "verbose_name": "办理记录",
                "verbose_name_plural": "办理记录",
                "ordering": ["chain", "sequence"],
                "constraints": [
                    models.UniqueConstraint(fields=("chain", "sequence"), name="one_event_per_place_in_chain")
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[("site", "站内通知"), ("mail", "电子邮件")], max_length=5, verbose_name="渠道"
                    ),
                ),
                ("subject", models.CharField(max_length=100, verbose_name="标题")),
                ("text", models.CharField(max_length=500, verbose_name="内容")),
                ("created_at", models.DateTimeField(verbose_name="产生时间")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="送达时间")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="阅读时间")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="尝试次数")),
                ("error", models.CharField(blank=True, max_length=200, verbose_name="错误")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="applications.event"
                    ),
                ),
                ("retry_at", models.DateTimeField(blank=True, null=True, verbose_name="下次尝试")),
            ],
            options={
                "verbose_name": "送达",
                "verbose_name_plural": "送达",
                "indexes": [
                    models.Index(condition=models.Q(("sent_at", None)), fields=["id"], name="unsent_deliveries"),
                    models.Index(fields=["person", "channel", "-id"], name="deliveries_of_person"),
                    models.Index(
                        condition=models.Q(("channel", "site"), ("read_at", None)),
                        fields=["person", "-id"],
                        name="unread_on_the_site",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event", "channel", "person"), name="one_delivery_per_event_channel_person"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Restriction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uscc", models.CharField(db_index=True, max_length=18, verbose_name="统一社会信用代码")),
                ("applicant_name", models.CharField(max_length=100, verbose_name="单位名称")),
                (
                    "scope",
                    models.CharField(
                        choices=[("filing", "限制申报和兑现"), ("leeway", "不适用容缺受理"), ("payment", "暂停拨付")],
                        max_length=10,
                        verbose_name="限制范围",
                    ),
                ),
                ("since", models.DateField(verbose_name="自")),
                ("until", models.DateField(blank=True, help_text="不填为直至解除", null=True, verbose_name="至")),
                ("basis", models.CharField(max_length=300, verbose_name="法律依据")),
                ("paper", models.CharField(max_length=200, verbose_name="决定文件")),
                ("reason", models.CharField(max_length=500, verbose_name="事由")),
                ("made_at", models.DateTimeField(verbose_name="作出时间")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="解除时间")),
                ("lift_reason", models.CharField(blank=True, max_length=300, verbose_name="解除理由")),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restrictions",
                        to="applications.authority",
                    ),
                ),
                (
                    "lifted_by",
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
            ],
            options={
                "verbose_name": "限制申报",
                "verbose_name_plural": "限制申报",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                            models.Q(("lifted_at__isnull", True), ("lifted_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="restriction_lifted_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="restriction_ends_after_it_began",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", ""), _negated=True), models.Q(("paper", ""), _negated=True)
                        ),
                        name="restriction_has_a_basis",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CarryOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="carried_out", to="applications.pool"
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="carried_in", to="applications.pool"
                    ),
                ),
                (
                    "close",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="carried", to="applications.yearclose"
                    ),
                ),
            ],
            options={
                "verbose_name": "结转",
                "verbose_name_plural": "结转",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="carry_over_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True),
                        name="carry_over_to_another_pool",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ResultLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField(verbose_name="行号")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("paid", "已支付"),
                            ("returned", "退票"),
                            ("wrong_amount", "金额不符"),
                            ("unknown", "批次中没有此笔"),
                            ("twice", "重复"),
                            ("unreadable", "不能识别"),
                        ],
                        max_length=12,
                        verbose_name="结果",
                    ),
                ),
                ("said", models.JSONField(verbose_name="原文")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="applications.resultfile"
                    ),
                ),
            ],
            options={
                "verbose_name": "支付结果行",
                "verbose_name_plural": "支付结果行",
                "ordering": ["result_id", "row"],
                "constraints": [models.UniqueConstraint(fields=("result", "row"), name="one_result_line_per_row")],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
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
                ("payload", models.JSONField(default=dict, verbose_name="参数")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "排队中"),
                            ("running", "进行中"),
                            ("done", "已完成"),
                            ("failed", "失败"),
                            ("cancelled", "已取消"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("current", models.PositiveIntegerField(default=0, verbose_name="已完成")),
                ("total", models.PositiveIntegerField(default=1, verbose_name="总数")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="尝试次数")),
                ("heartbeat_at", models.DateTimeField(blank=True, null=True, verbose_name="心跳")),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="错误")),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.document.result_path,
                        verbose_name="结果",
                    ),
                ),
                ("requested_at", models.DateTimeField(verbose_name="提交时间")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="完成时间")),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "后台任务",
                "verbose_name_plural": "后台任务",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "running"])),
                        fields=["state", "id"],
                        name="unfinished_jobs",
                    ),
                    models.Index(fields=["requested_by", "-id"], name="jobs_of_person"),
                ],
            },
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
                "indexes": [models.Index(fields=["authority", "state", "-id"], name="findings_newest_first")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                            models.Q(("taken_at__isnull", True), ("taken_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="finding_taken_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ruled_at__isnull", False), ("ruled_by__isnull", False)),
                            models.Q(("ruled_at__isnull", True), ("ruled_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="finding_ruled_by_complete",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "taken"), _negated=True), ("taken_at__isnull", False), _connector="OR"
                        ),
                        name="finding_taken_by_somebody",
                    ),
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="finding_says_what"),
                ],
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
        migrations.CreateModel(
            name="Applicant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uscc", models.CharField(max_length=18, unique=True, verbose_name="统一社会信用代码")),
                ("name", models.CharField(db_index=True, max_length=100, verbose_name="单位名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("enterprise", "企业"),
                            ("institution", "事业单位"),
                            ("social", "社会组织"),
                            ("other", "其他机构"),
                        ],
                        default="enterprise",
                        max_length=20,
                        verbose_name="单位类别",
                    ),
                ),
                ("legal_representative", models.CharField(max_length=60, verbose_name="法定代表人")),
                ("registered_address", models.CharField(max_length=200, verbose_name="注册地址")),
                ("founded_on", models.DateField(blank=True, null=True, verbose_name="成立日期")),
                ("contact_name", models.CharField(max_length=60, verbose_name="联系人")),
                ("contact_phone", models.CharField(max_length=20, verbose_name="联系电话")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="电子邮箱")),
                ("created_at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "申报单位",
                "verbose_name_plural": "申报单位",
                "indexes": [
                    models.Index(fields=["contact_phone"], name="applicants_by_phone"),
                    models.Index(fields=["email"], name="applicants_by_email"),
                    models.Index(fields=["registered_address"], name="applicants_by_address"),
                    models.Index(fields=["legal_representative"], name="applicants_by_legal_person"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("holder", models.CharField(max_length=100, verbose_name="户名")),
                ("bank", models.CharField(max_length=100, verbose_name="开户银行")),
                ("number", models.CharField(max_length=40, verbose_name="账号")),
                ("created_at", models.DateTimeField(verbose_name="登记时间")),
                ("replaced_at", models.DateTimeField(blank=True, null=True, verbose_name="停用时间")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_accounts",
                        to="applications.applicant",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="法定代表人确认时间")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "line_number",
                    models.CharField(
                        blank=True, help_text="开户银行的12位支付系统行号", max_length=12, verbose_name="行号"
                    ),
                ),
                (
                    "proof",
                    models.FileField(
                        blank=True,
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.account.proof_path,
                        verbose_name="账户证明",
                    ),
                ),
                ("proof_name", models.CharField(blank=True, max_length=200, verbose_name="证明文件名")),
                ("proof_sha256", models.CharField(blank=True, max_length=64, verbose_name="证明摘要")),
                ("usable_from", models.DateTimeField(blank=True, null=True, verbose_name="可以收款的时间")),
            ],
            options={
                "verbose_name": "收款账户",
                "verbose_name_plural": "收款账户",
                "indexes": [
                    models.Index(
                        condition=models.Q(("replaced_at", None)), fields=["number"], name="accounts_by_number"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at", None)),
                        fields=("applicant",),
                        name="one_account_in_use_per_applicant",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proof", ""), ("proof_name", ""), ("proof_sha256", "")),
                            models.Q(
                                models.Q(("proof", ""), _negated=True), models.Q(("proof_sha256", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="account_proof_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="bankaccount_confirmed_by_complete",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("agent", "经办人"), ("legal", "法定代表人")], max_length=10, verbose_name="身份"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="邀请码")),
                ("created_at", models.DateTimeField(verbose_name="发出时间")),
                ("expires_at", models.DateTimeField(verbose_name="失效时间")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="使用时间")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="applications.applicant",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "used_by",
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
                "verbose_name": "成员邀请",
                "verbose_name_plural": "成员邀请",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("used_at__isnull", False), ("used_by__isnull", False)),
                            models.Q(("used_at__isnull", True), ("used_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="invitation_used_by_complete",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("agent", "经办人"), ("legal", "法定代表人")], max_length=10, verbose_name="身份"
                    ),
                ),
                ("joined_at", models.DateTimeField(verbose_name="加入时间")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="applications.applicant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "单位成员",
                "verbose_name_plural": "单位成员",
                "constraints": [
                    models.UniqueConstraint(fields=("applicant", "user"), name="one_membership_per_applicant_and_user"),
                    models.UniqueConstraint(
                        condition=models.Q(("role", "legal")),
                        fields=("applicant",),
                        name="one_legal_representative_per_applicant",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("passed", models.BooleanField(verbose_name="核对无误")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="核对说明")),
                ("checked_at", models.DateTimeField(verbose_name="核对时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="复核时间")),
                ("dropped_at", models.DateTimeField(blank=True, null=True, verbose_name="退回时间")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="applications.bankaccount",
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_checks",
                        to="applications.authority",
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "confirmed_by",
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
                "verbose_name": "账户核对",
                "verbose_name_plural": "账户核对",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="accountcheck_confirmed_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("checked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="account_confirmed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("passed", True), models.Q(("note", ""), _negated=True), _connector="OR"),
                        name="account_found_wrong_with_note",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("dropped_at", None)),
                        fields=("account", "authority"),
                        name="one_live_check_per_account_and_authority",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LateAdmission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500, verbose_name="逾期理由")),
                ("paper", models.CharField(max_length=200, verbose_name="依据文件")),
                ("file_until", models.DateTimeField(verbose_name="准予提交至")),
                ("asked_at", models.DateTimeField(verbose_name="提出时间")),
                ("admitted", models.BooleanField(null=True, verbose_name="准予")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="决定时间")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="late_admissions",
                        to="applications.applicant",
                        verbose_name="申报单位",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="late_admissions",
                        to="applications.authority",
                    ),
                ),
                (
                    "clause",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.clause",
                        verbose_name="条款",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.round",
                        verbose_name="已截止批次",
                    ),
                ),
            ],
            options={
                "verbose_name": "逾期准入",
                "verbose_name_plural": "逾期准入",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("admitted__isnull", False),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            models.Q(
                                ("admitted__isnull", True), ("decided_at__isnull", True), ("decided_by__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="lateadmission_admitted_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="late_admission_decided_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SetOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_fen", models.BigIntegerField(verbose_name="抵扣总额（分）")),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
                ("paper", models.CharField(max_length=200, verbose_name="依据文件")),
                ("entered_at", models.DateTimeField(verbose_name="录入时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                ("dropped_at", models.DateTimeField(blank=True, null=True, verbose_name="撤下时间")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="set_offs",
                        to="applications.applicant",
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="set_offs",
                        to="applications.authority",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "抵扣",
                "verbose_name_plural": "抵扣",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="setoff_confirmed_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="set_off_confirmed_by_another",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="set_off_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", ""), _negated=True), models.Q(("paper", ""), _negated=True)
                        ),
                        name="set_off_names_its_basis",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="申报编号")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待受理"),
                            ("verifying", "核验中"),
                            ("correcting", "补正中"),
                            ("proposed", "待审批"),
                            ("noticed", "公示中"),
                            ("granted", "已批准"),
                            ("paid", "已拨付"),
                            ("closed", "已办结"),
                            ("withdrawn", "已撤回"),
                            ("declined", "不予受理"),
                            ("refused", "不予兑现"),
                            ("revoked", "已撤销"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        help_text="项目、模型、算法、产品或标准的名称",
                        max_length=100,
                        verbose_name="申报对象",
                    ),
                ),
                ("facts", models.JSONField(default=dict, verbose_name="申报内容")),
                ("event_on", models.DateField(blank=True, null=True, verbose_name="基准日")),
                ("support_year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="支持年度")),
                ("version", models.PositiveIntegerField(default=0, verbose_name="版本")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="办理期限")),
                (
                    "correcting_from",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待受理"),
                            ("verifying", "核验中"),
                            ("correcting", "补正中"),
                            ("proposed", "待审批"),
                            ("noticed", "公示中"),
                            ("granted", "已批准"),
                            ("paid", "已拨付"),
                            ("closed", "已办结"),
                            ("withdrawn", "已撤回"),
                            ("declined", "不予受理"),
                            ("refused", "不予兑现"),
                            ("revoked", "已撤销"),
                        ],
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="创建时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="法定代表人确认时间")),
                ("submitted_at", models.DateTimeField(blank=True, null=True, verbose_name="提交时间")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="受理时间")),
                ("proposed_at", models.DateTimeField(blank=True, null=True, verbose_name="核定时间")),
                ("proposed_fen", models.BigIntegerField(blank=True, null=True, verbose_name="核定额（分）")),
                ("proposed_reason", models.CharField(blank=True, max_length=500, verbose_name="核定理由")),
                ("endorsed_at", models.DateTimeField(blank=True, null=True, verbose_name="审批时间")),
                (
                    "applicant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="applications.applicant",
                        verbose_name="申报单位",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="applications.authority",
                    ),
                ),
                (
                    "clause",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="applications.clause",
                        verbose_name="条款",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="applications.policy",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="applications.round",
                        verbose_name="批次",
                    ),
                ),
                ("assigned_at", models.DateTimeField(blank=True, null=True, verbose_name="分办时间")),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="承办人",
                    ),
                ),
                ("proposed_ceiling_fen", models.BigIntegerField(blank=True, null=True, verbose_name="测算上限（分）")),
                (
                    "proposed_paper",
                    models.CharField(
                        blank=True,
                        help_text="一事一议和转致事项的会议纪要或上级文件",
                        max_length=200,
                        verbose_name="决定文件",
                    ),
                ),
                ("arranged_fen", models.BigIntegerField(blank=True, null=True, verbose_name="安排额（分）")),
                ("arranged_reason", models.CharField(blank=True, max_length=400, verbose_name="资金安排说明")),
            ],
            options={
                "verbose_name": "申报件",
                "verbose_name_plural": "申报件",
                "indexes": [
                    models.Index(fields=["authority", "status", "due_on", "id"], name="queue_by_due_day"),
                    models.Index(fields=["authority", "-id"], name="queue_newest_first"),
                    models.Index(fields=["applicant", "-id"], name="cases_of_applicant"),
                    models.Index(fields=["clause", "status"], name="cases_of_clause"),
                    models.Index(
                        fields=["authority", "assigned_to", "status", "due_on", "id"], name="queue_of_officer"
                    ),
                    models.Index(fields=["clause", "-id"], name="queue_of_clause"),
                    models.Index(fields=["round", "-id"], name="queue_of_round"),
                    models.Index(fields=["authority", "support_year", "-id"], name="queue_of_year"),
                    models.Index(fields=["authority", "status", "-id"], name="queue_of_status"),
                    models.Index(
                        condition=models.Q(("status__in", ["paid", "submitted"])),
                        fields=["authority", "due_on", "id"],
                        name="queue_at_intake",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ["noticed", "proposed"])),
                        fields=["authority", "due_on", "id"],
                        name="queue_at_approval",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "draft",
                                    "submitted",
                                    "verifying",
                                    "correcting",
                                    "proposed",
                                    "noticed",
                                    "granted",
                                    "paid",
                                    "closed",
                                    "withdrawn",
                                    "declined",
                                    "refused",
                                    "revoked",
                                ],
                            )
                        ),
                        name="application_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="application_confirmed_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("submitted_at__isnull", False), ("submitted_by__isnull", False)),
                            models.Q(("submitted_at__isnull", True), ("submitted_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="application_submitted_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("proposed_fen", None), ("proposed_fen__gt", 0), _connector="OR"),
                        name="application_proposed_sum_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "withdrawn"]), ("submitted_at__isnull", False), _connector="OR"
                        ),
                        name="application_submitted_before_the_desk",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("assigned_at__isnull", False), ("assigned_to__isnull", False)),
                            models.Q(("assigned_at__isnull", True), ("assigned_to__isnull", True)),
                            _connector="OR",
                        ),
                        name="application_assigned_to_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("proposed_ceiling_fen", None),
                            ("proposed_fen__lte", models.F("proposed_ceiling_fen")),
                            _connector="OR",
                        ),
                        name="application_proposal_within_ceiling",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("arranged_fen", None), ("arranged_reason", "")),
                            models.Q(
                                ("arranged_fen__gt", 0),
                                ("arranged_fen__isnull", False),
                                ("arranged_fen__lte", models.F("proposed_fen")),
                                ("proposed_fen__isnull", False),
                                models.Q(("arranged_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="application_arranged_within_the_proposal",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("declared", "按申报值测算"), ("verified", "按核验值测算"), ("grant", "批准时复算")],
                        max_length=10,
                        verbose_name="用途",
                    ),
                ),
                ("inputs", models.JSONField(verbose_name="输入")),
                ("result", models.JSONField(verbose_name="结果")),
                ("readings", models.JSONField(default=dict, verbose_name="口径")),
                ("kind", models.CharField(max_length=20, verbose_name="性质")),
                ("eligible", models.BooleanField(null=True, verbose_name="符合条件")),
                ("amount_fen", models.BigIntegerField(null=True, verbose_name="测算额（分）")),
                ("reason", models.CharField(blank=True, max_length=1000, verbose_name="结论")),
                ("pack_version", models.CharField(max_length=60, verbose_name="规则包")),
                ("pack_sha256", models.CharField(max_length=64, verbose_name="规则包摘要")),
                ("made_at", models.DateTimeField(verbose_name="测算时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="applications.application",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("decisions", models.JSONField(default=list, verbose_name="个案口径")),
            ],
            options={
                "verbose_name": "测算",
                "verbose_name_plural": "测算",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen", None), ("amount_fen__gte", 0), _connector="OR"),
                        name="assessment_amount_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseDuty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "duty",
                    models.CharField(
                        choices=[
                            ("intake", "受理"),
                            ("verify", "核验"),
                            ("approve", "审批"),
                            ("pay", "财政经办"),
                            ("countersign", "财政复核"),
                            ("inspect", "稽核"),
                            ("legal", "法制审核"),
                            ("hearing", "听证主持"),
                            ("expert", "专家"),
                            ("policy", "政策管理"),
                            ("audit", "审计"),
                            ("system", "系统管理"),
                        ],
                        max_length=20,
                        verbose_name="岗位",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="首次经办时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duties",
                        to="applications.application",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="case_duties",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "经办记录",
                "verbose_name_plural": "经办记录",
                "constraints": [
                    models.UniqueConstraint(fields=("application", "user"), name="one_duty_per_person_and_case"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "duty__in",
                                [
                                    "intake",
                                    "verify",
                                    "approve",
                                    "pay",
                                    "countersign",
                                    "inspect",
                                    "legal",
                                    "hearing",
                                    "expert",
                                    "policy",
                                    "audit",
                                    "system",
                                ],
                            )
                        ),
                        name="case_duty_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.CharField(max_length=60, verbose_name="材料类别")),
                (
                    "file",
                    models.FileField(
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.evidence.evidence_path,
                        verbose_name="文件",
                    ),
                ),
                ("original_name", models.CharField(max_length=200, verbose_name="文件名")),
                ("content_type", models.CharField(max_length=100, verbose_name="类型")),
                ("size", models.PositiveIntegerField(verbose_name="大小（字节）")),
                ("sha256", models.CharField(db_index=True, max_length=64, verbose_name="摘要")),
                ("pages", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="页数")),
                ("details", models.JSONField(default=dict, verbose_name="要素")),
                ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="撤换时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="applications.application",
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
                "verbose_name": "佐证材料",
                "verbose_name_plural": "佐证材料",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="evidence_withdrawn_by_complete",
                    ),
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="evidence_is_not_empty"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Commitment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                (
                    "state",
                    models.CharField(
                        choices=[("held", "预占"), ("final", "占用"), ("released", "释放")],
                        default="held",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="占用时间")),
                ("released_at", models.DateTimeField(blank=True, null=True, verbose_name="释放时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commitments",
                        to="applications.application",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="commitments", to="applications.pool"
                    ),
                ),
            ],
            options={
                "verbose_name": "资金占用",
                "verbose_name_plural": "资金占用",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="commitment_amount_positive"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "released"), _negated=True),
                        fields=("application", "pool"),
                        name="one_live_commitment_per_case_and_pool",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待受理"),
                            ("verifying", "核验中"),
                            ("correcting", "补正中"),
                            ("proposed", "待审批"),
                            ("noticed", "公示中"),
                            ("granted", "已批准"),
                            ("paid", "已拨付"),
                            ("closed", "已办结"),
                            ("withdrawn", "已撤回"),
                            ("declined", "不予受理"),
                            ("refused", "不予兑现"),
                            ("revoked", "已撤销"),
                        ],
                        max_length=12,
                        verbose_name="环节",
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
                ("due_on", models.DateField(blank=True, null=True, verbose_name="期限")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="办结日")),
                ("reminded_on", models.DateField(blank=True, null=True, verbose_name="提醒日")),
                ("late_reason", models.CharField(blank=True, max_length=300, verbose_name="超期说明")),
                ("late_at", models.DateTimeField(blank=True, null=True, verbose_name="说明时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clocks",
                        to="applications.application",
                    ),
                ),
                (
                    "late_by",
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
                "verbose_name": "期限",
                "verbose_name_plural": "期限",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_on", None)),
                        fields=["due_on", "id"],
                        name="running_clocks_by_due_day",
                    ),
                    models.Index(fields=["application", "id"], name="clocks_of_case"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("late_at__isnull", False), ("late_by__isnull", False)),
                            models.Q(("late_at__isnull", True), ("late_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="clock_late_by_complete",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on", None)),
                        fields=("application", "step"),
                        name="one_running_clock_per_step",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on", None), ("ended_on__gte", models.F("started_on")), _connector="OR"
                        ),
                        name="clock_ends_after_it_started",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeskFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mandate", "授权委托书"),
                            ("decision", "决定文件"),
                            ("credit", "信用查询截图"),
                            ("site", "现场核查照片或记录"),
                            ("expert", "专家意见书"),
                            ("minutes", "会审纪要"),
                            ("recheck", "再核材料"),
                        ],
                        max_length=10,
                        verbose_name="种类",
                    ),
                ),
                (
                    "file",
                    models.FileField(
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.desk.desk_path,
                        verbose_name="文件",
                    ),
                ),
                ("original_name", models.CharField(max_length=200, verbose_name="文件名")),
                ("content_type", models.CharField(max_length=100, verbose_name="类型")),
                ("size", models.PositiveIntegerField(verbose_name="大小（字节）")),
                ("sha256", models.CharField(max_length=64, verbose_name="摘要")),
                ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="desk_files",
                        to="applications.application",
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
                "verbose_name": "办理材料",
                "verbose_name_plural": "办理材料",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="desk_file_is_not_empty")
                ],
            },
        ),
        migrations.CreateModel(
            name="PoolWait",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("complete_at", models.DateTimeField(verbose_name="完整申报时间")),
                ("amount_fen", models.BigIntegerField(verbose_name="所需金额（分）")),
                ("since", models.DateTimeField(verbose_name="排队时间")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pool_waits",
                        to="applications.application",
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="waits", to="applications.pool"
                    ),
                ),
                ("called_at", models.DateTimeField(blank=True, null=True, verbose_name="轮到时间")),
                (
                    "carried_from",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carried_to",
                        to="applications.poolwait",
                        verbose_name="结转自",
                    ),
                ),
                ("outcome", models.CharField(blank=True, max_length=12, verbose_name="结果")),
                ("settled_fen", models.BigIntegerField(blank=True, null=True, verbose_name="结算安排额（分）")),
                (
                    "settlement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waits",
                        to="applications.settlement",
                        verbose_name="批次结算",
                    ),
                ),
            ],
            options={
                "verbose_name": "资金池排队",
                "verbose_name_plural": "资金池排队",
                "ordering": ["complete_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["pool", "complete_at", "id"],
                        name="queue_of_pool",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("application",),
                        name="one_running_wait_per_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_fen__isnull", False), ("settlement__isnull", False)),
                            models.Q(("settled_fen__isnull", True), ("settlement__isnull", True)),
                            _connector="OR",
                        ),
                        name="poolwait_settlement_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("settled_fen", None),
                            models.Q(("settled_fen__gte", 0), ("settled_fen__lte", models.F("amount_fen"))),
                            _connector="OR",
                        ),
                        name="wait_settled_within_its_claim",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("outcome", "")),
                            models.Q(("ended_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="wait_ends_with_an_outcome",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskScore",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="risk_score",
                        serialize=False,
                        to="applications.application",
                        verbose_name="申报件",
                    ),
                ),
                ("score", models.PositiveSmallIntegerField(default=0, verbose_name="风险分")),
                ("stale", models.BooleanField(default=True, verbose_name="待重新查看")),
                ("computed_at", models.DateTimeField(verbose_name="计算时间")),
                (
                    "authority",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.authority",
                    ),
                ),
            ],
            options={
                "verbose_name": "风险分",
                "verbose_name_plural": "风险分",
                "indexes": [
                    models.Index(
                        condition=models.Q(("score__gt", 0)),
                        fields=["authority", "-score", "-application"],
                        name="scores_highest_first",
                    ),
                    models.Index(condition=models.Q(("stale", True)), fields=["application"], name="scores_to_look_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 0), ("score__lte", 100)), name="score_in_range"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Award",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="支持年度")),
                ("amount_fen", models.BigIntegerField(verbose_name="核定额（分）")),
                ("computed_fen", models.BigIntegerField(verbose_name="测算额（分）")),
                ("reason", models.CharField(blank=True, max_length=1000, verbose_name="核定理由")),
                ("decided_at", models.DateTimeField(verbose_name="决定时间")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="awards", to="applications.applicant"
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to="applications.application",
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.assessment"
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="awards", to="applications.authority"
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="applications.award",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
                (
                    "clause",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="awards", to="applications.clause"
                    ),
                ),
            ],
            options={
                "verbose_name": "奖补决定",
                "verbose_name_plural": "奖补决定",
                "indexes": [
                    models.Index(fields=["authority", "-id"], name="awards_of_authority"),
                    models.Index(fields=["applicant", "clause"], name="awards_of_applicant_clause"),
                    models.Index(fields=["authority", "-application"], name="awards_by_case"),
                    models.Index(fields=["authority", "year", "-application"], name="awards_of_year"),
                    models.Index(fields=["authority", "clause", "-application"], name="awards_of_clause"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="award_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__lte", models.F("computed_fen"))),
                        name="award_not_above_computed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("replaces", None)),
                        fields=("application",),
                        name="one_first_award_per_application",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("items", models.JSONField(verbose_name="补正事项")),
                ("asked_at", models.DateTimeField(verbose_name="告知时间")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="补正期限")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
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
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="applications.application",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="再次补正的理由")),
            ],
            options={
                "verbose_name": "补正",
                "verbose_name_plural": "补正",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                            models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="correction_answered_by_complete",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)),
                        fields=("application",),
                        name="one_open_correction_per_case",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FactCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.CharField(max_length=80, verbose_name="事实")),
                ("declared", models.JSONField(null=True, verbose_name="申报值")),
                ("verified", models.JSONField(null=True, verbose_name="核验值")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("met", "符合"), ("corrected", "以核验值为准"), ("failed", "不符合")],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("document", "书面审查"),
                            ("register", "官方网站查验"),
                            ("site", "现场核查"),
                            ("expert", "专家或第三方意见"),
                        ],
                        max_length=10,
                        verbose_name="核验方式",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("checked_at", models.DateTimeField(verbose_name="核验时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="applications.application",
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="applications.caseduty"
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="applications.evidence",
                        verbose_name="依据材料",
                    ),
                ),
            ],
            options={
                "verbose_name": "核验",
                "verbose_name_plural": "核验",
                "indexes": [models.Index(fields=["application", "fact", "-id"], name="checks_of_case")],
            },
        ),
        migrations.CreateModel(
            name="PublicNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_at", models.DateTimeField(verbose_name="公示开始时间")),
                ("days", models.PositiveSmallIntegerField(verbose_name="公示期（工作日）")),
                ("closes_on", models.DateField(blank=True, null=True, verbose_name="公示截止日")),
                ("amount_fen", models.BigIntegerField(verbose_name="拟兑现金额（分）")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="公示结束时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="applications.application",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
                ("shown", models.JSONField(default=dict, verbose_name="公示内容")),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="applications.noticebatch",
                        verbose_name="公示批",
                    ),
                ),
            ],
            options={
                "verbose_name": "公示",
                "verbose_name_plural": "公示",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("application",),
                        name="one_running_notice_per_case",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AutoCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("run", models.PositiveIntegerField(verbose_name="轮次")),
                ("kind", models.CharField(max_length=30, verbose_name="核对项")),
                ("target", models.CharField(blank=True, max_length=80, verbose_name="对象")),
                (
                    "state",
                    models.CharField(
                        choices=[("pass", "相符"), ("fail", "不符"), ("none", "无数据")],
                        max_length=5,
                        verbose_name="结果",
                    ),
                ),
                ("inputs", models.JSONField(default=dict, verbose_name="输入")),
                ("words", models.CharField(max_length=500, verbose_name="说明")),
                ("made_at", models.DateTimeField(verbose_name="核对时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="auto_checks",
                        to="applications.application",
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="auto_checks",
                        to="applications.evidence",
                    ),
                ),
            ],
            options={
                "verbose_name": "自动核对",
                "verbose_name_plural": "自动核对",
                "indexes": [models.Index(fields=["application", "-run", "id"], name="auto_checks_of_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["pass", "fail", "none"])), name="auto_check_state_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=10, verbose_name="口径编号")),
                ("question", models.CharField(max_length=300, verbose_name="问题")),
                ("choice", models.CharField(max_length=5, verbose_name="选定读法")),
                ("words", models.CharField(max_length=300, verbose_name="读法")),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("decided_at", models.DateTimeField(verbose_name="认定时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="applications.application",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
            ],
            options={
                "verbose_name": "个案口径",
                "verbose_name_plural": "个案口径",
                "indexes": [models.Index(fields=["application", "key", "-id"], name="decisions_of_case")],
            },
        ),
        migrations.CreateModel(
            name="ClockPause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[("correction", "补正"), ("expert", "专家评审"), ("money", "等待资金安排")],
                        max_length=10,
                        verbose_name="事由",
                    ),
                ),
                ("since", models.DateField(verbose_name="自")),
                ("until", models.DateField(blank=True, null=True, verbose_name="至")),
                (
                    "clock",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pauses", to="applications.clock"
                    ),
                ),
            ],
            options={
                "verbose_name": "停表",
                "verbose_name_plural": "停表",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("clock", "reason"),
                        name="one_open_pause_per_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="pause_ends_after_it_began",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.CharField(
                        choices=[("verify", "核验"), ("payment", "拨付前")], max_length=10, verbose_name="环节"
                    ),
                ),
                ("source", models.CharField(max_length=100, verbose_name="查询来源")),
                ("queried_on", models.DateField(verbose_name="查询日期")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("clean", "未发现失信或重复支持"),
                            ("record", "有失信记录"),
                            ("duplicate", "同一事项已获其他支持"),
                        ],
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("checked_at", models.DateTimeField(verbose_name="核查时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_checks",
                        to="applications.application",
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.deskfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "信用核查",
                "verbose_name_plural": "信用核查",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="EvidenceText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pages", models.JSONField(default=list, verbose_name="逐页文本")),
                ("read_at", models.DateTimeField(verbose_name="读取时间")),
                ("problem", models.CharField(blank=True, max_length=100, verbose_name="未能读取的原因")),
                (
                    "evidence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="text", to="applications.evidence"
                    ),
                ),
            ],
            options={
                "verbose_name": "材料文本",
                "verbose_name_plural": "材料文本",
            },
        ),
        migrations.CreateModel(
            name="EvidenceUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("base", "计算基数"), ("proof", "条件证明")], max_length=5, verbose_name="用途"
                    ),
                ),
                ("subject_key", models.CharField(blank=True, max_length=100, verbose_name="对象")),
                ("amount", models.BigIntegerField(default=0, verbose_name="使用量")),
                ("taken_at", models.DateTimeField(verbose_name="使用时间")),
                ("released_at", models.DateTimeField(blank=True, null=True, verbose_name="释放时间")),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.applicant"
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence_uses",
                        to="applications.application",
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.authority"
                    ),
                ),
                (
                    "clause",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.clause"
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="applications.evidence"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="applications.evidenceitem"
                    ),
                ),
                ("again", models.BooleanField(default=False, verbose_name="再次出示")),
            ],
            options={
                "verbose_name": "材料使用",
                "verbose_name_plural": "材料使用",
                "indexes": [
                    models.Index(fields=["application", "id"], name="uses_of_case"),
                    models.Index(fields=["item", "id"], name="uses_of_item"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("again", False), ("purpose", "proof"), ("released_at", None)),
                        fields=("item", "clause", "subject_key"),
                        name="proof_once_per_clause_and_object",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("released_at", None)),
                        fields=("item", "application"),
                        name="one_live_use_per_case_and_item",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("again", False), ("amount__gt", 0), ("purpose", "base")),
                            models.Q(("amount", 0), ("purpose", "proof")),
                            _connector="OR",
                        ),
                        name="use_amount_by_purpose",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpertOpinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question", models.CharField(max_length=500, verbose_name="征询事项")),
                ("expert_name", models.CharField(max_length=60, verbose_name="专家姓名")),
                ("expert_unit", models.CharField(max_length=100, verbose_name="专家单位")),
                ("asked_at", models.DateTimeField(verbose_name="征询时间")),
                ("expected_on", models.DateField(verbose_name="预计答复日期")),
                ("no_interest", models.BooleanField(null=True, verbose_name="已声明无应当回避的情形")),
                (
                    "conclusion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("support", "支持"),
                            ("conditional", "有条件支持"),
                            ("oppose", "不支持"),
                            ("recused", "回避"),
                        ],
                        max_length=12,
                        verbose_name="结论",
                    ),
                ),
                ("opinion", models.TextField(blank=True, max_length=2000, verbose_name="意见")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
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
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expert_opinions",
                        to="applications.application",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.deskfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "专家意见",
                "verbose_name_plural": "专家意见",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("no_interest__isnull", False),
                            ),
                            models.Q(
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                                ("no_interest__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="expertopinion_answered_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expert", None),
                            ("answered_by", None),
                            ("answered_by", models.F("expert")),
                            _connector="OR",
                        ),
                        name="expert_with_an_account_answers_in_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("conclusion", ""), ("no_interest__isnull", True)),
                            models.Q(
                                ("conclusion__in", ["support", "conditional", "oppose"]),
                                ("no_interest", True),
                                ("no_interest__isnull", False),
                            ),
                            models.Q(("conclusion", "recused"), ("no_interest", False), ("no_interest__isnull", False)),
                            _connector="OR",
                        ),
                        name="expert_with_an_interest_gives_no_opinion",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JointReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("held_on", models.DateField(verbose_name="会审日期")),
                ("units", models.JSONField(verbose_name="会审单位")),
                ("called_at", models.DateTimeField(verbose_name="发起时间")),
                ("minutes_number", models.CharField(blank=True, max_length=100, verbose_name="纪要编号")),
                ("passed", models.BooleanField(null=True, verbose_name="通过")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="形成纪要时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="joint_reviews",
                        to="applications.application",
                    ),
                ),
                (
                    "called_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.caseduty",
                    ),
                ),
                (
                    "minutes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.deskfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "会审",
                "verbose_name_plural": "会审",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False), ("closed_by__isnull", False), ("passed__isnull", False)
                            ),
                            models.Q(
                                ("closed_at__isnull", True), ("closed_by__isnull", True), ("passed__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="jointreview_closed_by_complete",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("application",),
                        name="one_open_joint_review_per_case",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("principal", models.CharField(max_length=60, verbose_name="委托人（法定代表人）")),
                ("bearer", models.CharField(max_length=60, verbose_name="受托到场人")),
                ("bearer_phone", models.CharField(max_length=20, verbose_name="受托人电话")),
                ("made_at", models.DateTimeField(verbose_name="代办时间")),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandate",
                        to="applications.application",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.deskfile",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "窗口代办",
                "verbose_name_plural": "窗口代办",
            },
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slot", models.CharField(max_length=60, verbose_name="材料类别")),
                ("label", models.CharField(max_length=100, verbose_name="材料名称")),
                ("due_on", models.DateField(verbose_name="承诺补交日期")),
                ("promised_at", models.DateTimeField(verbose_name="承诺时间")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="容缺受理时间")),
                ("kept_at", models.DateTimeField(blank=True, null=True, verbose_name="补交时间")),
                ("broken_at", models.DateTimeField(blank=True, null=True, verbose_name="逾期时间")),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.caseduty",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promises",
                        to="applications.application",
                    ),
                ),
                (
                    "kept_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.evidence",
                    ),
                ),
                (
                    "promised_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "容缺承诺",
                "verbose_name_plural": "容缺承诺",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("broken_at", None), ("kept_at", None)),
                        fields=["due_on"],
                        name="open_promises",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False)),
                            models.Q(("accepted_at__isnull", True), ("accepted_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="promise_accepted_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kept_at__isnull", False), ("kept_by__isnull", False)),
                            models.Q(("kept_at__isnull", True), ("kept_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="promise_kept_by_complete",
                    ),
                    models.UniqueConstraint(fields=("application", "slot"), name="one_promise_per_slot"),
                    models.CheckConstraint(
                        condition=models.Q(("kept_at", None), ("broken_at", None), _connector="OR"),
                        name="promise_kept_or_broken",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted_at__isnull", False),
                            models.Q(("broken_at", None), ("kept_at", None)),
                            _connector="OR",
                        ),
                        name="promise_counts_once_accepted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SiteVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("visited_on", models.DateField(verbose_name="核查日期")),
                ("place", models.CharField(max_length=200, verbose_name="地点")),
                ("met_with", models.CharField(max_length=100, verbose_name="申报单位在场人员")),
                ("findings", models.TextField(max_length=2000, verbose_name="核查情况")),
                (
                    "conclusion",
                    models.CharField(
                        choices=[("fits", "与申报一致"), ("differs", "与申报不一致")],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="记录时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="site_visits",
                        to="applications.application",
                    ),
                ),
                (
                    "companion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="同行核查人",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.deskfile",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核查人",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
            ],
            options={
                "verbose_name": "现场核查",
                "verbose_name_plural": "现场核查",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("officer", models.F("companion")), _negated=True),
                        name="site_visit_by_two_officers",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("proposed_at", models.DateTimeField(verbose_name="所审批的核定时间")),
                ("amount_fen", models.BigIntegerField(verbose_name="审批金额（分）")),
                (
                    "duty",
                    models.CharField(
                        choices=[("approve", "审批"), ("legal", "法制审核")], max_length=20, verbose_name="岗位"
                    ),
                ),
                ("approved_at", models.DateTimeField(verbose_name="审批时间")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="applications.application",
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
            ],
            options={
                "verbose_name": "审批意见",
                "verbose_name_plural": "审批意见",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "proposed_at", "approved_by"),
                        name="one_approval_per_person_and_proposal",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="approval_amount_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FileMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("producer", models.CharField(blank=True, max_length=200, verbose_name="生成程序")),
                ("creator", models.CharField(blank=True, max_length=200, verbose_name="创建程序")),
                ("created_at", models.DateTimeField(blank=True, null=True, verbose_name="文件创建时间")),
                ("modified_at", models.DateTimeField(blank=True, null=True, verbose_name="文件修改时间")),
                ("revisions", models.PositiveSmallIntegerField(default=1, verbose_name="保存次数")),
                ("changed_after_signing", models.BooleanField(default=False, verbose_name="签名后有改动")),
                ("scanned", models.JSONField(default=list, verbose_name="扫描页")),
                ("traces", models.JSONField(default=list, verbose_name="改动痕迹")),
                ("problem", models.CharField(blank=True, max_length=100, verbose_name="未能读取的原因")),
                ("read_at", models.DateTimeField(verbose_name="读取时间")),
                (
                    "evidence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="marks", to="applications.evidence"
                    ),
                ),
            ],
            options={
                "verbose_name": "文件痕迹",
                "verbose_name_plural": "文件痕迹",
            },
        ),
        migrations.CreateModel(
            name="PagePrint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.PositiveSmallIntegerField(verbose_name="页")),
                (
                    "kind",
                    models.CharField(
                        choices=[("picture", "图像"), ("figures", "数值")], max_length=8, verbose_name="种类"
                    ),
                ),
                ("band_1", models.BigIntegerField()),
                ("band_2", models.BigIntegerField()),
                ("band_3", models.BigIntegerField()),
                ("band_4", models.BigIntegerField()),
                ("detail", models.BinaryField(max_length=8192, verbose_name="细节")),
                (
                    "evidence",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prints",
                        to="applications.evidence",
                    ),
                ),
            ],
            options={
                "verbose_name": "页面指纹",
                "verbose_name_plural": "页面指纹",
                "indexes": [
                    models.Index(fields=["kind", "band_1"], name="prints_by_band_1"),
                    models.Index(fields=["kind", "band_2"], name="prints_by_band_2"),
                    models.Index(fields=["kind", "band_3"], name="prints_by_band_3"),
                    models.Index(fields=["kind", "band_4"], name="prints_by_band_4"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("evidence", "page", "kind"), name="one_print_per_page_and_kind"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["picture", "figures"])), name="print_kind_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskSignal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30, verbose_name="种类")),
                ("mark", models.CharField(max_length=32, verbose_name="标识")),
                ("points", models.PositiveSmallIntegerField(verbose_name="分值")),
                ("text", models.CharField(max_length=400, verbose_name="说明")),
                ("page", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="页")),
                ("links", models.JSONField(default=list, verbose_name="关联")),
                ("found_at", models.DateTimeField(verbose_name="发现时间")),
                ("gone_at", models.DateTimeField(blank=True, null=True, verbose_name="不再出现的时间")),
                ("cleared_at", models.DateTimeField(blank=True, null=True, verbose_name="不采纳时间")),
                ("cleared_reason", models.CharField(blank=True, max_length=500, verbose_name="不采纳理由")),
                (
                    "application",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="risk_signals",
                        to="applications.application",
                    ),
                ),
                (
                    "cleared_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.caseduty",
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.evidence",
                    ),
                ),
            ],
            options={
                "verbose_name": "风险提示",
                "verbose_name_plural": "风险提示",
                "indexes": [models.Index(fields=["application", "kind", "id"], name="signals_of_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cleared_at__isnull", False), ("cleared_by__isnull", False)),
                            models.Q(("cleared_at__isnull", True), ("cleared_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="risksignal_cleared_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cleared_at", None), ("cleared_reason", "")),
                            models.Q(("cleared_at__isnull", False), models.Q(("cleared_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="signal_set_aside_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("points__gte", 1), ("points__lte", 100)), name="signal_points_in_range"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("gone_at", None)),
                        fields=("application", "kind", "mark"),
                        name="one_standing_signal_of_a_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="期次")),
                ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                (
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="instalments", to="applications.award"
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="最早拨付日期")),
            ],
            options={
                "verbose_name": "分期",
                "verbose_name_plural": "分期",
                "ordering": ["award_id", "number"],
                "indexes": [models.Index(fields=["due_on"], name="instalments_by_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("award", "number"), name="one_instalment_per_number"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="instalment_amount_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JointVote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit", models.CharField(max_length=60, verbose_name="单位")),
                ("person", models.CharField(max_length=60, verbose_name="参加人")),
                (
                    "vote",
                    models.CharField(
                        choices=[("agree", "同意"), ("object", "不同意"), ("abstain", "保留意见")],
                        max_length=10,
                        verbose_name="表决",
                    ),
                ),
                ("opinion", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                ("recorded_at", models.DateTimeField(verbose_name="记录时间")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="votes", to="applications.jointreview"
                    ),
                ),
            ],
            options={
                "verbose_name": "会审表决",
                "verbose_name_plural": "会审表决",
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("review", "unit"), name="one_vote_per_unit")],
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
                "indexes": [
                    models.Index(fields=["authority", "state", "next_due_on", "id"], name="recoveries_by_due_day"),
                    models.Index(fields=["authority", "-id"], name="recoveries_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="recoverycase_decided_by_complete",
                    ),
                    models.UniqueConstraint(fields=("authority", "year", "sequence"), name="one_recovery_per_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["closed", "dropped"]), _negated=True),
                        fields=("award",),
                        name="one_open_recovery_per_award",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("alleged", ""), _negated=True), name="recovery_says_what_is_alleged"
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["decided", "served"]), _negated=True),
                            ("decided_at__isnull", False),
                            _connector="OR",
                        ),
                        name="recovery_decided_before_it_is_served",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", False),
                                ("state__in", ["closed", "dropped"]),
                                models.Q(("close_reason", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state__in", ["closed", "dropped"]), _negated=True), ("closed_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="recovery_ends_with_a_reason",
                    ),
                ],
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
                "indexes": [
                    models.Index(fields=["campaign", "state", "id"], name="inspections_by_state"),
                    models.Index(fields=["officer", "state", "id"], name="inspections_of_officer"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("assigned_at__isnull", False), ("officer__isnull", False)),
                            models.Q(("assigned_at__isnull", True), ("officer__isnull", True)),
                            _connector="OR",
                        ),
                        name="inspection_officer_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("concluded_at__isnull", False), ("concluded_by__isnull", False)),
                            models.Q(("concluded_at__isnull", True), ("concluded_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="inspection_concluded_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rectified_at__isnull", False), ("rectified_by__isnull", False)),
                            models.Q(("rectified_at__isnull", True), ("rectified_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="inspection_rectified_by_complete",
                    ),
                    models.UniqueConstraint(
                        fields=("campaign", "application"), name="one_inspection_per_campaign_and_case"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "ended"), _negated=True),
                        fields=("application",),
                        name="one_open_inspection_per_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "waiting"), ("officer__isnull", False), _connector="OR"),
                        name="inspection_looked_at_by_somebody",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finding__isnull", False), ("result", "finding")),
                            models.Q(models.Q(("result", "finding"), _negated=True), ("finding", None)),
                            _connector="OR",
                        ),
                        name="inspection_finding_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("doubt_fen__gte", 0), ("doubt_fen__lte", models.F("paid_fen"))),
                        name="inspection_doubts_no_more_than_was_paid",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PayerShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                (
                    "instalment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="applications.instalment"
                    ),
                ),
                (
                    "payer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="applications.payer"
                    ),
                ),
            ],
            options={
                "verbose_name": "分担",
                "verbose_name_plural": "分担",
                "ordering": ["instalment_id", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("instalment", "payer"), name="one_share_per_instalment_and_payer"),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="payer_share_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("passed", models.BooleanField(verbose_name="仍符合条件")),
                ("findings", models.TextField(max_length=2000, verbose_name="再核情况")),
                ("checked_at", models.DateTimeField(verbose_name="再核时间")),
                (
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
                (
                    "instalment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rechecks",
                        to="applications.instalment",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.deskfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "再核",
                "verbose_name_plural": "再核",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("findings", ""), _negated=True), name="recheck_says_what_was_found"
                    )
                ],
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
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="recovery_paper_is_not_empty")
                ],
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_on", None)), fields=["due_on", "id"], name="open_terms_by_due_day"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on", None)),
                        fields=("recovery", "kind"),
                        name="one_open_term_per_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on", None), ("ended_on__gte", models.F("started_on")), _connector="OR"
                        ),
                        name="term_ends_after_it_started",
                    ),
                ],
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
                "indexes": [models.Index(fields=["inspection", "key", "-id"], name="checks_of_inspection")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict", "holds"),
                            models.Q(("now", ""), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="inspection_change_is_described",
                    )
                ],
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at", None), ("ended_at", None)),
                        fields=["due_on", "id"],
                        name="open_demands_by_due_day",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                            models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="inspectiondemand_answered_by_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answered_at", None), ("ended_at", None), _connector="OR"),
                        name="demand_ends_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None), ("ended_at", None)),
                        fields=("inspection",),
                        name="one_open_demand_per_inspection",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                ("paid_on", models.DateField(blank=True, null=True, verbose_name="拨付日期")),
                ("voucher_number", models.CharField(blank=True, max_length=60, verbose_name="支付凭证号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "批次待复核"),
                            ("sent", "已送付"),
                            ("recorded", "待复核"),
                            ("confirmed", "已拨付"),
                            ("rejected", "已驳回"),
                            ("returned", "已退票"),
                        ],
                        default="recorded",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="复核时间")),
                ("rejection", models.CharField(blank=True, max_length=200, verbose_name="驳回理由")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="applications.bankaccount",
                    ),
                ),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="applications.instalment",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.caseduty"
                    ),
                ),
                ("line", models.PositiveIntegerField(blank=True, null=True, verbose_name="批次行号")),
                ("released_at", models.DateTimeField(blank=True, null=True, verbose_name="退票处理时间")),
                ("return_reason", models.CharField(blank=True, max_length=200, verbose_name="退票原因")),
                ("returned_on", models.DateField(blank=True, null=True, verbose_name="退票日期")),
                ("set_off_fen", models.BigIntegerField(default=0, verbose_name="抵扣（分）")),
                (
                    "share",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="applications.payershare",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="applications.paymentbatch",
                    ),
                ),
            ],
            options={
                "verbose_name": "拨付",
                "verbose_name_plural": "拨付",
                "indexes": [
                    models.Index(fields=["batch", "line"], name="payments_of_batch"),
                    models.Index(fields=["state", "share"], name="payments_by_state"),
                    models.Index(fields=["paid_on"], name="payments_by_day"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="payment_confirmed_by_complete",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="payment_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("recorded_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="payment_confirmed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("batch__isnull", False), ("line__isnull", False)),
                            models.Q(("batch__isnull", True), ("line__isnull", True)),
                            _connector="OR",
                        ),
                        name="payment_batch_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("set_off_fen__gte", 0), ("set_off_fen__lte", models.F("amount_fen"))),
                        name="payment_set_off_within_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("state__in", ["recorded", "prepared"])),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("state__in", ["confirmed", "rejected", "sent", "returned"]),
                            ),
                            _connector="OR",
                        ),
                        name="payment_state_matches_review",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("batch__isnull", False), ("state__in", ["prepared", "sent", "rejected", "returned"])
                            ),
                            models.Q(("paid_on__isnull", False), models.Q(("voucher_number", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="payment_in_batch_or_with_voucher",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["prepared", "sent"]), _negated=True),
                            ("batch__isnull", False),
                            _connector="OR",
                        ),
                        name="payment_batch_states_have_a_batch",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("return_reason", ""), ("returned_on", None)),
                            models.Q(("state", "returned"), models.Q(("return_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="payment_returned_with_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["rejected", "returned"]), _negated=True),
                        fields=("share",),
                        name="share_is_paid_once",
                    ),
                    models.UniqueConstraint(fields=("batch", "line"), name="one_payment_per_batch_line"),
                ],
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
                "indexes": [models.Index(fields=["recovery", "name", "id"], name="steps_of_recovery")],
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="inspectionpaper_withdrawn_by_complete",
                    ),
                    models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="inspection_paper_is_not_empty"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
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
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("sequence", models.PositiveIntegerField(verbose_name="顺序号")),
                ("number", models.CharField(max_length=60, verbose_name="发文字号")),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="核验码")),
                ("content", models.JSONField(verbose_name="内容")),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("valid", "有效"),
                            ("superseded", "已被替代"),
                            ("revoked", "已撤销"),
                            ("recovered", "资金已追回"),
                        ],
                        default="valid",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("issued_at", models.DateTimeField(verbose_name="作出时间")),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.document.document_path,
                        verbose_name="文件",
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64, null=True, verbose_name="摘要")),
                ("made_at", models.DateTimeField(blank=True, null=True, verbose_name="生成时间")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="applications.application",
                    ),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="applications.authority",
                    ),
                ),
                (
                    "award",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="applications.award",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="applications.payment",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="applications.lettertemplate",
                    ),
                ),
                ("certificate", models.CharField(blank=True, max_length=64, null=True, verbose_name="证书摘要")),
                ("draft_sha256", models.CharField(blank=True, max_length=64, verbose_name="待签章稿摘要")),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="applications.document",
                        verbose_name="替代的文书",
                    ),
                ),
                ("sealer", models.CharField(blank=True, max_length=60, null=True, verbose_name="签章方式")),
                ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="签章时间")),
                ("signer", models.CharField(blank=True, max_length=200, null=True, verbose_name="签章人")),
                (
                    "recovery",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="applications.recoverycase",
                        verbose_name="追回案件",
                    ),
                ),
            ],
            options={
                "verbose_name": "文书",
                "verbose_name_plural": "文书",
                "indexes": [models.Index(fields=["sha256"], name="letters_by_hash")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("made_at__isnull", False), ("sha256__isnull", False)),
                            models.Q(("made_at__isnull", True), ("sha256__isnull", True)),
                            _connector="OR",
                        ),
                        name="document_sha256_complete",
                    ),
                    models.UniqueConstraint(
                        fields=("authority", "kind", "year", "sequence"), name="one_letter_per_number"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "notice")), fields=("award",), name="one_notice_per_award"
                    ),
                    models.UniqueConstraint(fields=("payment",), name="one_letter_per_payment"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("certificate__isnull", False),
                                ("sealer__isnull", False),
                                ("signed_at__isnull", False),
                                ("signer__isnull", False),
                            ),
                            models.Q(
                                ("certificate__isnull", True),
                                ("sealer__isnull", True),
                                ("signed_at__isnull", True),
                                ("signer__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="document_signed_at_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("signed_at", None), ("sha256__isnull", False), _connector="OR"),
                        name="sealed_letter_is_made",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signed_at", None), models.Q(("kind", "receipt"), _negated=True), _connector="OR"
                        ),
                        name="receipt_has_no_seal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("replaces", None), models.Q(("replaces", models.F("pk")), _negated=True), _connector="OR"
                        ),
                        name="letter_replaces_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SetOffUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount_fen", models.BigIntegerField(verbose_name="金额（分）")),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="set_offs", to="applications.payment"
                    ),
                ),
                (
                    "set_off",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="applications.setoff"
                    ),
                ),
            ],
            options={
                "verbose_name": "抵扣使用",
                "verbose_name_plural": "抵扣使用",
                "constraints": [
                    models.UniqueConstraint(fields=("set_off", "payment"), name="one_use_per_set_off_and_payment"),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="set_off_use_positive"),
                ],
            },
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
                "indexes": [models.Index(fields=["recovery", "account", "id"], name="entries_of_recovery")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="recovery_entry_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("basis", ""), _negated=True), name="recovery_entry_names_its_basis"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["owed", "set_off"]),
                            models.Q(
                                ("confirmed_by__isnull", False),
                                models.Q(("confirmed_by", models.F("made_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="recovery_entry_by_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("account", "principal"), ("kind", "owed"), _negated=True),
                            ("instalment__isnull", False),
                            _connector="OR",
                        ),
                        name="recovery_principal_by_instalment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "set_off"), _negated=True), ("payment__isnull", False), _connector="OR"
                        ),
                        name="recovery_set_off_names_its_payment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reverses", None), models.Q(("reverses", models.F("pk")), _negated=True), _connector="OR"
                        ),
                        name="recovery_entry_reverses_another",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("kind", "repaid"), models.Q(("voucher", ""), _negated=True), ("reverses", None)
                        ),
                        fields=("recovery", "voucher", "account"),
                        name="one_recovery_voucher",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="查询码")),
                (
                    "party",
                    models.CharField(
                        choices=[("unit", "单位"), ("person", "个人")], max_length=10, verbose_name="异议人类别"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="姓名或单位名称")),
                ("identity", models.CharField(max_length=18, verbose_name="统一社会信用代码或身份证号")),
                ("phone", models.CharField(max_length=20, verbose_name="联系电话")),
                ("address", models.CharField(max_length=200, verbose_name="联系地址")),
                ("text", models.TextField(max_length=3000, verbose_name="异议内容和事实理由")),
                (
                    "file",
                    models.FileField(
                        storage=applications.models.shapes.private_storage,
                        upload_to=applications.models.decision.objection_path,
                        verbose_name="签名或盖章的异议书及证据",
                    ),
                ),
                ("original_name", models.CharField(max_length=200, verbose_name="文件名")),
                ("content_type", models.CharField(max_length=100, verbose_name="类型")),
                ("sha256", models.CharField(max_length=64, verbose_name="摘要")),
                ("filed_at", models.DateTimeField(verbose_name="收到时间")),
                ("taken_at", models.DateTimeField(blank=True, null=True, verbose_name="承办时间")),
                (
                    "ruling",
                    models.CharField(
                        blank=True,
                        choices=[("upheld", "异议成立"), ("partly", "异议部分成立"), ("rejected", "异议不成立")],
                        max_length=10,
                        verbose_name="核实结论",
                    ),
                ),
                ("findings", models.TextField(blank=True, max_length=3000, verbose_name="核实情况")),
                ("ruled_at", models.DateTimeField(blank=True, null=True, verbose_name="作出结论时间")),
                (
                    "handler",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.caseduty",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="applications.publicnotice",
                    ),
                ),
                (
                    "answer",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objection",
                        to="applications.document",
                        verbose_name="答复书",
                    ),
                ),
            ],
            options={
                "verbose_name": "异议",
                "verbose_name_plural": "异议",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(condition=models.Q(("ruled_at", None)), fields=["notice"], name="open_objections")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("handler__isnull", False), ("taken_at__isnull", False)),
                            models.Q(("handler__isnull", True), ("taken_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="objection_handler_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True),
                            models.Q(("identity", ""), _negated=True),
                            models.Q(("phone", ""), _negated=True),
                            models.Q(("text", ""), _negated=True),
                        ),
                        name="objection_in_a_real_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ruled_at", None), ("ruling", "")),
                            models.Q(
                                ("handler__isnull", False),
                                ("ruled_at__isnull", False),
                                models.Q(("ruling", ""), _negated=True),
                                models.Q(("findings", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="objection_ruled_with_findings",
                    ),
                ],
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                ("entry__isnull", False),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", True), ("confirmed_by__isnull", True), ("entry__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="recoveryclaim_confirmed_by_complete",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount_fen__gt", 0)), name="recovery_claim_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["repaid", "refunded", "written_off"])),
                        name="recovery_claim_of_its_kinds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("made_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="recovery_claim_confirmed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_at", None), ("dropped_at", None), _connector="OR"),
                        name="recovery_claim_confirmed_or_dropped",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("basis", ""), _negated=True), name="recovery_claim_names_its_basis"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="Event",
            name="application",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="applications.application",
            ),
        ),
        migrations.AddField(
            model_name="Restriction",
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
            model_name="CarryOver",
            name="application",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="carried",
                to="applications.application",
                verbose_name="申报件",
            ),
        ),
        migrations.AddField(
            model_name="ResultLine",
            name="payment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="results",
                to="applications.payment",
            ),
        ),
        migrations.AddField(
            model_name="Job",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="jobs",
                to="applications.document",
            ),
        ),
        migrations.AddField(
            model_name="Job",
            name="application",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="jobs",
                to="applications.application",
                verbose_name="申报件",
            ),
        ),
        migrations.AddConstraint(
            model_name="Job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "document")), fields=("document",), name="one_job_per_document"
            ),
        ),
        migrations.AddConstraint(
            model_name="Job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "dossier"), _negated=True), ("application__isnull", False), _connector="OR"
                ),
                name="dossier_names_its_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="Job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "seal"), ("state__in", ["queued", "running"])),
                fields=("document",),
                name="one_open_seal_per_document",
            ),
        ),
        migrations.AddField(
            model_name="Finding",
            name="applicant",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="applications.applicant",
                verbose_name="涉及单位",
            ),
        ),
        migrations.AddField(
            model_name="Finding",
            name="application",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="applications.application",
                verbose_name="涉及申报件",
            ),
        ),
        migrations.AddField(
            model_name="Finding",
            name="objection",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="finding",
                to="applications.objection",
                verbose_name="异议",
            ),
        ),
        migrations.AddIndex(
            model_name="Finding",
            index=models.Index(fields=["application", "state"], name="findings_of_case"),
        ),
        migrations.AddField(
            model_name="Applicant",
            name="members",
            field=models.ManyToManyField(
                related_name="applicants", through="applications.Membership", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="LateAdmission",
            name="application",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="late_admission",
                to="applications.application",
            ),
        ),
        migrations.AddConstraint(
            model_name="LateAdmission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("application", None), models.Q(("admitted", True), ("admitted__isnull", False)), _connector="OR"
                ),
                name="late_admission_used_when_admitted",
            ),
        ),
        migrations.AddField(
            model_name="SetOff",
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
        migrations.AddField(
            model_name="Application",
            name="assessment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="applications.assessment",
                verbose_name="当前测算",
            ),
        ),
        migrations.AddField(
            model_name="Application",
            name="accepted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="applications.caseduty",
            ),
        ),
        migrations.AddField(
            model_name="Application",
            name="endorsed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="applications.caseduty",
            ),
        ),
        migrations.AddField(
            model_name="Application",
            name="proposed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="applications.caseduty",
            ),
        ),
        migrations.AddConstraint(
            model_name="Application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False)),
                    models.Q(("accepted_at__isnull", True), ("accepted_by__isnull", True)),
                    _connector="OR",
                ),
                name="application_accepted_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="Application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("proposed_at__isnull", False), ("proposed_by__isnull", False), ("proposed_fen__isnull", False)
                    ),
                    models.Q(
                        ("proposed_at__isnull", True), ("proposed_by__isnull", True), ("proposed_fen__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="application_proposed_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="Application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("endorsed_at__isnull", False), ("endorsed_by__isnull", False)),
                    models.Q(("endorsed_at__isnull", True), ("endorsed_by__isnull", True)),
                    _connector="OR",
                ),
                name="application_endorsed_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="Application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("accepted_by", None),
                        ("proposed_by", None),
                        models.Q(("accepted_by", models.F("proposed_by")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("proposed_by", None),
                        ("endorsed_by", None),
                        models.Q(("proposed_by", models.F("endorsed_by")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("accepted_by", None),
                        ("endorsed_by", None),
                        models.Q(("accepted_by", models.F("endorsed_by")), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="application_decided_by_different_people",
            ),
        ),
        migrations.RunPython(compare_by_sign, migrations.RunPython.noop),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
