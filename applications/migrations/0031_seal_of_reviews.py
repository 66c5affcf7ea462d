"""The report of a yearly review may bear the seal of the authority."""

from django.db import migrations, models

from applications import guards


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0030_restored_awards'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='certificate',
            field=models.CharField(blank=True, max_length=64, null=True, verbose_name='证书摘要'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='draft_sha256',
            field=models.CharField(blank=True, max_length=64, verbose_name='待签章稿摘要'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='sealer',
            field=models.CharField(blank=True, max_length=60, null=True, verbose_name='签章方式'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='signed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='签章时间'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='signer',
            field=models.CharField(blank=True, max_length=200, null=True, verbose_name='签章人'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('certificate__isnull', False), ('sealer__isnull', False), ('signed_at__isnull', False), ('signer__isnull', False)), models.Q(('certificate__isnull', True), ('sealer__isnull', True), ('signed_at__isnull', True), ('signer__isnull', True)), _connector='OR'), name='campaign_signed_at_complete'),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
