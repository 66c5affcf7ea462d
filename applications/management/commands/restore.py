"""`manage.py restore DIR`: a backup into an empty database and an empty file store, proven afterwards."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from applications.backup import Refused, restore


class Command(BaseCommand):
    """Refuses whatever is not empty; prints one `name value` line for each proof, all must be 0."""

    help = "把备份恢复到空的数据库和空的文件存储，并逐项核对；有一项不为 0 时以 1 退出。"
    requires_system_checks: list[str] = []  # the database is empty, and a check may ask it

    def add_arguments(self, parser):
        """Take the folder, and whether an older backup may be brought up to this version."""
        parser.add_argument("folder", type=Path, metavar="DIR", help="备份所在的文件夹")
        parser.add_argument("--migrate", action="store_true", help="备份来自较早的版本时，恢复后升级到本版本")

    def handle(self, *args, **options):
        """Restore and prove."""
        wrong = 0
        try:
            for name, count in restore(options["folder"].absolute(), migrate=options["migrate"]):
                self.stdout.write(f"{name} {count}")
                wrong += count
        except Refused as reason:
            raise CommandError(str(reason)) from reason
        if wrong:
            raise CommandError("已恢复，但有核对不符的项目，请不要用它提供服务。")
        self.stdout.write("恢复完成，各项核对均为 0。")
