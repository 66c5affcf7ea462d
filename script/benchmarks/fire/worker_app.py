"""
The worker of the portal with less patience, so that a run need not wait two minutes for a silent worker's job.

`FIRE_PLAIN` makes it a worker as one has it without rows and a sweep, for the control.
"""

import os
from datetime import timedelta

from portal.celery import app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fire.settings")
app.set_default()
app.loader.import_default_modules()

from applications import tasks  # noqa: E402 - after the settings

tasks.STALE = timedelta(seconds=20)
OPTIONS = app.conf.beat_schedule["sweep"]["options"] | {"expires": 5}
app.conf.beat_schedule = {"sweep": {"task": "applications.tasks.sweep", "schedule": 5.0, "options": OPTIONS}}

if os.environ.get("FIRE_PLAIN"):
    app.conf.beat_schedule = {}
    app.conf.task_acks_late = False
    app.conf.task_reject_on_worker_lost = False
    app.conf.worker_prefetch_multiplier = 4
