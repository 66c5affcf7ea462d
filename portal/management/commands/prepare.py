"""`manage.py prepare`: database, policies and, where asked for, demo data, in one process that starts once."""

from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from applications import guards
from applications.loading import load_policies


def _behind() -> bool:
    """
    Say whether there is something to migrate, or a trigger to put back.

    `migrate` works out the state of all models twice before it finds nothing to do, which is half of a second start.
    """
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return True
    return bool(guards.missing(connection))


class Command(BaseCommand):
    """Every part can be run again; what is in place is left alone."""

    help = "迁移数据库、写入政策，并按需要写入演示数据（可重复执行）。"

    def add_arguments(self, parser):
        """Take `--demo FILE`."""
        parser.add_argument("--demo", type=Path, metavar="FILE", help="写入演示数据，并把账号和对象列入该 JSON 文件")

    def handle(self, *args, **options):
        """Migrate, load, seed."""
        if _behind():
            call_command("migrate", interactive=False, verbosity=0)
        load_policies()
        if options["demo"]:
            with options["demo"].open("w") as listing:
                call_command("seed_demo", json=True, stdout=listing)
