"""文书用语: how the authority words each kind of letter: what counts, what waits, a form for a new one, a preview."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import wordings
from applications.actions import wording as actions
from applications.documents.wording import KINDS, Kind
from applications.models import Duty, Job, LetterTemplate, Posting
from applications.permissions import ActionRefused
from portal.console.policy import act, policy_desk
from portal.console.site import EXTRA_URLS, NAVIGATION, Entry, Group, site
from portal.forms.wording import WordingForm
from portal.idempotency import idempotent
from portal.requests import Request

SHOWN = 20


@dataclass(frozen=True)
class Line:
    """One kind in the list: the version that counts and the one that waits."""

    kind: Kind
    current: LetterTemplate | None
    waiting: LetterTemplate | None


@dataclass(frozen=True)
class Said:
    """One part on the page: as it counts, as it is proposed, and whether that differs."""

    label: str
    now: str
    proposed: str | None

    @property
    def differs(self) -> bool:
        """Whether the proposal changes this part."""
        return self.proposed is not None and self.proposed != self.now


def _versions(posting: Posting, kind: str = "") -> list[LetterTemplate]:
    rows = LetterTemplate.objects.filter(authority=posting.authority_id).select_related("proposed_by", "confirmed_by")
    return list((rows.filter(kind=kind) if kind else rows).order_by("-version"))


def _current(rows: list[LetterTemplate]) -> LetterTemplate | None:
    return next((row for row in rows if row.confirmed_at), None)


def _waiting(rows: list[LetterTemplate]) -> LetterTemplate | None:
    return next((row for row in rows if not row.confirmed_at and not row.dropped_at), None)


@require_safe
def kinds(request: Request) -> HttpResponse:
    """List the kinds of letters with the wording in force."""
    rows = _versions(policy_desk(request))
    lines = []
    for kind in KINDS.values():
        own = [row for row in rows if row.kind == kind.code]
        lines.append(Line(kind, _current(own), _waiting(own)))
    context = {**site.each_context(request), "title": "文书用语", "lines": lines}
    return render(request, "console/letters/kinds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def kind(request: Request, code: str) -> HttpResponse:
    """Show how one kind is worded, and take a proposal."""
    posting = _desk_of(request, code)
    if request.method != "POST":
        return kind_page(request, posting, code)
    form = WordingForm(request.POST, kind=code)
    if not form.is_valid():
        return kind_page(request, posting, code, form=form, status=422)
    parts, source = form.parts(), form.cleaned_data["source"]
    return act(
        request,
        lambda: actions.propose_wording(
            posting.authority, code, parts, source=source, by=request.user, at=timezone.now()
        ),
        "已提出用语，请另一名政策管理人员确认。",
        lambda reason: kind_page(request, posting, code, form=form, refusal=reason, status=409),
        redirect("console:letter", code),
    )


def _desk_of(request: Request, code: str) -> Posting:
    posting = policy_desk(request)
    if code not in KINDS:
        raise Http404
    return posting


def kind_page(
    request: Request,
    posting: Posting,
    code: str,
    *,
    form: WordingForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render the page of one kind; `form` is what was typed, kept after a refusal."""
    rows = _versions(posting, code)
    current, waiting = _current(rows), _waiting(rows)
    own = waiting is not None and waiting.proposed_by_id == request.user.pk
    now = wordings.texts(code, current)
    previews = Job.objects.filter(kind=Job.Kind.PREVIEW, requested_by=request.user, payload__kind=code)
    job = previews.filter(payload__authority=posting.authority_id).order_by("-pk").first()
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": f"文书用语：{KINDS[code].name}",
        "kind": KINDS[code],
        "current": current,
        "waiting": waiting,
        "said": [
            Said(part.label, now[part.key], waiting.parts.get(part.key) if waiting else None)
            for part in KINDS[code].parts
        ],
        "why_not_confirm": "须由另一名政策管理人员确认。" if own else "",
        "form": form or WordingForm(kind=code, initial=now),
        "versions": rows[:SHOWN],
        "job": job,
        "poll_url": reverse("job", args=[job.pk]) if job else "",
        "result_url": reverse("job_result", args=[job.pk]) if job and job.state == Job.State.DONE else "",
        "refusal": refusal,
    }
    return render(request, "console/letters/kind.html", context, status=status)


@require_POST
@idempotent
def preview(request: Request, code: str) -> HttpResponse:
    """Order a PDF of an invented case: in the wording with the key `template`, else in the one in force."""
    posting = _desk_of(request, code)
    key = request.POST.get("template", "")
    rows = _versions(posting, code)
    chosen = next((row for row in rows if str(row.pk) == key), None) if key else _current(rows)
    if key and chosen is None:
        raise Http404
    try:
        actions.preview_wording(posting.authority, code, chosen, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return kind_page(request, posting, code, refusal=str(refusal), status=409)
    messages.success(request, "正在生成预览，完成后可在本页打开。")
    return redirect(reverse("console:letter", args=[code]) + "#preview")


def _decide(request: Request, pk: int, decide: Any, words: str) -> HttpResponse:
    posting = policy_desk(request)
    row = get_object_or_404(LetterTemplate.objects.select_related("authority"), pk=pk, authority=posting.authority_id)
    return act(
        request,
        lambda: decide(row, by=request.user, at=timezone.now()),
        words,
        lambda reason: kind_page(request, posting, row.kind, refusal=reason, status=409),
        redirect("console:letter", row.kind),
    )


@require_POST
@idempotent
def confirm(request: Request, pk: int) -> HttpResponse:
    """Put a proposed wording into force."""
    return _decide(request, pk, actions.confirm_wording, "用语已生效，此后作出的文书按新用语生成。")


@require_POST
@idempotent
def drop(request: Request, pk: int) -> HttpResponse:
    """Take a proposed wording off the table."""
    return _decide(request, pk, actions.drop_wording, "已撤下该版用语。")


EXTRA_URLS += [
    path("letters/", kinds, name="letters"),
    path("letters/<slug:code>/", kind, name="letter"),
    path("letters/<slug:code>/preview/", preview, name="letter_preview"),
    path("letter-versions/<int:pk>/confirm/", confirm, name="letter_confirm"),
    path("letter-versions/<int:pk>/drop/", drop, name="letter_drop"),
]
NAVIGATION.append(Entry("文书用语", "console:letters", frozenset({Duty.POLICY}), Group.RULES))
