"""`manage.py check_invariants`: prints one `name value` line for each promise; exit 1 when one is not 0."""

from django.core.management.base import BaseCommand

from applications.invariants import count_all


class Command(BaseCommand):
    """Reads only; safe to run on a live system."""

    help = "检查 I1–I10：每行输出名称和违反数，全部为 0 时退出码为 0。"

    def handle(self, *args, **options):
        """Print and exit."""
        counts = count_all()
        for name, count in counts.items():
            self.stdout.write(f"{name} {count}")
        if any(counts.values()):
            raise SystemExit(1)
