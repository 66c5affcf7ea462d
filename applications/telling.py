"""
What is told to whom for which act: one table, read whenever an act is written into the history.

Everything is told on the site; mail goes to whoever has an address and has not turned the topic off. Rows of the
outbox are written with the act and sent by the sweep, so a mail server that is down loses nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from applications.models import (
    Application,
    Delivery,
    Document,
    Duty,
    Event,
    Inspection,
    Mandate,
    Membership,
    NoticePreference,
    Posting,
    Status,
    User,
)
from applications.models.document import HIDDEN
from applications.workflow import TURN

# 通知类别: what a person may turn mail off for.
TOPICS = {
    "todo": "需要我办理的事项",
    "progress": "办理进度",
    "result": "决定和文书",
    "money": "资金拨付",
    "limit": "期限提醒",
}

Audience = Callable[[Application, Event], QuerySet[User]]
Words = Callable[[Application, Event], str]


def members(application: Application, event: Event) -> QuerySet[User]:
    """Return everybody who acts for the applicant, and the officer who filed the claim at the counter."""
    acting = Q(pk__in=Membership.objects.filter(applicant=application.applicant_id).values("user"))
    return User.objects.filter(acting | Q(pk__in=Mandate.objects.filter(application=application.pk).values("officer")))


def officer_in_charge(application: Application, event: Event) -> QuerySet[User]:
    """Return the officer the case is handed to, unless that is who acted."""
    if application.assigned_to_id is None or application.assigned_to_id == event.by_id:
        return User.objects.none()
    return User.objects.filter(pk=application.assigned_to_id)


def inspectors(application: Application, event: Event) -> QuerySet[User]:
    """Return the officers of 稽核 of the authority, who deal with objections."""
    posted = Posting.objects.current().filter(authority=application.authority_id, duty=Duty.INSPECT)
    return User.objects.filter(pk__in=posted.values("user"), is_active=True)


def who_waits_for_the_seal(application: Application, event: Event) -> QuerySet[User]:
    """Return the members where an officer sealed a letter later on; what is sealed at once was told with its act."""
    if event.by_id is None or Document.objects.filter(HIDDEN, pk=event.detail["document"]).exists():
        return User.objects.none()
    return members(application, event)


def approvers(application: Application, event: Event) -> QuerySet[User]:
    """Return the officers of 审批 of the authority, who put a case before the public."""
    posted = Posting.objects.current().filter(authority=application.authority_id, duty=Duty.APPROVE)
    return User.objects.filter(pk__in=posted.values("user"), is_active=True)


def party(application: Application, event: Event) -> QuerySet[User]:
    """Return the members of the body that a recovery case is about; who filed for it at the counter is not one."""
    return User.objects.filter(pk__in=Membership.objects.filter(applicant=application.applicant_id).values("user"))


def posted_to(*duties: str) -> Audience:
    """Return who finds the officers of some duties at the case's authority, without whoever acted."""

    def people(application: Application, event: Event) -> QuerySet[User]:
        posted = Posting.objects.current().filter(authority=application.authority_id, duty__in=duties)
        return User.objects.filter(pk__in=posted.values("user"), is_active=True).exclude(pk=event.by_id or 0)

    return people


def host_named(application: Application, event: Event) -> QuerySet[User]:
    """Return who is to lead a hearing."""
    return User.objects.filter(pk=event.detail["host"])


def who_confirms(application: Application, event: Event) -> QuerySet[User]:
    """Return the officers who may confirm a movement of a recovery ledger."""
    duty = Duty.LEGAL if event.detail["kind"] == "written_off" else Duty.COUNTERSIGN
    return posted_to(duty)(application, event)


def party_judged(application: Application, event: Event) -> QuerySet[User]:
    """Return the members of the body where an appeal changed or annulled the decision; else they know it themselves."""
    decided = event.detail["outcome"] in ("changed", "annulled")
    return party(application, event) if decided else User.objects.none()


