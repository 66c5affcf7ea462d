"""`manage.py make_demo_seals FOLDER`: a self-made seal for each authority that has none, for a demonstration."""

import os
import secrets
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from applications.loading import AUTHORITIES
from applications.sealing.selfmade import make_self_signed

DAYS = 3 * 365


class Command(BaseCommand):
    """Can be run again: a seal that is there stays. The files never leave the machine and are readable by its user."""

    help = "为演示生成自签名的电子印章证书（无法律效力，可重复执行）。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        """Take the folder."""
        parser.add_argument("folder", type=Path, help="存放证书和口令的文件夹")

    def handle(self, *args, **options):
        """Make what is missing: FOLDER/<code>.p12 with FOLDER/<code>.password."""
        folder: Path = options["folder"]
        if os.environ.get("DEMO") != "1":
            raise CommandError("演示印章只用于演示（DEMO=1），正式环境请配置本单位的证书，见 docs/deployment.md。")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for code, (name, _, _) in AUTHORITIES.items():
            file, secret = folder / f"{code}.p12", folder / f"{code}.password"
            if file.exists() and secret.exists():
                continue
            password = secrets.token_urlsafe(24)
            _write(secret, password.encode())
            _write(file, make_self_signed(f"{name}（演示）", password, days=DAYS, at=timezone.now()))


def _write(file: Path, data: bytes) -> None:
    """Write a file that only this user can read, in place of an unfinished one."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
