"""Signals of risk with their score, what was read in files to find them, and the indexes of what bodies share."""

import django.db.models.deletion
from django.db import migrations, models

from applications import guards


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0027_inspection"),
    ]

    operations = [
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
            ],
            options={
                "verbose_name": "页面指纹",
                "verbose_name_plural": "页面指纹",
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
            ],
            options={
                "verbose_name": "风险分",
                "verbose_name_plural": "风险分",
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
            ],
            options={
                "verbose_name": "风险提示",
                "verbose_name_plural": "风险提示",
            },
        ),
        migrations.AddIndex(
            model_name="applicant",
            index=models.Index(fields=["contact_phone"], name="applicants_by_phone"),
        ),
        migrations.AddIndex(
            model_name="applicant",
            index=models.Index(fields=["email"], name="applicants_by_email"),
        ),
        migrations.AddIndex(
            model_name="applicant",
            index=models.Index(fields=["registered_address"], name="applicants_by_address"),
        ),
        migrations.AddIndex(
            model_name="applicant",
            index=models.Index(fields=["legal_representative"], name="applicants_by_legal_person"),
        ),
        migrations.AddIndex(
            model_name="bankaccount",
            index=models.Index(condition=models.Q(("replaced_at", None)), fields=["number"], name="accounts_by_number"),
        ),
        migrations.AddField(
            model_name="filemark",
            name="evidence",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="marks", to="applications.evidence"
            ),
        ),
        migrations.AddField(
            model_name="pageprint",
            name="evidence",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="prints",
                to="applications.evidence",
            ),
        ),
        migrations.AddField(
            model_name="riskscore",
            name="authority",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="applications.authority",
            ),
        ),
        migrations.AddField(
            model_name="risksignal",
            name="application",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="risk_signals",
                to="applications.application",
            ),
        ),
        migrations.AddField(
            model_name="risksignal",
            name="cleared_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="applications.caseduty",
            ),
        ),
        migrations.AddField(
            model_name="risksignal",
            name="evidence",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="applications.evidence",
            ),
        ),
        migrations.AddIndex(
            model_name="pageprint",
            index=models.Index(fields=["kind", "band_1"], name="prints_by_band_1"),
        ),
        migrations.AddIndex(
            model_name="pageprint",
            index=models.Index(fields=["kind", "band_2"], name="prints_by_band_2"),
        ),
        migrations.AddIndex(
            model_name="pageprint",
            index=models.Index(fields=["kind", "band_3"], name="prints_by_band_3"),
        ),
        migrations.AddIndex(
            model_name="pageprint",
            index=models.Index(fields=["kind", "band_4"], name="prints_by_band_4"),
        ),
        migrations.AddConstraint(
            model_name="pageprint",
            constraint=models.UniqueConstraint(fields=("evidence", "page", "kind"), name="one_print_per_page_and_kind"),
        ),
        migrations.AddConstraint(
            model_name="pageprint",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["picture", "figures"])), name="print_kind_known"
            ),
        ),
        migrations.AddIndex(
            model_name="riskscore",
            index=models.Index(
                condition=models.Q(("score__gt", 0)),
                fields=["authority", "-score", "-application"],
                name="scores_highest_first",
            ),
        ),
        migrations.AddIndex(
            model_name="riskscore",
            index=models.Index(condition=models.Q(("stale", True)), fields=["application"], name="scores_to_look_at"),
        ),
        migrations.AddConstraint(
            model_name="riskscore",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__gte", 0), ("score__lte", 100)), name="score_in_range"
            ),
        ),
        migrations.AddIndex(
            model_name="risksignal",
            index=models.Index(fields=["application", "kind", "id"], name="signals_of_case"),
        ),
        migrations.AddConstraint(
            model_name="risksignal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cleared_at__isnull", False), ("cleared_by__isnull", False)),
                    models.Q(("cleared_at__isnull", True), ("cleared_by__isnull", True)),
                    _connector="OR",
                ),
                name="risksignal_cleared_by_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="risksignal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cleared_at", None), ("cleared_reason", "")),
                    models.Q(("cleared_at__isnull", False), models.Q(("cleared_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="signal_set_aside_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="risksignal",
            constraint=models.CheckConstraint(
                condition=models.Q(("points__gte", 1), ("points__lte", 100)), name="signal_points_in_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="risksignal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("gone_at", None)),
                fields=("application", "kind", "mark"),
                name="one_standing_signal_of_a_kind",
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
