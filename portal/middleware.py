"""What happens around every request: size limit, session time-outs, headers, one line in the log."""

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control

Next = Callable[[HttpRequest], HttpResponse]

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
PERMISSIONS_POLICY = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
SEEN = "seen"  # session key: when the user was last here, epoch seconds
STARTED = "started"  # session key: when the session began, epoch seconds
STAMP_EVERY = 60  # seconds; a session is not written on every request
TRY_AGAIN = 5  # seconds

log = structlog.get_logger("portal.request")


def client_ip(request: HttpRequest) -> str:
    """Return the client's address: the hop that our own outermost proxy saw, never what the client claims itself."""
    direct = request.META.get("REMOTE_ADDR", "")
    if not settings.TRUSTED_PROXIES:
        return direct
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    return hops[-settings.TRUSTED_PROXIES] if len(hops) >= settings.TRUSTED_PROXIES else direct


def request_log(get_response: Next) -> Next:
    """Write one line per request: method, path without its query, status, milliseconds, user id."""

    def middleware(request: HttpRequest) -> HttpResponse:
        structlog.contextvars.clear_contextvars()
        began = time.perf_counter()
        response = get_response(request)
        user = getattr(request, "user", None)
        log.info(
            "request",
            method=request.method,
            path=request.path,
            status=response.status_code,
            ms=round((time.perf_counter() - began) * 1000, 1),
            user=getattr(user, "pk", None),
        )
        return response

    return middleware


def refuse_large_bodies(get_response: Next) -> Next:
    """Answer 413 from the announced length alone, before a byte is read, and 405 to methods that no page has."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.REQUEST_MAX_BYTES:
            response = HttpResponse(render_to_string("413.html"), status=413)
            response["Connection"] = "close"
            return response
        return get_response(request)

    return middleware


def busy_database(get_response: Next) -> Next:
    """Answer 503 and when to try again where the database cannot be asked now: locked too long, or gone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OperationalError):
            return None
        log.error("database_unavailable", exc_info=exception)
        response = HttpResponse(render_to_string("503.html"), status=503)
        response["Retry-After"] = str(TRY_AGAIN)
        return response

    middleware.process_exception = process_exception  # type: ignore[attr-defined] # where Django looks for it
    return middleware


def no_null_characters(get_response: Next) -> Next:
    """Answer 404 to an address with a NUL: nothing has such a name, and PostgreSQL refuses to be asked for it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path:
            raise Http404
        return get_response(request)

    return middleware


def security_headers(get_response: Next) -> Next:
    """Add the headers that Django has no setting for; what a logged-in person is shown is stored nowhere."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            patch_cache_control(response, no_store=True, private=True)
        return response

    return middleware


def end_idle_sessions(get_response: Next) -> Next:
    """Log out who was away longer than SESSION_IDLE_SECONDS, or has been in longer than SESSION_COOKIE_AGE."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            seen = request.session.get(SEEN, now)
            started = request.session.setdefault(STARTED, now)
            if now - seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_COOKIE_AGE:
                logout(request)
            elif SEEN not in request.session or now - seen >= STAMP_EVERY:
                request.session[SEEN] = now
        return get_response(request)

    return middleware
