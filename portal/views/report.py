"""举报 for everybody: tell what happened with or without a name, and ask with a code what came of it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from applications.actions import ActionRefused, tips
from applications.models import Finding, Tip
from portal.forms.finding import TipForm
from portal.limits import too_many
from portal.requests import PublicRequest
from portal.views.verify import normal

TIPS = {"most": 5, "seconds": 3600}  # of one address: a tip is written once, not by machine
LOOKS = {"most": 40, "seconds": 60}

# What the teller reads; whether a recovery case was opened is told with the answer.
STANDINGS = {
    Finding.State.NEW: "已收到，等待研判",
    Finding.State.TAKEN: "正在核查",
    Finding.State.FILED: "核查完毕",
    Finding.State.DISMISSED: "核查完毕",
}


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: PublicRequest) -> HttpResponse:
    """Take in a tip."""
    if request.method != "POST":
        return render(request, "public/report.html", {"form": TipForm()})
    if too_many(request, "report", **TIPS):
        return render(request, "429.html", status=429)
    form = TipForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "public/report.html", {"form": form}, status=422)
    try:
        row = tips.tell(form.cleaned_data["authority"], **form.values(), at=timezone.now())
    except ActionRefused as refusal:
        return render(request, "public/report.html", {"form": form, "refusal": str(refusal)}, status=409)
    return redirect("report_code", code=row.code)


@login_not_required
@require_safe
def state(request: PublicRequest, code: str) -> HttpResponse:
    """Tell by its code how far a tip is and what was answered; nothing of what was told, and not by whom."""
    if too_many(request, "report-look", **LOOKS):
        return render(request, "429.html", status=429)
    rows = Tip.objects.select_related("finding").only("code", "answer", "answered_at", "finding__state")
    row = rows.filter(code=normal(code)).first()
    if row is None:
        return render(request, "404.html", status=404)
    context = {"tip": row, "standing": STANDINGS[Finding.State(row.finding.state)]}
    return render(request, "public/report_state.html", context)
