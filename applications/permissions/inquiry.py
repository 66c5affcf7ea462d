"""What officers and experts may find out beyond the papers, and what a clause demands before a sum is proposed."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery

from applications.models import (
    Application,
    ClauseDemand,
    CreditCheck,
    Duty,
    ExpertOpinion,
    JointReview,
    SiteVisit,
)
from applications.permissions.base import Standing, why_not_officer

Stage = CreditCheck.Stage

# Whose credit check it is, and where the case stands then.
CREDIT_STAGES = {Stage.VERIFY: (Duty.VERIFY, "verifying"), Stage.PAYMENT: (Duty.PAY, "granted")}


def why_not_inquire(application: Application, standing: Standing) -> str:
    """Site visits, questions to experts and joint reviews belong to the verifier while facts are verified."""
    return why_not_officer(application, standing, Duty.VERIFY) or _why_not_in(application, "verifying")


def why_not_check_credit(application: Application, standing: Standing, stage: str) -> str:
    """The verifier asks the registers before a sum is proposed, the first finance officer before money leaves."""
    duty, status = CREDIT_STAGES[Stage(stage)]
    return why_not_officer(application, standing, duty) or _why_not_in(application, status)


def why_not_answer(
    application: Application, standing: Standing, opinion: ExpertOpinion, *, no_interest: bool = True
) -> str:
    """
    An expert with an account answers in person, the verifier enters the signed paper of one without.

    Whoever has joined the applicant since the question was put may only state that interest.
    """
    if opinion.answered_at:
        return "该征询已经答复，不能再次答复。"
    if opinion.expert_id is None:
        return why_not_inquire(application, standing)
    if opinion.expert_id != standing.user.pk:
        return f"该征询由专家{opinion.expert_name}本人答复。"
    if standing.is_member and not no_interest:
        return _why_not_in(application, "verifying")
    return why_not_officer(application, standing, Duty.EXPERT) or _why_not_in(application, "verifying")


def _why_not_in(application: Application, status: str) -> str:
    if application.status != status:
        return f"本件目前为“{application.get_status_display()}”，不能办理此事项。"
    return ""


def demands() -> dict[str, Any]:
    """
    Read with a case what its clause demands and what of it is done: annotations for one query.

    The newest credit check of a register counts, and the newest joint review.
    """
    here = OuterRef("pk")
    demand = ClauseDemand.objects.filter(clause=OuterRef("clause"))
    checks = CreditCheck.objects.filter(application=here, stage=Stage.VERIFY)
    newer = CreditCheck.objects.filter(
        application=OuterRef("application"), stage=Stage.VERIFY, source=OuterRef("source"), pk__gt=OuterRef("pk")
    )
    bad = Q(result=CreditCheck.Result.RECORD) | Q(result=CreditCheck.Result.DUPLICATE, note="")
    answered = ExpertOpinion.objects.filter(application=here, no_interest=True)
    reviews = JointReview.objects.filter(application=here).order_by("-pk")
    return {
        "demands_credit_check": Subquery(demand.values("credit_check")[:1]),
        "demands_site_visit": Subquery(demand.values("site_visit")[:1]),
        "demands_expert_opinion": Subquery(demand.values("expert_opinion")[:1]),
        "demands_joint_review": Subquery(demand.values("joint_review")[:1]),
        "demanded_units": Subquery(demand.values("joint_units")[:1]),
        "credit_checked": Exists(checks),
        "credit_blocked_at": Subquery(checks.filter(bad).exclude(Exists(newer)).values("source")[:1]),
        "site_visited": Exists(SiteVisit.objects.filter(application=here)),
        "expert_answered": Exists(answered),
        "review_called": Exists(reviews),
        "review_open": Exists(reviews.filter(closed_at=None)),
        "review_passed": Subquery(reviews.values("passed")[:1]),
    }


def missing_inquiries(case: Any) -> list[str]:
    """Return in words what the clause of a case demands and is not done; the case was read with `demands()`."""
    missing = []
    if case.demands_credit_check and not case.credit_checked:
        missing.append("信用核查")
    elif case.demands_credit_check and case.credit_blocked_at:
        missing.append(f"信用核查（{case.credit_blocked_at}查到的问题尚未消除）")
    if case.demands_site_visit and not case.site_visited:
        missing.append("现场核查")
    if case.demands_expert_opinion and not case.expert_answered:
        missing.append("专家意见")
    if case.demands_joint_review and not case.review_passed:
        missing.append(_review_words(case))
    return missing


def _review_words(case: Any) -> str:
    if not case.review_called:
        return "部门会审"
    return "部门会审（尚未形成纪要）" if case.review_open else "部门会审（未通过，须再次会审）"


def demanded_units(case: Any) -> list[str]:
    """Return the departments that a joint review of this case has to ask, in the order of the demand."""
    words = case.demanded_units if case.demands_joint_review else ""
    return [unit for unit in (words or "").split("、") if unit]
