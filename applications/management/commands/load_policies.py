"""`manage.py load_policies`: make the rows of authorities, policies and clauses agree with the packs."""

from django.core.management.base import BaseCommand

from applications.loading import load_policies


class Command(BaseCommand):
    """Creates and updates; a clause that claims point to is never removed."""

    help = "把规则包中的主管单位、政策和条款写入数据库（可重复执行）。"

    def handle(self, *args, **options):
        """Run and say what stands there now."""
        for policy in load_policies():
            self.stdout.write(
                f"{policy.authority}：{policy.title}（{policy.pack_version}，{policy.clauses.count()}条）"
            )