def money_judged(application: Application, event: Event) -> QuerySet[User]:
    """Return who refunds what a changed or annulled decision leaves over."""
    return posted_to(Duty.PAY)(application, event) if event.detail.get("over_fen") else User.objects.none()


def limit_judged(application: Application, event: Event) -> QuerySet[User]:
    """Return who sets the limit of a pool that an award given back stands beyond."""
    return posted_to(Duty.POLICY)(application, event) if event.detail.get("pool_over_fen") else User.objects.none()


def whose_turn(application: Application, event: Event) -> QuerySet[User]:
    """Return whom the limit of a step concerns: the applicant, else the officer in charge, else all of the duty."""
    step = event.detail["step"]
    if step == Status.CORRECTING:
        return members(application, event)
    duties = [duty for duty, statuses in TURN.items() if step in statuses]
    posted = Posting.objects.current().filter(authority=application.authority_id, duty__in=duties)
    people = User.objects.filter(pk__in=posted.values("user"), is_active=True)
    charged = people.filter(pk__in=[application.assigned_to_id or 0])
    return charged if charged.exists() else people


@dataclass(frozen=True)
class Telling:
    """One line of the table: to whom, under which topic, and the words."""

    to: Audience
    topic: str
    subject: str
    words: Words


def _said(text: str) -> Words:
    """Return words that only name the case."""
    return lambda application, event: text.format(number=application.number)


def _noted(text: str) -> Words:
    """Return words that end in what the history notes about the act."""
    return lambda application, event: text.format(number=application.number, note=event.note)


def _accepted(application: Application, event: Event) -> str:
    why = f" {event.note}" if event.note else " 已受理"
    return f"{application.number}{why}，进入核验。"


def _restored(application: Application, event: Event) -> str:
    part = "；须退回的部分见追回案件页面" if event.detail.get("part") else ""
    return f"{application.number} 的奖补决定恢复效力，原通知书继续有效{part}。"


def _asked(application: Application, event: Event) -> str:
    again = "再次" if event.note else ""
    return f"{application.number} 需要{again}补正{len(event.detail['items'])}项，请按告知书办理。"


def _near(application: Application, event: Event) -> str:
    day, step = date.fromisoformat(event.detail["due_on"]), Status(event.detail["step"]).label
    verb = "将于" if day >= timezone.localdate(event.at) else "已于"
    return f"{application.number}（{step}）{verb}{day:%Y年%-m月%-d日}到期，请及时办理。"


def own_members(application: Application, event: Event) -> QuerySet[User]:
    """Return who acts for the body today; a review is not answered at the counter."""
    acting = Membership.objects.filter(applicant=application.applicant_id)
    return User.objects.filter(pk__in=acting.values("user"))


def reviewer(application: Application, event: Event) -> QuerySet[User]:
    """Return the officer of a review's task, unless that is who acted."""
    named = event.detail.get("to") or event.detail.get("officer") or 0
    return User.objects.filter(pk=named).exclude(pk=event.by_id or 0)


def reviewer_of_task(application: Application, event: Event) -> QuerySet[User]:
    """Return the officer who waits for an answer to a review."""
    officers = Inspection.objects.filter(pk=event.detail["inspection"]).values("officer")
    return User.objects.filter(pk__in=officers, is_active=True)


def _review_near(application: Application, event: Event) -> str:
    day = date.fromisoformat(event.detail["due_on"])
    verb = "将于" if day >= timezone.localdate(event.at) else "已于"
    return f"{application.number} 的年度复核通知{verb}{day:%Y年%-m月%-d日}到期，请及时答复。"


def expert_asked(application: Application, event: Event) -> QuerySet[User]:
    """Return the expert with an account to whom a question was put."""
    return User.objects.filter(pk=event.detail["expert"])


def _rests(application: Application, event: Event) -> str:
    """Tell how long the days do not count (行政许可法第四十五条参照)."""
    day = date.fromisoformat(event.detail["expected_on"])
    return f"{application.number} 正在征询专家意见，预计{day:%Y年%-m月%-d日}答复，该期间不计入办理时限。"


