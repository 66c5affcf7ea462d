"""What happened on a case: who held which duty, every act in order, and the papers that came of it."""

from collections.abc import Iterable
from itertools import groupby

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications.actions import ActionRefused
from applications.actions import dossier as actions
from applications.models import Event
from applications.workflow import VERBS
from portal.console.dossiers import dossiers_of
from portal.console.site import EXTRA_URLS
from portal.console.tabs import CASE_TABS, CaseTab, case_of_tab, tab_page
from portal.idempotency import idempotent
from portal.requests import Request

IN_ONE_LINE = frozenset({"attach", "take_back"})  # acts on files, which come in dozens and carry no note

ACTION_WORDS = {
    "start": "新建申报",
    "save": "保存",
    "attach": "上传材料",
    "take_back": "撤换材料",
    "confirm": "法定代表人确认",
    "check": "核验",
    "record_payment": "登记拨付",
    "confirm_payment": "复核拨付",
    "reject_payment": "驳回拨付",
    "set_issue_day": "录入印发日期",
    "open_round": "设立批次",
    "close_round": "关闭批次",
    "choose_reading": "提出解释口径",
    "confirm_reading": "确认解释口径",
    "drop_reading": "撤下解释口径",
    "set_pool": "设定资金池",
    "enter_earlier_awards": "录入既往奖补",
    "reverse_earlier_award": "冲销既往奖补",
    "change_authority": "修改单位信息",
    "post": "设立岗位",
    "end_posting": "变更离岗日期",
    "order_dossier": "调取卷宗",
}


def event_words(action: str) -> str:
    """Return an act of the history in words; one that nobody has named shows its own name."""
    return VERBS[action].label if action in VERBS else ACTION_WORDS.get(action, action)


def told(events: Iterable[Event]) -> list[tuple[Event, str]]:
    """Return the history with its words; files handled one after the other by one person are one line, the last."""
    lines = []
    for (action, _), group in groupby(events, key=lambda event: (event.action, event.by_id)):
        rows = list(group)
        if action in IN_ONE_LINE:
            count = f" {len(rows)} 份" if len(rows) > 1 else ""
            lines.append((rows[-1], f"{event_words(action)}{count}"))
        else:
            lines += [(row, event_words(action)) for row in rows]
    return lines


def record_page(request: Request, pk: int, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """Answer with the history of a case, after a refused act with its reason."""
    case = case_of_tab(request, pk)
    context = {
        "refusal": refusal,
        **dossiers_of(request, case),
        "events": told(case.events.select_related("by").order_by("sequence")),
        "documents": case.documents.order_by("pk").defer("content"),
        "duties": case.duties.select_related("user").order_by("since", "pk"),
    }
    return tab_page(request, case, "console/case_record.html", context, status=status)


@require_safe
def record(request: Request, pk: int) -> HttpResponse:
    """Show the history of a case to an officer of its authority."""
    return record_page(request, pk)


@require_POST
@idempotent
def order_dossier(request: Request, pk: int) -> HttpResponse:
    """Ask for the dossier of a case; a worker makes it."""
    case = case_of_tab(request, pk)
    try:
        actions.order(case, words=ACTION_WORDS, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return record_page(request, pk, refusal=str(refusal), status=409)
    messages.success(request, "卷宗正在制作，完成后可以在本页下载。")
    return redirect(f"{reverse('console:case_record', args=[pk])}#dossier")


EXTRA_URLS.append(path("cases/<int:pk>/record/", record, name="case_record"))
EXTRA_URLS.append(path("cases/<int:pk>/dossier/", order_dossier, name="case_dossier"))
CASE_TABS.append(CaseTab("办理记录与文书", "console:case_record", 90))
