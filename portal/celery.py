"""
The Celery application: worker, beat and the web's side of the queue.

Nothing trusts the broker: every piece of work is a row first, and the sweep finds what a lost message left behind.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
