"""THE DESK: settings, URLs, forms, views and the console; everything that knows HTTP."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
