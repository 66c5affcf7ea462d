"""
Who may do what, asked once: every `why_not_…` returns the reason in Chinese, empty when allowed.

The button shows it as a hint and the action raises it, so the two cannot disagree. Authorisation of strangers comes
before: views find cases only through `visible_to`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from applications.models import (
    Application,
    CaseDuty,
    Duty,
    Membership,
    Posting,
    PublicNotice,
    User,
)
from applications.workflow import EDITABLE, VERBS


class ActionRefused(Exception):
    """What a person can cause: refused, with a sentence worded for that person."""


@dataclass(frozen=True)
class Standing:
    """How one user stands to one case: member in a role, officer with a duty, and the duty already held on the case."""

    user: User
    role: str
    duty: str
    held: str

    @property
    def is_member(self) -> bool:
        return bool(self.role)


def with_standing(cases: QuerySet[Application], user: User) -> QuerySet[Any]:
    """Read with each case how a user stands to it; `standing_in` takes it from the row."""
    postings = Posting.objects.current().filter(user=user, authority=OuterRef("authority"))
    memberships = Membership.objects.filter(user=user, applicant=OuterRef("applicant"))
    duties = CaseDuty.objects.filter(user=user, application=OuterRef("pk"))
    return cases.annotate(
        asker_role=Subquery(memberships.values("role")[:1]),
        asker_duty=Subquery(postings.values("duty")[:1]),
        asker_held=Subquery(duties.values("duty")[:1]),
    )


def standing_in(case: Any, user: User) -> Standing:
    """Return the standing that was read with a case; an officer of another authority stands nowhere."""
    return Standing(user=user, role=case.asker_role or "", duty=case.asker_duty or "", held=case.asker_held or "")


def standing_of(user: User, application: Application) -> Standing:
    """Return how a user stands to a case (one query)."""
    return standing_in(with_standing(Application.objects.only("pk"), user).get(pk=application.pk), user)


def posted_as(user: User, *duties: str) -> Posting | None:
    """Return the user's open posting if it is one of these duties."""
    return Posting.objects.current().select_related("authority").filter(user=user, duty__in=duties).first()


def _why_not_status(verb: str, application: Application) -> str:
    if application.status not in VERBS[verb].sources:
        return f"本件目前为“{application.get_status_display()}”，不能{VERBS[verb].label}。"
    return ""


def why_not_officer(application: Application, standing: Standing, *duties: str) -> str:
    """Return why an officer may not act in one of these duties: posting, own applicant, second duty on the case."""
    names = "、".join(Duty(duty).label for duty in duties)
    if standing.duty not in duties:
        return f"只有{names}岗位可以办理此事项。"
    if standing.is_member:
        return "您是申报单位的成员，应当回避。"
    if standing.held and standing.held != standing.duty:
        return f"您已在本件担任{Duty(standing.held).label}，不能再担任{Duty(standing.duty).label}。"
    return ""


def _why_not_duty(verb: str, application: Application, standing: Standing) -> str:
    duties = sorted(who for who in VERBS[verb].who if who in Duty.values)
    return why_not_officer(application, standing, *duties) or _why_not_status(verb, application)


def _why_not_member(application: Application, standing: Standing) -> str:
    return "" if standing.is_member else "只有申报单位的成员可以办理此事项。"


def why_not_edit(application: Application, standing: Standing) -> str:
    """Facts and evidence change only while the applicant holds the pen: as a draft or in a correction."""
    if reason := _why_not_member(application, standing):
        return reason
    if application.status not in EDITABLE:
        return f"本件目前为“{application.get_status_display()}”，内容已锁定，不能修改。"
    return ""


def why_not_confirm(application: Application, standing: Standing, missing: Iterable[str]) -> str:
    """Only the 法定代表人 confirms, and only what is complete."""
    if reason := why_not_edit(application, standing):
        return reason
    if standing.role != Membership.Role.LEGAL:
        return "须由法定代表人登录后确认。"
    if application.confirmed_at:
        return "法定代表人已经确认。"
    if missing := list(missing):
        return f"请先补齐：{'、'.join(missing)}。"
    return ""


def why_not_submit(application: Application, standing: Standing, missing: Iterable[str], *, is_open: bool) -> str:
    """Handing in needs a complete and confirmed claim inside an open round; a correction needs no round."""
    verb = "resubmit" if application.status == "correcting" else "submit"
    if reason := _why_not_member(application, standing) or _why_not_status(verb, application):
        return reason
    if application.status == "draft" and not is_open:
        return "本条款当前没有开放的申报批次。"
    if missing := list(missing):
        return f"请先补齐：{'、'.join(missing)}。"
    if not application.confirmed_at:
        return "请先由法定代表人登录确认，再提交。"
    return ""


