"""
What a request is behind the log-in: `LoginRequiredMiddleware` has let nobody else in, and htmx has left its mark.

Only for the type checker; at run time every request is Django's own.
"""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from applications.models import User


class Request(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
    htmx: HtmxDetails