# What is told of a recovery case: its number is the note of its events, what is in it stands in letters and pages.
RECOVERY: dict[str, tuple[Telling, ...]] = {
    "recovery_open": (
        Telling(party, "todo", "立案调查", _noted("{number} 的奖补资金已立案调查（{note}），请留意后续告知。")),
    ),
    "recovery_notify": (
        Telling(
            party,
            "todo",
            "拟处理告知，请在期限内陈述申辩",
            _noted("{note} 已告知拟处理意见和您的权利，请查看告知书，在载明的期限内陈述、申辩。"),
        ),
    ),
    "recovery_state": (
        Telling(posted_to(Duty.INSPECT), "todo", "当事人已陈述申辩", _noted("{note} 的当事人已提交意见，请答复。")),
    ),
    "recovery_ask_hearing": (
        Telling(posted_to(Duty.INSPECT), "todo", "当事人要求听证", _noted("{note} 的当事人要求听证，请安排。")),
    ),
    "recovery_convene": (
        Telling(party, "todo", "听证通知", _noted("{note} 定期举行听证，时间、地点见听证通知书。")),
        Telling(host_named, "todo", "请主持听证", _noted("{note} 的听证由您主持，请按期举行。")),
    ),
    "recovery_hold_hearing": (
        Telling(posted_to(Duty.INSPECT), "todo", "听证已举行", _noted("{note} 的听证已举行，请答复听证意见。")),
    ),
    "recovery_answer": (
        Telling(posted_to(Duty.LEGAL), "todo", "追回案件待法制审核", _noted("{note} 已听取意见，请进行法制审核。")),
    ),
    "recovery_review": (
        Telling(posted_to(Duty.INSPECT), "todo", "法制审核已有意见", _noted("{note} 已有法制审核意见，请继续办理。")),
    ),
    "recovery_serve": (
        Telling(
            party,
            "result",
            "追回决定已送达",
            _noted("{note} 的追回决定已送达，退回期限、账户和救济途径见决定书。"),
        ),
    ),
    "recovery_plan": (Telling(party, "money", "分期退回", _noted("{note} 已约定分期退回，请按期缴款。")),),
    "recovery_urge": (
        Telling(party, "todo", "催告", _noted("{note} 尚未履行，请在催告书载明的期限内退回，并可以陈述申辩。")),
    ),
    "recovery_enforce": (
        Telling(party, "result", "已申请强制执行", _noted("{note} 逾期未履行，已申请人民法院强制执行。")),
    ),
    "recovery_claim": (Telling(who_confirms, "todo", "追回台账待确认", _noted("{note} 有一项台账事项待您确认。")),),
    "recovery_confirm": (Telling(party, "money", "追回台账已登记", _noted("{note} 的台账有新的登记，请查看。")),),
    "recovery_refuse": (
        Telling(
            posted_to(Duty.PAY, Duty.INSPECT), "todo", "追回台账事项被驳回", _noted("{note} 有一项台账事项被驳回。")
        ),
    ),
    "recovery_charge": (Telling(party, "money", "追回台账计收", _noted("{note} 有新的计收，依据见台账。")),),
    "recovery_taken": (Telling(party, "money", "拨付中已抵扣", _noted("{note} 的应退款已在拨付中抵扣一部分。")),),
    "recovery_given_back": (
        Telling(posted_to(Duty.INSPECT), "todo", "退票影响追回台账", _noted("{note} 的台账因退票有变化，请查看。")),
        Telling(party, "money", "抵扣因退票恢复", _noted("{note} 的台账因拨付被退回有变化，请查看。")),
    ),
    "recovery_restrict": (Telling(party, "result", "限制申报", _noted("{note}：已作出限制申报决定，请查看决定书。")),),
    "recovery_unrestrict": (
        Telling(party, "result", "解除限制申报", _noted("{note}：限制申报已解除，请查看决定书。")),
    ),
    "recovery_contest": (
        Telling(party_judged, "result", "追回决定的复议、诉讼结果", _noted("{note} 的决定已变更或者撤销，请查看。")),
        Telling(
            limit_judged, "todo", "资金池超额占用", _noted("{note} 的奖补决定恢复后，资金池超出总额，请调整总额。")
        ),
        Telling(
            money_judged, "todo", "追回案件须退还款项", _noted("{note} 的决定已变更或者撤销，多缴的款项请办理退还。")
        ),
    ),
    "recovery_publish": (
        Telling(party, "result", "处理结果公示", _noted("{note} 的处理结果将公示，期限见案件页面。")),
    ),
    "recovery_unpublish": (Telling(party, "result", "处理结果停止公示", _noted("{note} 的处理结果已停止公示。")),),
    "recovery_close": (Telling(party, "result", "追回案件已结案", _noted("{note} 已结案。")),),
    "recovery_drop": (Telling(party, "result", "撤销立案", _noted("{note} 经调查撤销立案，原奖补决定继续有效。")),),
}

