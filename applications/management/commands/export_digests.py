"""`manage.py export_digests`: writes the daily digests, to be kept where nobody of the portal can change them."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from applications import digests


class Command(BaseCommand):
    """Reads only. The file is a copy that `verify_history --against` compares with."""

    help = "导出每日摘要（JSON），请保存到本平台之外；核对时用 verify_history --against。"

    def add_arguments(self, parser):
        """Take the file, or write to standard output."""
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="写入该文件（不得已存在）")

    def handle(self, *args, **options):
        """Write all days, the oldest first."""
        rows = digests.exported()
        copy = {"exported_at": timezone.localtime().isoformat(timespec="seconds"), "digests": rows}
        text = json.dumps(copy, ensure_ascii=False, indent=1) + "\n"
        if options["file"] is None:
            self.stdout.write(text, ending="")
            return
        try:
            with options["file"].open("x", encoding="utf-8") as out:
                out.write(text)
        except OSError as error:
            raise CommandError(f"无法写入 {options['file']}：{error.strerror}。已有的副本不会被覆盖。") from error
        self.stderr.write(f"已导出 {len(rows)} 份每日摘要。")
