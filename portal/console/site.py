"""
The officers' console: Django's admin under our own rules of entry.

Whoever holds a posting today comes in; everybody else is told that there is nothing here. Pages beside the model
admins join through `EXTRA_URLS` (wrapped in the same door) and `NAVIGATION`.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, update_wrapper
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.db.models import Exists, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from applications.kept import Kept
from applications.models import Delivery, Duty, Posting

EVERY_DUTY = frozenset(Duty.values)
CASE_DUTIES = EVERY_DUTY - {Duty.SYSTEM, Duty.EXPERT}  # an expert has a page of the cases he is asked about
FINANCE = frozenset({Duty.PAY, Duty.COUNTERSIGN})
OVERSIGHT = frozenset({Duty.AUDIT, Duty.INSPECT, Duty.LEGAL})


class Group(StrEnum):
    """What entries of the navigation belong together, in the order in which they are shown."""

    FIRST = ""
    CASES = "办件"
    NOTICE = "公示"
    MONEY = "资金"
    WATCH = "监督"
    RULES = "设置"
    RECORDS = "记录"


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation: its words, the name of its address (`console:queue`), and whose it is."""

    label: str
    url_name: str
    duties: frozenset[str]
    group: Group = Group.FIRST
    query: str = ""

    @cached_property
    def url(self) -> str:
        """The address with its query, looked up once: every page of the console shows a dozen of them."""
        return reverse(self.url_name) + self.query


NAVIGATION: list[Entry] = []
IN_ONE_LINE = 11  # entries that fit a laptop; who has more finds those of a large group behind its name
LARGE = 4
EXTRA_URLS: list[URLPattern] = []

# Doors of Django's admin that this portal has elsewhere (log-in, password), or must not have: the shortcut opens any
# object's page by its number, and autocomplete searches without regard to authorities.
UNUSED = frozenset({"login", "logout", "password_change", "password_change_done", "view_on_site", "autocomplete"})


def navigation_of(duty: str) -> list[tuple[str, list[Entry]]]:
    """Return a duty's navigation: entries under the name of a group that opens, or under "" by themselves."""
    own = [entry for entry in NAVIGATION if duty in entry.duties]
    grouped = [(group, [entry for entry in own if entry.group == group]) for group in Group]
    folds = len(own) > IN_ONE_LINE
    return [(group if folds and len(entries) >= LARGE else "", entries) for group, entries in grouped if entries]


def _postings(user: int, today: date) -> QuerySet[Posting]:
    unread = Delivery.objects.filter(person=user, channel=Delivery.Channel.SITE, read_at=None)
    rows = Posting.objects.current().filter(user=user).select_related("authority")
    return rows.annotate(has_unread=Exists(unread)).order_by("-since", "-pk")[:1]


_POSTING: Kept[Posting] = Kept(_postings)


def posting_of(request: HttpRequest) -> Posting | None:
    """Return the posting this person works under today (asked once for a request); None for everybody else."""
    if not hasattr(request, "console_posting"):
        found = _POSTING.first(request.user.pk, today=timezone.localdate()) if request.user.pk else None
        request.console_posting = found  # type: ignore[attr-defined]
    return request.console_posting  # type: ignore[attr-defined]


def case_desk(request: HttpRequest) -> Posting:
    """Return the posting of an officer who may read cases; for system administrators there are none: 404."""
    posting = posting_of(request)
    if posting is None or posting.duty not in CASE_DUTIES:
        raise Http404
    return posting


def duty_of(request: HttpRequest) -> str:
    """Return today's duty, "" for somebody without a posting."""
    posting = posting_of(request)
    return posting.duty if posting else ""


def _log_in_at_the_portal(urls: list[URLPattern | URLResolver]) -> None:
    """Point LoginRequiredMiddleware at the portal's log-in page: the admin writes its own, unused one on every view."""
    for row in urls:
        if isinstance(row, URLResolver):
            _log_in_at_the_portal(row.url_patterns)
        else:
            row.callback.login_url = settings.LOGIN_URL  # type: ignore[attr-defined] # a mark on the function


class ConsoleSite(AdminSite):
    """The admin site of the officers. Its own log-in page is not used."""

    site_header = "算力奖补平台·审核台"
    site_title = "审核台"
    index_title = "记录"
    site_url = None
    enable_nav_sidebar = False
    empty_value_display = "—"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in who holds a posting today, whatever Django's staff flag says."""
        return request.user.is_active and posting_of(request) is not None

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Send the anonymous to the log-in page and answer everybody else without a posting with 404."""

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            if not self.has_permission(request):
                raise Http404
            request.current_app = self.name
            return view(request, *args, **kwargs)

        if not cacheable:
            inner = never_cache(inner)
        if not getattr(view, "csrf_exempt", False):
            inner = csrf_protect(inner)
        return update_wrapper(inner, view)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Put our own pages before those of the admin, all behind the same door."""
        own = [path(str(row.pattern), self.admin_view(row.callback), row.default_args, row.name) for row in EXTRA_URLS]
        urls: list[URLPattern | URLResolver] = [*own]
        urls += [row for row in super().get_urls() if getattr(row, "name", None) not in UNUSED]
        _log_in_at_the_portal(urls)
        return urls

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show each duty its first page."""
        duty = duty_of(request)
        return redirect(next(entry.url for entry in NAVIGATION if duty in entry.duties))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the posting and the navigation of this duty to what every admin page knows."""
        context = super().each_context(request)
        context["posting"] = posting_of(request)
        groups = navigation_of(duty_of(request))
        entries = [entry for _, members in groups for entry in members]
        above = [entry.url for entry in entries if not entry.query and request.path.startswith(entry.url)]
        context["navigation"] = groups
        context["section"] = max(above, key=len, default="")
        return context


site = ConsoleSite(name="console")