TELLINGS: dict[str, tuple[Telling, ...]] = {
    "submit": (Telling(members, "progress", "申报件已提交", _said("{number} 已提交，收件回执正在生成。")),),
    "resubmit": (Telling(members, "progress", "补正已提交", _said("{number} 的补正材料已提交。")),),
    "accept": (Telling(members, "progress", "申报件已受理", _accepted),),
    "accept_with_promises": (
        Telling(members, "todo", "申报件已容缺受理", _noted("{number} 已容缺受理，请按期补交：{note}。")),
    ),
    "decline": (Telling(members, "result", "申报件不予受理", _said("{number} 不予受理，理由见不予受理通知书。")),),
    "correct": (Telling(members, "todo", "请补正材料", _asked),),
    "lapse": (Telling(members, "result", "申报件视为撤回", _said("{number} 逾期未补正，视为撤回。")),),
    "breach": (Telling(members, "result", "逾期未补交，终止办理", _noted("{number} {note}。")),),
    "set_due_day": (Telling(members, "limit", "补正期限", _noted("{number} 的补正期限为{note}（含当日）。")),),
    "explain_delay": (
        Telling(members, "limit", "超期说明", _said("{number} 未能按期办理，主管单位已说明原因，请查看。")),
    ),
    "remind": (Telling(whose_turn, "limit", "办理期限提醒", _near),),
    "endorse": (Telling(members, "progress", "拟兑现结果公示", _said("{number} 已通过审批，进入公示。")),),
    "refuse": (Telling(members, "result", "不予兑现", _said("{number} 不予兑现，理由和救济途径见决定书。")),),
    "grant": (Telling(members, "result", "奖补资金已批准", _said("{number} 已批准兑现，通知书正在生成。")),),
    "restore": (Telling(members, "result", "奖补决定恢复效力", _restored),),
    "seal": (Telling(who_waits_for_the_seal, "result", "文书已签章", _noted("{number} 的{note}已签章，可以下载。")),),
    "confirm_payment": (Telling(members, "money", "资金已拨付", _said("{number} 的奖补资金已拨付，请查收。")),),
    "return_payment": (
        Telling(members, "money", "资金被退回", _noted("{number} 的奖补资金被银行退回（{note}），请核对收款账户。")),
    ),
    "change_account": (
        Telling(
            members,
            "money",
            "收款账户已变更",
            _noted("{number} 有待拨付资金，收款账户变更为{note}。非本单位所为的，请立即联系主管单位。"),
        ),
    ),
    "confirm_account": (
        Telling(
            members,
            "money",
            "收款账户变更已确认",
            _noted("{number} 的收款账户{note}已由法定代表人确认，等待期满后拨付。"),
        ),
    ),
    "account_found_wrong": (
        Telling(
            members, "todo", "请更正收款账户", _noted("{number} 的收款账户核对未通过（{note}），请重新登记收款账户。")
        ),
    ),
    "ask_recheck": (Telling(members, "todo", "分期资金再核", _noted("{number} 的下一期资金拨付前须再核：{note}")),),
    "recheck": (Telling(members, "progress", "分期资金已再核", _noted("{number} {note}。")),),
    "close": (Telling(members, "progress", "申报件已办结", _said("{number} 已办结。")),),
    "object": (
        Telling(inspectors, "todo", "收到公示异议", _said("{number} 在公示期内收到实名异议，请承办核实。")),
        Telling(
            members, "progress", "公示期内收到异议", _said("{number} 在公示期内收到异议，核实完毕前暂不批准兑现。")
        ),
    ),
    "rule_on_objection": (
        Telling(members, "progress", "异议已核实", lambda application, event: f"{application.number}：{event.note}。"),
    ),
    "wait_for_money": (
        Telling(
            members,
            "progress",
            "已通过审批，等待资金安排",
            _noted("{number} 已通过审批。{note}您的申报没有被拒绝，位次见申报件页面，轮到时另行告知。"),
        ),
    ),
    "carry_wait": (
        Telling(members, "progress", "资金结转", _noted("{number} 的资金安排{note}，按完整申报时间保留原位次。")),
    ),
    "settled": (Telling(members, "progress", "批次资金结算", _noted("{number}：{note}")),),
    "call_up": (
        Telling(approvers, "todo", "轮到排队的申报件", _noted("{number}：{note}，请办理公示。")),
        Telling(members, "progress", "资金有余额，轮到办理", _said("{number} 等待的资金已有余额，轮到办理公示。")),
    ),
    **RECOVERY,
    "assign": (Telling(officer_in_charge, "todo", "有申报件交由您承办", _said("{number} 已交由您承办。")),),
    "review_assign": (Telling(reviewer, "todo", "有复核任务交由您办理", _said("{number} 的年度复核由您办理。")),),
    "review_ask": (
        Telling(own_members, "todo", "年度复核，请提供材料", _noted("{number} 被列入年度复核，请提供材料：{note}。")),
    ),
    "review_answer": (
        Telling(reviewer_of_task, "todo", "申报单位已答复复核", _said("{number} 的年度复核已有答复，请复核。")),
    ),
    "review_remind": (
        Telling(own_members, "limit", "年度复核答复提醒", _review_near),
        Telling(reviewer, "limit", "年度复核逾期未答复", _review_near),
    ),
    "review_qualified": (Telling(own_members, "progress", "年度复核合格", _said("{number} 年度复核合格。")),),
    "review_rectify": (Telling(own_members, "todo", "年度复核，请整改", _noted("{number} 年度复核，须{note}。")),),
    "review_rectified": (Telling(own_members, "progress", "整改已确认", _said("{number} 的整改已经确认，复核办结。")),),
    "ask_expert": (
        Telling(members, "limit", "专家评审", _rests),
        Telling(expert_asked, "todo", "有征询待您答复", _said("就 {number} 征询您的意见，请登录审核台答复。")),
    ),
}


