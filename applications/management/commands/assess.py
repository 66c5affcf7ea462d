"""`manage.py assess`: cases as JSON Lines on standard input, results on standard output."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

import rules
from rules import stream


class Command(BaseCommand):
    """Answer each line as it comes; facts, cases and results are described in docs/rules.md."""

    help = "逐行测算：标准输入每行一个案件（JSON），标准输出每行一个结果。"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Stream the lines through the engine."""
        for result in stream.assess(sys.stdin.buffer, rules.load()):
            self.stdout.write(result)
            self.stdout.flush()
