"""Letters: wordings of authorities, tables of funds, notices of payments; what a paper says is sealed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import applications.models.letter
import applications.models.shapes
from applications import guards


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0021_finance_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="payment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="applications.payment",
            ),
        ),
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
                ],
                max_length=12,
                verbose_name="文种",
            ),
        ),
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
                ],
                max_length=12,
                verbose_name="任务",
            ),
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
            ],
            options={
                "verbose_name": "资金安排表",
                "verbose_name_plural": "资金安排表",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddField(
            model_name="document",
            name="template",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="applications.lettertemplate",
            ),
        ),
        migrations.AddField(
            model_name="noticebatch",
            name="template",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notice_batches",
                to="applications.lettertemplate",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(fields=("payment",), name="one_letter_per_payment"),
        ),
        migrations.AddConstraint(
            model_name="lettertemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                    models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                    _connector="OR",
                ),
                name="lettertemplate_confirmed_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="lettertemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", None),
                    models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="letter_template_confirmed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="lettertemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirmed_at", None), ("dropped_at", None), _connector="OR"),
                name="letter_template_confirmed_or_dropped",
            ),
        ),
        migrations.AddConstraint(
            model_name="lettertemplate",
            constraint=models.UniqueConstraint(
                fields=("authority", "kind", "version"), name="one_letter_template_per_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="lettertemplate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed_at", None), ("dropped_at", None)),
                fields=("authority", "kind"),
                name="one_letter_template_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="fundstable",
            index=models.Index(fields=["authority", "-id"], name="funds_tables_newest_first"),
        ),
        migrations.AddConstraint(
            model_name="fundstable",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("made_at__isnull", False), ("sha256__isnull", False)),
                    models.Q(("made_at__isnull", True), ("sha256__isnull", True)),
                    _connector="OR",
                ),
                name="fundstable_sha256_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundstable",
            constraint=models.UniqueConstraint(
                fields=("authority", "year", "sequence"), name="one_funds_table_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="fundstable",
            constraint=models.CheckConstraint(
                condition=models.Q(("count__gt", 0), ("total_fen__gt", 0)), name="funds_table_has_a_sum"
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
