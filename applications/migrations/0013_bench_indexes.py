"""
Indexes for the queue's filters at any age of what is asked for; numbers are compared sign by sign.

On PostgreSQL the column of the number gets the collation "C": the index of its uniqueness then answers the beginning
of a number, and in the order of numbers. SQLite compares so anyway.
"""

import django.db.models.deletion
from django.db import migrations, models


def compare_by_sign(apps, schema_editor):
    _collate(schema_editor, 'COLLATE "C"')


def compare_by_locale(apps, schema_editor):
    _collate(schema_editor, 'COLLATE "default"')


def _collate(schema_editor, collation):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE applications_application ALTER COLUMN number TYPE varchar(30) {collation}")


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0012_expert_statement'),
    ]

    operations = [
        migrations.AlterField(
            model_name='application',
            name='applicant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='applications.applicant', verbose_name='申报单位'),
        ),
        migrations.AlterField(
            model_name='application',
            name='authority',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='applications.authority'),
        ),
        migrations.AlterField(
            model_name='application',
            name='clause',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='applications.clause', verbose_name='条款'),
        ),
        migrations.AlterField(
            model_name='application',
            name='round',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='applications.round', verbose_name='批次'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(fields=['clause', '-id'], name='queue_of_clause'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(fields=['round', '-id'], name='queue_of_round'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(fields=['authority', 'support_year', '-id'], name='queue_of_year'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(fields=['authority', 'status', '-id'], name='queue_of_status'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(condition=models.Q(('status__in', ['paid', 'submitted'])), fields=['authority', 'due_on', 'id'], name='queue_at_intake'),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(condition=models.Q(('status__in', ['noticed', 'proposed'])), fields=['authority', 'due_on', 'id'], name='queue_at_approval'),
        ),
        migrations.RunPython(compare_by_sign, compare_by_locale),
    ]
