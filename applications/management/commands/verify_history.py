"""`manage.py verify_history`: proves the hash chains and the daily digests, or names the first broken link."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from applications import chains, digests
from applications.models import DailyDigest

MOST_SHOWN = 20


class Command(BaseCommand):
    """Reads only and streams, so that it may run on a live system with a million records."""

    help = "逐链核对办理记录和每日摘要；发现断点时逐一指出位置，并以 1 退出。"

    def add_arguments(self, parser):
        """Take `--against FILE`."""
        parser.add_argument(
            "--against",
            type=Path,
            metavar="FILE",
            help="与保存在外部的每日摘要（export_digests 的输出或备份的 manifest.json）比对",
        )

    def handle(self, *args, **options):
        """Walk every chain, then the digests, then the copy."""
        try:
            copy = digests.read_copy(options["against"]) if options["against"] else []
        except digests.NotACopy as reason:
            raise CommandError(str(reason)) from reason
        walk = chains.walk_all()
        found = [*map(str, walk.breaks), *digests.problems(), *digests.differences(copy)]
        for line in found[:MOST_SHOWN]:
            self.stdout.write(f"断点：{line}")
        if found:
            self.stdout.write(f"共 {len(found)} 处断点；每条链只列出第一处。")
            raise SystemExit(1)
        days = DailyDigest.objects.count()
        compared = f"，与外部副本 {len(copy)} 日一致" if options["against"] else ""
        self.stdout.write(f"完整：{walk.chains}条链，{walk.events}条记录，{days}份每日摘要{compared}。")
