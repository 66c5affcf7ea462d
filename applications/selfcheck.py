"""
The nightly look at the whole house: I1–I10, every chain, every digest, every trigger.

The result is a row that the console shows.

Runs once a day. A run that never finished (a worker was killed) is repeated after a few hours.
"""

from datetime import datetime, timedelta

import structlog
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from applications import digests, guards
from applications.invariants import count_all
from applications.models import HealthRun

log = structlog.get_logger(__name__)

STALE = timedelta(hours=36)  # older than that, the last check says little about today
GIVEN_UP = timedelta(hours=6)  # a run that has not finished by then never will

# What each count means to an official; a check that nobody has named shows its own name.
WORDS = {
    "I1": "奖补决定与各期金额之和不符",
    "I2": "资金池超出限额或与占用台账不符",
    "I3": "拨付超过奖补决定",
    "I4": "占用与核定额不符",
    "I5": "已批准而缺少奖补决定或通知书",
    "I6": "同一期重复拨付",
    "I7": "拨付与分期金额或收款单位不符",
    "I8": "办理记录出现断点",
    "I9": "办理步骤或岗位分工不符",
    "I10": "材料文件缺失或被改动",
    "digests": "每日摘要不符或记录被截断",
    "guards": "防改动触发器缺失",
}


def is_due(at: datetime) -> bool:
    """Whether today's check is still to be made."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    made = Q(finished_at__isnull=False) | Q(started_at__gt=at - GIVEN_UP)
    return not HealthRun.objects.filter(made, started_at__gte=midnight, started_at__lte=at).exists()


def run(at: datetime) -> HealthRun:
    """Check everything now and write down what was found; a check that could not be made is not sound either."""
    row = HealthRun.objects.create(started_at=at)
    try:
        row.counts = count_all()
        found = list(digests.problems())
        row.counts |= {"digests": len(found), "guards": len(guards.missing(connection))}
        row.note = (found[0] if found else "")[:300]
        row.sound = not any(row.counts.values())
    except Exception as error:  # whatever stops a check, the console has to say so
        row.sound, row.note = False, f"自检未能完成：{type(error).__name__}"
        log.exception("self_check_failed")
    row.finished_at = timezone.now()
    row.save()
    if not row.sound:
        log.error("self_check_not_sound", run=row.pk, counts=row.counts)
    return row


def counts_in_words(row: HealthRun) -> list[tuple[str, int]]:
    """Return every count of a run under its Chinese words, in the order in which it was counted."""
    return [(WORDS.get(name, name), count) for name, count in row.counts.items()]


def last_sound() -> HealthRun | None:
    """Return the newest run that found nothing."""
    return HealthRun.objects.filter(sound=True, finished_at__isnull=False).order_by("-pk").first()
