"""What a person was told: every message on the site, unread first to the eye, and which topics come by mail as well."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.models import Delivery, Event, NoticePreference, Posting, User
from applications.telling import TOPICS
from portal.forms.inbox import TopicsForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request

ROWS = 30


def _told(request: Request):
    return Delivery.objects.filter(person=request.user, channel=Delivery.Channel.SITE)


def _at_a_desk(request: Request) -> bool:
    return Posting.objects.current().filter(user=request.user).exists()


@require_safe
def inbox(request: Request) -> HttpResponse:
    """List what this person was told, newest first."""
    page = keyset(_told(request).select_related("event__application"), ("-pk",), request, size=ROWS)
    officer = _at_a_desk(request)
    for row in page.rows:
        row.url = _address(row.event, request.user, officer=officer)
    return render(request, "inbox/list.html", {"page": page})


def _address(event: Event, reader: User, *, officer: bool) -> str:
    """Return where a message leads: the case on the reader's own side of the desk, an expert's own questions."""
    if event.application_id is None:
        doubt = event.detail.get("finding") if officer else None
        return reverse("console:finding", args=[doubt]) if doubt else ""
    if event.action.startswith("review_"):
        task = event.detail["inspection"]
        return reverse("console:review_task" if officer else "my_review", args=[task])
    if event.action == "ask_expert" and event.detail["expert"] == reader.pk:
        return reverse("console:opinions")
    return reverse("console:case" if officer else "claim", args=[event.application_id])


@require_POST
@idempotent
def read_all(request: Request) -> HttpResponse:
    """Mark everything as read."""
    _told(request).filter(read_at=None).update(read_at=timezone.now())
    messages.success(request, "已全部标为已读。")
    return redirect("inbox")


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def topics(request: Request) -> HttpResponse:
    """Choose which topics come by mail as well; the site tells everything anyway."""
    refused = NoticePreference.objects.filter(user=request.user, mail=False).values_list("topic", flat=True)
    wanted = [topic for topic in TOPICS if topic not in set(refused)]
    form = TopicsForm(request.POST or None, initial={"topics": wanted}, topics=TOPICS)
    if request.method == "POST":
        form = TopicsForm(request.POST, topics=TOPICS)
        if form.is_valid():
            chosen = form.cleaned_data["topics"]
            for topic in TOPICS:
                NoticePreference.objects.update_or_create(
                    user=request.user, topic=topic, defaults={"mail": topic in chosen}
                )
            messages.success(request, "通知方式已保存。")
            return redirect("inbox_topics")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "inbox/topics.html", {"form": form, "mail": request.user.email}, status=status)
