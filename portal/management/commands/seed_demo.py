"""`manage.py seed_demo`: invented people and claims for trying the portal; `--json` lists them for other programs."""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import reverse
from django.utils import timezone

from applications.demo.people import BODIES, OFFICERS, PASSWORD
from applications.demo.stories import tell_all
from applications.models import Application, Authority, Award, Document, Membership, Posting


def _authorities() -> list[str]:
    return list(Authority.objects.values_list("code", flat=True))


class Command(BaseCommand):
    """Loads once; a second run changes nothing. Every name says that it is invented."""

    help = "写入演示数据（可重复执行）；--json 输出账号和各状态对象的地址。"

    def add_arguments(self, parser):
        """Take `--json`."""
        parser.add_argument("--json", action="store_true", help="以 JSON 输出账号和对象")

    def handle(self, *args, **options):
        """Load and say what stands there."""
        fresh = tell_all(timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(self.listing(), ensure_ascii=False, indent=1))
        else:
            self.stdout.write("演示数据已写入。" if fresh else "演示数据已存在，未作改动。")

    def listing(self) -> dict[str, Any]:
        """Return the invented accounts (others have their own passwords) and the objects with their addresses."""
        return {
            "accounts": [*self._officers(), *self._members()],
            "applications": [
                {
                    "id": row.pk,
                    "number": row.number,
                    "status": row.status,
                    "clause": row.clause.code,
                    "authority": row.authority.code,
                    "applicant": row.applicant.name,
                    "url": reverse("claim", args=[row.pk]),
                    "console_url": reverse("console:case", args=[row.pk]),
                }
                for row in Application.objects.select_related("clause", "authority", "applicant").order_by("pk")
            ],
            "awards": [
                {"id": row.pk, "amount_fen": row.amount_fen, "url": reverse("finance_award", args=[row.pk])}
                for row in Award.objects.order_by("pk")
            ],
            "documents": [
                {
                    "code": row.code,
                    "number": row.number,
                    "kind": row.kind,
                    "verify_url": reverse("verify_code", args=[row.code]),
                }
                for row in Document.objects.order_by("pk")
            ],
            "authorities": _authorities(),
        }

    def _officers(self):
        names = [*(login for login, _ in OFFICERS.values()), "policy2", "inspect2"]
        logins = {f"{code}_{login}" for code in _authorities() for login in names}
        rows = Posting.objects.current().filter(user__username__in=logins)
        for row in rows.select_related("user", "authority").order_by("pk"):
            yield {
                "username": row.user.username,
                "password": PASSWORD,
                "role": row.duty,
                "name": row.user.name,
                "authority": row.authority.code,
            }

    def _members(self):
        logins = {f"{body.short}_{role}" for body in BODIES for role in Membership.Role.values}
        rows = Membership.objects.filter(user__username__in=logins)
        for row in rows.select_related("user", "applicant").order_by("pk"):
            yield {
                "username": row.user.username,
                "password": PASSWORD,
                "role": f"applicant_{row.role}",
                "name": row.user.name,
                "applicant": row.applicant.name,
            }
