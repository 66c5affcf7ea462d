"""The seal of a letter: when, by whom, with which certificate; and which letter it takes the place of."""

import django.db.models.deletion
from django.db import migrations, models

from applications import guards


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0022_letters"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="certificate",
            field=models.CharField(blank=True, max_length=64, null=True, verbose_name="证书摘要"),
        ),
        migrations.AddField(
            model_name="document",
            name="draft_sha256",
            field=models.CharField(blank=True, max_length=64, verbose_name="待签章稿摘要"),
        ),
        migrations.AddField(
            model_name="document",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="applications.document",
                verbose_name="替代的文书",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="sealer",
            field=models.CharField(blank=True, max_length=60, null=True, verbose_name="签章方式"),
        ),
        migrations.AddField(
            model_name="document",
            name="signed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="签章时间"),
        ),
        migrations.AddField(
            model_name="document",
            name="signer",
            field=models.CharField(blank=True, max_length=200, null=True, verbose_name="签章人"),
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
                    ("seal", "签章"),
                ],
                max_length=12,
                verbose_name="任务",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["sha256"], name="letters_by_hash"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("signed_at", None), ("sha256__isnull", False), _connector="OR"),
                name="sealed_letter_is_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("signed_at", None), models.Q(("kind", "receipt"), _negated=True), _connector="OR"),
                name="receipt_has_no_seal",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaces", None), models.Q(("replaces", models.F("pk")), _negated=True), _connector="OR"
                ),
                name="letter_replaces_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "seal"), ("state__in", ["queued", "running"])),
                fields=("document",),
                name="one_open_seal_per_document",
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
