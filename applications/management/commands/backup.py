"""`manage.py backup DIR`: a backup of database and files, taken while the portal serves."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from applications.backup import Refused, take
from applications.backup.manifest import NAME, listed, sha256


class Command(BaseCommand):
    """Reads only; the folder is complete when it has its name."""

    help = "备份数据库和文件到一个新的文件夹，平台可以照常运行。"

    def add_arguments(self, parser):
        """Take the folder."""
        parser.add_argument("folder", type=Path, metavar="DIR", help="新的文件夹，不得已存在")

    def handle(self, *args, **options):
        """Take it and print what to write down."""
        folder = options["folder"].absolute()
        try:
            manifest = take(folder, at=timezone.now())
        except Refused as reason:
            raise CommandError(str(reason)) from reason
        history = manifest["history"]
        self.stdout.write(
            f"已备份到 {folder}：{sum(manifest['counts'].values())}行数据、{history['events']}条办理记录、"
            f"{len(manifest['files'])}个文件。"
        )
        self.stdout.write(f"清单摘要（请抄录到备份之外）：{sha256(folder / NAME)}")
        if manifest["missing"]:
            raise CommandError(f"有登记而不存在的文件，备份不完整：{listed(manifest['missing'])}。")
