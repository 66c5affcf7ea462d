"""What happened on a case: who held which duty, every act in order, and the papers that came of it."""

from collections.abc import Iterable
from itertools import groupby

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from applications.models import Event
from applications.workflow import VERBS
from portal.console.site import EXTRA_URLS
from portal.console.tabs import CASE_TABS, CaseTab, case_of_tab, tab_page
from portal.requests import Request

IN_ONE_LINE = frozenset({"attach", "take_back"})  # acts on files, which come in dozens and carry no note

ACTION_WORDS = {
    "start": "新建申报",
    "save": "保存",
    "attach": "上传材料",
    "take_back": "撤换材料",
    "confirm": "法定代表人确认",
    "promise": "容缺承诺",
    "keep_promise": "补交承诺的材料",
    "mandate": "窗口代办",
    "attach_mandate": "上传授权委托书",
    "enter_account": "窗口登记收款账户",
    "invite": "窗口生成邀请码",
    "register_applicant": "窗口登记申报单位",
    "impose_restriction": "作出限制申报",
    "lift_restriction": "解除限制申报",
    "ask_admission": "提出逾期准入",
    "admit_late": "准予逾期申报",
    "refuse_late": "不准予逾期申报",
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


@require_safe
def record(request: Request, pk: int) -> HttpResponse:
    """Show the history of a case to an officer of its authority."""
    case = case_of_tab(request, pk)
    context = {
        "events": told(case.events.select_related("by").order_by("sequence")),
        "documents": case.documents.order_by("pk").defer("content"),
        "duties": case.duties.select_related("user").order_by("since", "pk"),
    }
    return tab_page(request, case, "console/case_record.html", context)


EXTRA_URLS.append(path("cases/<int:pk>/record/", record, name="case_record"))
CASE_TABS.append(CaseTab("办理记录与文书", "console:case_record"))
