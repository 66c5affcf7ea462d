"""`manage.py install_guards`: puts the triggers back that keep history and ledgers whole and duties apart."""

from django.core.management.base import BaseCommand
from django.db import connection

from applications import duty_guards, guards


class Command(BaseCommand):
    """Safe to run again; says which were missing, so that somebody can ask why."""

    help = "重新建立防止改动办理记录和台账的数据库触发器，并列出原先缺失的触发器。"

    def handle(self, *args, **options):
        """Name what was missing, then make all of them anew."""
        missing = guards.missing(connection)
        guards.install(connection)
        duty_guards.install(connection)
        for name in missing:
            self.stdout.write(f"已补建：{name}")
        self.stdout.write(f"触发器齐备，本次补建 {len(missing)} 个。")
