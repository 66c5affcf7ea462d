"""`manage.py verify_history`: proves the hash chains, or names the first broken link."""

from itertools import groupby

from django.core.management.base import BaseCommand

from applications.history import first_broken_link
from applications.models import Event


class Command(BaseCommand):
    """Reads only; memory stays flat because chains are read one after the other."""

    help = "逐链核对办理记录的摘要链；发现断点时指出位置并以 1 退出。"

    def handle(self, *args, **options):
        """Walk every chain in order."""
        chains = events = 0
        rows = Event.objects.order_by("chain", "sequence").iterator(chunk_size=2000)
        for chain, links in groupby(rows, key=lambda event: event.chain):
            read = list(links)
            chains, events = chains + 1, events + len(read)
            if broken := first_broken_link(read):
                self.stdout.write(
                    f"断点：{chain} 第{broken.sequence}条（{broken.action}，{broken.at:%Y-%m-%d %H:%M:%S}）"
                )
                raise SystemExit(1)
        self.stdout.write(f"完整：{chains}条链，{events}条记录。")
