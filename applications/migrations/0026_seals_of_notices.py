"""公示公告 and 资金安排表 bear a seal like any other letter; a recheck names the paper it rests on."""

import django.db.models.deletion
from django.db import migrations, models

from applications import guards


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0025_recovery'),
    ]

    operations = [
        migrations.AddField(
            model_name='fundstable',
            name='certificate',
            field=models.CharField(blank=True, max_length=64, null=True, verbose_name='证书摘要'),
        ),
        migrations.AddField(
            model_name='fundstable',
            name='draft_sha256',
            field=models.CharField(blank=True, max_length=64, verbose_name='待签章稿摘要'),
        ),
        migrations.AddField(
            model_name='fundstable',
            name='sealer',
            field=models.CharField(blank=True, max_length=60, null=True, verbose_name='签章方式'),
        ),
        migrations.AddField(
            model_name='fundstable',
            name='signed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='签章时间'),
        ),
        migrations.AddField(
            model_name='fundstable',
            name='signer',
            field=models.CharField(blank=True, max_length=200, null=True, verbose_name='签章人'),
        ),
        migrations.AddField(
            model_name='noticebatch',
            name='certificate',
            field=models.CharField(blank=True, max_length=64, null=True, verbose_name='证书摘要'),
        ),
        migrations.AddField(
            model_name='noticebatch',
            name='draft_sha256',
            field=models.CharField(blank=True, max_length=64, verbose_name='待签章稿摘要'),
        ),
        migrations.AddField(
            model_name='noticebatch',
            name='sealer',
            field=models.CharField(blank=True, max_length=60, null=True, verbose_name='签章方式'),
        ),
        migrations.AddField(
            model_name='noticebatch',
            name='signed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='签章时间'),
        ),
        migrations.AddField(
            model_name='noticebatch',
            name='signer',
            field=models.CharField(blank=True, max_length=200, null=True, verbose_name='签章人'),
        ),
        migrations.AddConstraint(
            model_name='fundstable',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('certificate__isnull', False), ('sealer__isnull', False), ('signed_at__isnull', False), ('signer__isnull', False)), models.Q(('certificate__isnull', True), ('sealer__isnull', True), ('signed_at__isnull', True), ('signer__isnull', True)), _connector='OR'), name='fundstable_signed_at_complete'),
        ),
        migrations.AddConstraint(
            model_name='noticebatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('certificate__isnull', False), ('sealer__isnull', False), ('signed_at__isnull', False), ('signer__isnull', False)), models.Q(('certificate__isnull', True), ('sealer__isnull', True), ('signed_at__isnull', True), ('signer__isnull', True)), _connector='OR'), name='noticebatch_signed_at_complete'),
        ),
        migrations.AddField(
            model_name='recheck',
            name='file',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.deskfile'),
        ),
        migrations.AlterField(
            model_name='deskfile',
            name='kind',
            field=models.CharField(choices=[('mandate', '授权委托书'), ('decision', '决定文件'), ('credit', '信用查询截图'), ('site', '现场核查照片或记录'), ('expert', '专家意见书'), ('minutes', '会审纪要'), ('recheck', '再核材料')], max_length=10, verbose_name='种类'),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: guards.install(schema_editor.connection),
            lambda apps, schema_editor: guards.remove(schema_editor.connection),
        ),
    ]
