"""`/healthz`: whether the parts that the portal stands on answer."""

import uuid
from collections.abc import Callable

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from portal.celery import app

log = structlog.get_logger(__name__)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _broker() -> None:
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=1)


def _storage() -> None:
    """Write and remove a file, because a full disk still answers to reading."""
    name = default_storage.save(f"healthz/{uuid.uuid4().hex}", ContentFile(b"ok"))
    default_storage.delete(name)


PARTS: dict[str, Callable[[], None]] = {"database": _database, "broker": _broker, "storage": _storage}


@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer each part as "ok" or "down"; 503 when one is down. What exactly failed stands in the log only."""
    report = {}
    for name, ask in PARTS.items():
        try:
            ask()
        except Exception as error:  # noqa: BLE001 - whatever a part raises, the answer is that it is down
            log.error("healthz", part=name, error=repr(error))
            report[name] = "down"
        else:
            report[name] = "ok"
    return JsonResponse(report, status=200 if set(report.values()) == {"ok"} else 503)
