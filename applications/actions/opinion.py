"""
One question to one expert, and the answer; meanwhile the days of verification are not counted.

An expert states first to have no interest in the case. One with an account answers in person; the signed opinion of
one without is entered by the verifier.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from applications import history, permissions, timing
from applications.actions import desk_file
from applications.actions.desk_file import Paper
from applications.actions.shared import changed, lock, refuse_if, stop, take_duty
from applications.models import Application, DeskFile, Duty, ExpertOpinion, Membership, Posting, User

Conclusion = ExpertOpinion.Conclusion
GIVEN = frozenset({Conclusion.SUPPORT, Conclusion.CONDITIONAL, Conclusion.OPPOSE})


@transaction.atomic
def ask_expert(
    application: Application,
    *,
    question: str,
    expert: User | None = None,
    name: str = "",
    unit: str = "",
    expected_on: date,
    by: User,
    at: datetime,
) -> ExpertOpinion:
    """Put a question to a posted expert, or to one known by name and unit. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_inquire(application, standing))
    name, unit = name.strip(), unit.strip()
    if not question.strip():
        stop("请写明征询事项。")
    if expert is not None and (name or unit):
        stop("已选择本单位登记的专家，不再填写外请专家的姓名和单位。")
    if expert is None and not (name and unit):
        stop("请选择专家，或者填写外请专家的姓名和单位。")
    if expected_on < timezone.localdate(at):
        stop("预计答复日期不能早于今天。")
    if expert is not None:
        refuse_if(_why_not_expert(application, expert))
        name, unit = expert.name, application.authority.name
    refuse_if(_why_not_again(application, expert, name, unit))

    row = ExpertOpinion.objects.create(
        application=application,
        question=question.strip(),
        expert=expert,
        expert_name=name,
        expert_unit=unit,
        asked_by=take_duty(application, standing, at),
        asked_at=at,
        expected_on=expected_on,
    )
    detail = {"opinion": row.pk, "expert": expert.pk if expert else None, "expected_on": str(expected_on)}
    changed(application)
    history.record(application, "ask_expert", by=by, at=at, duty=standing.duty, note=f"{name}（{unit}）", detail=detail)
    _rest_or_run(application, at)
    return row


def _why_not_expert(application: Application, expert: User) -> str:
    """Only an expert of the authority who neither acts for the applicant nor holds another duty on the case."""
    posted = Posting.objects.current().filter(authority=application.authority_id, user=expert, duty=Duty.EXPERT)
    if not posted.exists():
        return "所选人员不是本单位的在岗专家。"
    if Membership.objects.filter(applicant=application.applicant_id, user=expert).exists():
        return f"{expert}是申报单位的成员，应当回避，请另选专家。"
    if application.duties.filter(user=expert).exclude(duty=Duty.EXPERT).exists():
        return f"{expert}已在本件担任其他岗位，请另选专家。"
    return ""


def _why_not_again(application: Application, expert: User | None, name: str, unit: str) -> str:
    """Ask an expert once at a time, and never again after an interest was stated."""
    same = {"expert": expert} if expert else {"expert": None, "expert_name": name, "expert_unit": unit}
    earlier = application.expert_opinions.filter(**same)
    if earlier.filter(answered_at=None).exists():
        return f"{name}尚有一项征询没有答复。"
    if earlier.filter(no_interest=False).exists():
        return f"{name}已在本件回避，请另选专家。"
    return ""


@transaction.atomic
def answer_expert(
    opinion: ExpertOpinion,
    *,
    no_interest: bool,
    conclusion: str = "",
    text: str = "",
    paper: Paper | None = None,
    by: User,
    at: datetime,
) -> ExpertOpinion:
    """
    Record an opinion, or that the expert stands back (回避) for an interest, which leaves no opinion.

    Raises ActionRefused.
    """
    application, standing = lock(opinion.application, by)
    opinion = ExpertOpinion.objects.get(pk=opinion.pk)
    refuse_if(permissions.why_not_answer(application, standing, opinion, no_interest=no_interest))
    refuse_if(_why_not_words(opinion, no_interest, conclusion, text.strip(), paper))

    file = desk_file.keep(application, DeskFile.Kind.EXPERT, paper, by=by, at=at)
    if standing.duty and not standing.is_member:
        take_duty(application, standing, at)
    opinion.no_interest = no_interest
    opinion.conclusion = conclusion if no_interest else Conclusion.RECUSED
    opinion.opinion, opinion.file = text.strip(), file
    opinion.answered_by, opinion.answered_at = by, at
    opinion.save(
        update_fields=["no_interest", "conclusion", "opinion", "file", "answered_by", "answered_at"], force_update=True
    )
    changed(application)
    history.record(
        application,
        "answer_expert",
        by=by,
        at=at,
        duty=standing.duty,
        note=f"{opinion.expert_name}：{opinion.get_conclusion_display()}",
        detail={"opinion": opinion.pk, "conclusion": opinion.conclusion, **desk_file.told(file)},
    )
    _rest_or_run(application, at)
    return opinion


def _why_not_words(opinion: ExpertOpinion, no_interest: bool, conclusion: str, text: str, paper: Paper | None) -> str:
    if not no_interest:
        return "申请回避的，不出具结论和意见。" if conclusion or text else ""
    if conclusion not in GIVEN:
        return "请选择评审结论。"
    if not text:
        return "请写明评审意见。"
    if opinion.expert_id is None and paper is None:
        return "外请专家的意见须上传本人签字的意见书。"
    return ""


def _rest_or_run(application: Application, at: datetime) -> None:
    """Let the clock of verification rest while a question is open, and run again with the last answer."""
    if application.expert_opinions.filter(answered_at=None).exists():
        timing.pause(application, timing.Reason.EXPERT, at)
    else:
        timing.resume(application, timing.Reason.EXPERT, at)
