"""`manage.py check_packs`: the check of every policy pack, in Chinese, with file and line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rules import check


class Command(BaseCommand):
    """Fail when a pack is wrong."""

    help = "检查政策包：格式、原文、算例、材料和锁定的散列值。"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report; a problem makes the command fail."""
        summary, *problems = check.report_lines(check.run())
        if problems:
            raise CommandError("\n".join([summary, *problems]))
        self.stdout.write(summary)
