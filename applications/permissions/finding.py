"""Who may register a doubt, take it up and rule on it, and who reads who told it."""

from applications.models import Application, Duty, Finding, Membership, Tip, User
from applications.permissions.base import Standing, posted_as, why_not_officer
from applications.permissions.risk import SEE_RISKS

# Who reads the list of doubts; whoever found something in the work may register it and sees no list.
FINDING_READERS = frozenset({Duty.INSPECT, Duty.AUDIT})
REGISTERING = frozenset(
    {Duty.INTAKE, Duty.VERIFY, Duty.APPROVE, Duty.PAY, Duty.COUNTERSIGN, Duty.INSPECT, Duty.LEGAL, Duty.AUDIT}
)
PROTECTED = "举报人信息受保护，仅承办的稽核人员可以查看。"

S = Finding.State


def why_not_register(user: User, authority_id: int, source: str) -> str:
    """What is found in the work or by signals is registered by who sees it; what others hand over by the inspector."""
    by_source = {Finding.Source.OFFICER: REGISTERING, Finding.Source.SIGNAL: SEE_RISKS}
    allowed = by_source.get(Finding.Source(source), frozenset({Duty.INSPECT}))
    posting = posted_as(user, *allowed)
    if posting is None or posting.authority_id != authority_id:
        return "您的岗位不能登记此类问题线索。"
    return ""


def _why_not_inspector(finding: Finding, user: User, application: Application | None, standing: Standing | None) -> str:
    posting = posted_as(user, Duty.INSPECT)
    if posting is None or posting.authority_id != finding.authority_id:
        return "只有本单位的稽核岗位可以办理此事项。"
    if application is not None and standing is not None:
        return why_not_officer(application, standing, Duty.INSPECT)
    if finding.applicant_id and Membership.objects.filter(applicant=finding.applicant_id, user=user).exists():
        return "您是所涉单位的成员，应当回避。"
    return ""


def why_not_take_finding(
    finding: Finding, user: User, application: Application | None, standing: Standing | None
) -> str:
    """An inspector takes up a doubt that nobody has."""
    if reason := _why_not_inspector(finding, user, application, standing):
        return reason
    return "" if finding.state == S.NEW else f"该线索{finding.get_state_display()}，不能受领。"


def why_not_rule_on_finding(
    finding: Finding, user: User, application: Application | None, standing: Standing | None
) -> str:
    """Only who took a doubt up rules on it, once."""
    if reason := _why_not_inspector(finding, user, application, standing):
        return reason
    if finding.state != S.TAKEN:
        return f"该线索{finding.get_state_display()}，不能作出研判结论。"
    return "" if finding.taken_by_id == user.pk else "请由受领该线索的人员办理。"


def why_not_name_case(finding: Finding, user: User, application: Application | None, standing: Standing | None) -> str:
    """The case a doubt is about is named once, by who took it up."""
    if reason := why_not_rule_on_finding(finding, user, None, None):
        return reason
    if finding.application_id:
        return "该线索已关联申报件。"
    if application is not None and standing is not None:
        return why_not_officer(application, standing, Duty.INSPECT)
    return ""


def why_not_see_teller(finding: Finding, user: User) -> str:
    """Who told it is shown to the inspector who took it up and to nobody else."""
    posting = posted_as(user, Duty.INSPECT)
    mine = finding.taken_by_id is not None and finding.taken_by_id == user.pk
    if posting is None or posting.authority_id != finding.authority_id or not mine:
        return PROTECTED
    return ""


def why_not_answer_tip(finding: Finding, tip: Tip | None, user: User) -> str:
    """The teller is answered once, when it is clear what came of it, by who took it up."""
    if tip is None:
        return "该线索不是举报，不需要答复。"
    if reason := why_not_see_teller(finding, user):
        return "请由受领该线索的人员答复。" if reason == PROTECTED else reason
    if tip.answered_at:
        return "已经答复举报人。"
    return "" if finding.state in (S.FILED, S.DISMISSED) else "研判作出结论后方可答复举报人。"
