"""What happened on a case: who held which duty, every act in order, and the papers that came of it."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import assessing, recovering
from applications.actions import ActionRefused
from applications.actions import dossier as actions
from applications.models import Application, Clock, Duty, Event, FactCheck
from applications.permissions.timing import OFFICE_STEPS
from applications.workflow import VERBS
from portal.console.case_acts import possible_acts
from portal.console.dossiers import dossiers_of
from portal.console.reading import case_with_standing
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
    "decide_reading": "认定个案口径",
    "assign": "分办",
    "agree": "同意核定意见",
    "review_legally": "法制审核",
    "object": "收到异议",
    "take_objection": "承办异议",
    "rule_on_objection": "异议核实结论",
    "explain_delay": "超期说明",
    "remind": "期限提醒",
    "set_due_day": "确定补正期限",
    "record_payment": "登记拨付",
    "confirm_payment": "复核拨付",
    "reject_payment": "驳回拨付",
    "prepare_payment": "编入拨付批次",
    "send_payment": "拨付批次复核送付",
    "return_payment": "退票",
    "release_return": "处理退票",
    "change_account": "变更收款账户",
    "confirm_account": "确认收款账户变更",
    "account_found_wrong": "收款账户核对未通过",
    "ask_recheck": "分期再核，请申报单位提供材料",
    "recheck": "分期再核",
    "check_account": "核对收款账户",
    "confirm_account_check": "复核收款账户",
    "drop_account_check": "退回账户核对",
    "prepare_batch": "编制拨付批次",
    "countersign_batch": "复核拨付批次",
    "drop_batch": "退回拨付批次",
    "import_result": "读入支付结果",
    **{f"recovery_{name}": f"追回：{step.label}" for name, step in recovering.STEPS.items()},
    "enter_set_off": "录入抵扣",
    "confirm_set_off": "确认抵扣",
    "drop_set_off": "撤下抵扣",
    "enter_payer": "录入支付单位",
    "confirm_payer": "确认支付单位",
    "propose_year_close": "提出年终结账",
    "confirm_year_close": "确认年终结账",
    "drop_year_close": "撤下年终结账",
    "set_issue_day": "录入印发日期",
    "open_round": "设立批次",
    "close_round": "关闭批次",
    "choose_reading": "提出解释口径",
    "confirm_reading": "确认解释口径",
    "drop_reading": "撤下解释口径",
    "propose_publication": "提出发布版本",
    "confirm_publication": "确认发布版本",
    "drop_publication": "撤下发布意见",
    "open_pool": "按条文设定资金池",
    "set_pool": "设定资金池",
    "set_demand": "设定办理要求",
    "credit_check": "信用核查",
    "site_visit": "现场核查",
    "ask_expert": "征询专家意见",
    "answer_expert": "专家答复",
    "call_joint_review": "发起会审",
    "joint_vote": "会审表决",
    "close_joint_review": "会审形成纪要",
    "enter_earlier_awards": "录入既往奖补",
    "reverse_earlier_award": "冲销既往奖补",
    "propose_wording": "提出文书用语",
    "confirm_wording": "确认文书用语",
    "drop_wording": "撤下文书用语",
    "arrange_funds": "生成资金安排表",
    "enter_bands": "录入审批权限",
    "confirm_bands": "确认审批权限",
    "drop_bands": "撤下审批权限",
    "set_length": "设定办理时限",
    "enter_days": "录入工作日安排",
    "open_year": "启用年度工作日安排",
    "change_authority": "修改单位信息",
    "post": "设立岗位",
    "end_posting": "变更离岗日期",
    "order_dossier": "调取卷宗",
    "order_seal": "决定签章",
    "seal": "文书签章",
    "mark_document": "变更文书效力",
    "pack_letters": "批量下载通知书",
    "wait_for_money": "排队等待资金",
    "call_up": "轮到办理",
    "carry_wait": "结转排队",
    "choose_shortfall": "确定余额不足时的办法",
    "settle": "批次资金结算",
    "confirm_settlement": "确认批次资金结算",
    "drop_settlement": "撤下批次资金结算",
    "settled": "批次资金结算结果",
    "set_aside_signal": "不采纳风险提示",
    "draw_review": "年度复核抽样",
    "start_review": "启动年度复核",
    "drop_review": "作废年度复核抽样",
    "close_review": "结束年度复核",
    "review_assign": "分派复核任务",
    "review_ask": "复核通知",
    "review_write": "填写复核答复",
    "review_take_back": "移除复核材料",
    "review_answer": "提交复核答复",
    "review_remind": "复核答复提醒",
    "review_check": "复核事项",
    "review_qualified": "复核合格",
    "review_rectify": "复核要求整改",
    "review_rectified": "整改确认",
    "review_finding": "复核转为线索",
    "register_finding": "登记问题线索",
    "take_finding": "受领问题线索",
    "name_case_of_finding": "线索关联申报件",
    "dismiss_finding": "线索不予立案",
    "file_finding": "线索立案",
    "see_teller": "查看举报人信息",
    "answer_tip": "答复举报人",
}


def event_words(action: str) -> str:
    """Return an act of the history in words; one that nobody has named shows its own name."""
    return VERBS[action].label if action in VERBS else ACTION_WORDS.get(action, action)


def told(events: Iterable[Event], labels: Mapping[str, str]) -> list[tuple[Event, str, str]]:
    """
    Return the history with its words and notes; `labels` are the words of facts by name.

    Files handled one after the other by one person are one line, the last.
    """
    lines = []
    for (action, _), group in groupby(events, key=lambda event: (event.action, event.by_id)):
        rows = list(group)
        if action in IN_ONE_LINE:
            count = f" {len(rows)} 份" if len(rows) > 1 else ""
            lines.append((rows[-1], f"{event_words(action)}{count}", rows[-1].note))
        elif action == "check":
            lines += [(row, *_check_words(row, labels)) for row in rows]
        else:
            lines += [(row, event_words(action), row.note) for row in rows]
    return lines


def _check_words(event: Event, labels: Mapping[str, str]) -> tuple[str, str]:
    """Name the fact that was checked, and what was found with the reason where there is one."""
    fact, verdict = event.detail["fact"], FactCheck.Verdict(event.detail["verdict"])
    found = str(verdict.label)
    return f"{event_words('check')}：{labels.get(fact, fact)}", f"{found}：{event.note}" if event.note else found


def clocks_shown(case: Application) -> list[Clock]:
    """Return the clocks of a case in order, each with its pauses and with what is late or rests."""
    rows = list(case.clocks.select_related("late_by").prefetch_related("pauses").order_by("pk"))
    for row in rows:
        pauses = row.pauses.all()
        row.rests = row.ended_on is None and any(pause.until is None for pause in pauses)  # type: ignore[attr-defined]
        ended = row.ended_on or timezone.localdate()
        row.late = row.step in OFFICE_STEPS and row.due_on is not None and row.due_on < ended  # type: ignore[attr-defined]
    return rows


def record_page(request: Request, pk: int, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """Answer with the history of a case, after a refused act with its reason."""
    case, standing = case_with_standing(request, pk)
    events = list(case.events.select_related("by").order_by("sequence"))
    checked = {event.detail["fact"] for event in events if event.action == "check"}
    context = {
        "refusal": refusal,
        "acts": possible_acts(case, standing, checked),
        **dossiers_of(request, case, standing),
        "events": told(events, {field.name: field.label for field in assessing.fields_of(case)}),
        "may_seal": standing.duty == Duty.APPROVE,
        "documents": case.documents.order_by("pk").defer("content"),
        "clocks": clocks_shown(case),
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
