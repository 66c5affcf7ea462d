"""What a request is once our middleware has seen it. Only for the type checker: at run time it is Django's own."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from applications.models import User


class PublicRequest(HttpRequest):
    """A request of anybody; htmx has left its mark."""

    htmx: HtmxDetails


class Request(PublicRequest):
    """A request of somebody who is logged in: `LoginRequiredMiddleware` lets nobody else in."""

    user: User
