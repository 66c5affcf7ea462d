"""What the finance desk's lists stand on, and the words of a package that was merged or cancelled."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0020_duty_guards"),
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
                ],
                max_length=12,
                verbose_name="任务",
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="state",
            field=models.CharField(
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
        migrations.AddIndex(
            model_name="award",
            index=models.Index(fields=["authority", "-application"], name="awards_by_case"),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(fields=["authority", "year", "-application"], name="awards_of_year"),
        ),
        migrations.AddIndex(
            model_name="award",
            index=models.Index(fields=["authority", "clause", "-application"], name="awards_of_clause"),
        ),
        migrations.AddIndex(
            model_name="instalment",
            index=models.Index(fields=["due_on"], name="instalments_by_day"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["requested_by", "-id"], name="jobs_of_person"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["state", "share"], name="payments_by_state"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["paid_on"], name="payments_by_day"),
        ),
    ]