def tell(application: Application, event: Event) -> None:
    """Put what the table says about an act into the outbox; acts that are not in it concern nobody else."""
    for telling in TELLINGS.get(event.action, ()):
        deliver(
            event,
            telling.to(application, event),
            topic=telling.topic,
            subject=telling.subject,
            text=telling.words(application, event),
        )


def deliver(event: Event, people: QuerySet[User], *, topic: str, subject: str, text: str) -> None:
    """Put one message to each person into the outbox: on the site, and by mail where it is wanted (two statements)."""
    refused = NoticePreference.objects.filter(user=OuterRef("pk"), topic=topic, mail=False)
    rows = [
        row
        for person in people.annotate(no_mail=Exists(refused))
        for row in _rows(event, person, subject, text, mail=bool(person.email) and not person.no_mail)
    ]
    Delivery.objects.bulk_create(rows)


def _rows(event: Event, person: User, subject: str, text: str, *, mail: bool) -> Iterable[Delivery]:
    """Return the rows of one person; what stands on the site is there at once."""
    same = {"event": event, "person": person, "subject": subject, "text": text, "created_at": event.at}
    yield Delivery(**same, channel=Delivery.Channel.SITE, sent_at=event.at)
    if mail:
        yield Delivery(**same, channel=Delivery.Channel.MAIL)
