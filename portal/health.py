"""`/healthz`: whether the parts that the portal stands on answer, the oldest unfinished work, the last self-check."""

import uuid
from collections.abc import Callable

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError, connection
from django.db.models import Min
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from applications import selfcheck
from applications.models import Delivery, Job
from portal.celery import app

log = structlog.get_logger(__name__)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _broker() -> None:
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=1)


def _storage() -> None:
    """Write and remove a file, because a full disk still answers to reading."""
    storage = storages["private"]
    name = storage.save(f"healthz/{uuid.uuid4().hex}", ContentFile(b"ok"))
    storage.delete(name)


PARTS: dict[str, Callable[[], None]] = {"database": _database, "broker": _broker, "storage": _storage}


def oldest_outbox_seconds() -> int | None:
    """Return the age of the oldest unsent delivery or unfinished job, 0 without any, None without a database."""
    try:
        unsent = Delivery.objects.filter(sent_at=None).aggregate(oldest=Min("created_at"))["oldest"]
        waiting = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])
        unfinished = waiting.aggregate(oldest=Min("requested_at"))["oldest"]
    except DatabaseError:
        return None
    begun = [moment for moment in (unsent, unfinished) if moment]
    return max(0, int((timezone.now() - min(begun)).total_seconds())) if begun else 0


def last_sound_check_seconds() -> int | None:
    """Return the age of the last self-check that found nothing wrong, None when there is none or no database."""
    try:
        run = selfcheck.last_sound()
    except DatabaseError:
        return None
    return max(0, int((timezone.now() - run.started_at).total_seconds())) if run else None


@never_cache
@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer each part as "ok" or "down"; 503 when one is down. What exactly failed stands in the log only."""
    parts = {name: _state(name, ask) for name, ask in PARTS.items()}
    healthy = set(parts.values()) == {"ok"}
    ages = {
        "oldest_outbox_seconds": oldest_outbox_seconds(),
        "last_sound_check_seconds": last_sound_check_seconds(),
    }
    return JsonResponse({**parts, **ages}, status=200 if healthy else 503)


def _state(name: str, ask: Callable[[], None]) -> str:
    try:
        ask()
    except Exception as error:  # noqa: BLE001 - whatever a part raises, the answer is that it is down
        log.error("part_down", part=name, error=repr(error))
        return "down"
    return "ok"
