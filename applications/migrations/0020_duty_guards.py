"""
From here on the triggers of `applications.duty_guards` stand.

They are made after the last migration of a run and not here (`applications.apps`): SQLite could not rewrite a table in
a later migration that one of them names. The row of this migration tells a restore which backups lack them.
"""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("applications", "0019_settlement"),
    ]

    operations = []