def why_not_withdraw(application: Application, standing: Standing) -> str:
    """Until the grant the applicant may take the claim back."""
    return _why_not_member(application, standing) or _why_not_status("withdraw", application)


def why_not_accept(application: Application, standing: Standing) -> str:
    """Intake takes what was handed in."""
    return _why_not_duty("accept", application, standing)


def why_not_decline(application: Application, standing: Standing) -> str:
    """Intake refuses what it has not accepted yet."""
    return _why_not_duty("decline", application, standing)


def why_not_correct(application: Application, standing: Standing, *, corrections: int) -> str:
    """All defects are asked for at once; a second request is refused (行政许可法第三十二条参照)."""
    if reason := _why_not_duty("correct", application, standing):
        return reason
    if application.status == "verifying" and standing.duty == Duty.INTAKE:
        return "本件已受理，核验阶段的补正由核验岗位提出。"
    if application.status == "submitted" and standing.duty == Duty.VERIFY:
        return "本件尚未受理，由受理岗位提出补正。"
    if corrections:
        return "本件已经一次性告知过补正事项，不得再次要求补正。"
    return ""


def why_not_check(application: Application, standing: Standing) -> str:
    """Facts are checked by the verifier, between acceptance and proposal."""
    if reason := why_not_officer(application, standing, Duty.VERIFY):
        return reason
    if application.status != "verifying":
        return f"本件目前为“{application.get_status_display()}”，不能核验。"
    return ""


def why_not_propose(application: Application, standing: Standing, unchecked: Iterable[str]) -> str:
    """A sum is proposed only when every fact the clause is judged on has been checked."""
    if reason := _why_not_duty("propose", application, standing):
        return reason
    if unchecked := list(unchecked):
        return f"尚有未核验的事项：{'、'.join(unchecked)}。"
    return ""


def why_not_return(application: Application, standing: Standing) -> str:
    """The approver sends back what was proposed."""
    return _why_not_duty("return_", application, standing)


def why_not_endorse(application: Application, standing: Standing) -> str:
    """The approver agrees to what was proposed."""
    return _why_not_duty("endorse", application, standing)


def why_not_refuse(application: Application, standing: Standing) -> str:
    """The approver refuses before the grant."""
    return _why_not_duty("refuse", application, standing)


def why_not_reopen(application: Application, standing: Standing) -> str:
    """The approver ends a public notice for an objection that was upheld."""
    return _why_not_duty("reopen", application, standing)


def why_not_grant(
    application: Application, standing: Standing, *, notice: PublicNotice | None, today: date, issue_day_needed: bool
) -> str:
    """Granting waits for the end of 公示 and for an issue day where the text carries none."""
    if reason := _why_not_duty("grant", application, standing):
        return reason
    if issue_day_needed and application.policy.issued_on is None:
        return "本政策的印发日期待定，政策管理岗位录入印发日期及依据后方可批准。"
    if notice is None:
        return "本件没有公示记录，不能批准。"
    if notice.days == 0:
        return ""
    if notice.closes_on is None:
        return "公示截止日待定（缺少相应年度的工作日安排），不能批准。"
    if today <= notice.closes_on:
        return f"公示期至{notice.closes_on:%Y年%-m月%-d日}止，期满后方可批准。"
    return ""


def why_not_record_payment(application: Application, standing: Standing) -> str:
    """The first finance officer records payments of granted cases."""
    if reason := why_not_officer(application, standing, Duty.PAY):
        return reason
    if application.status != "granted":
        return f"本件目前为“{application.get_status_display()}”，不能登记拨付。"
    return ""


def why_not_review_payment(application: Application, standing: Standing) -> str:
    """Confirming or rejecting a recorded payment is the second finance officer's act."""
    return why_not_officer(application, standing, Duty.COUNTERSIGN)


def why_not_close(application: Application, standing: Standing) -> str:
    """Intake files what was fully paid."""
    return _why_not_duty("close", application, standing)


def why_not_manage_policy(user: User, authority_id: int) -> str:
    """Issue days, readings, rounds, pools and earlier awards are the policy manager's, at the own authority."""
    posting = posted_as(user, Duty.POLICY)
    if posting is None or posting.authority_id != authority_id:
        return "只有本单位的政策管理岗位可以办理此事项。"
    return ""
