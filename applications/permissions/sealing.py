"""Who may let the seal of the authority be put on a letter."""

from applications.models import Application, Campaign, Document, Duty, FundsTable, Job, NoticeBatch, User
from applications.permissions.base import Standing, posted_as, why_not_officer
from applications.sealing import sealer

# How a job names a paper that belongs to no case.
ABOUT: dict[type, str] = {NoticeBatch: "payload__batch", FundsTable: "payload__funds", Campaign: "payload__review"}
IN_WORK = "该文书正在签章，请稍后刷新页面。"


def why_not_seal(application: Application, standing: Standing, document: Document) -> str:
    """Return why an officer may not let this letter be sealed; asks for an open job last (one query)."""
    if reason := why_not_officer(application, standing, Duty.APPROVE):
        return reason
    if not document.needs_seal:
        return f"{document.get_kind_display()}不加盖印章。"
    return _why_not_yet(document) or (IN_WORK if _asked().filter(document=document).exists() else "")


def why_not_seal_of_many(user: User, paper: NoticeBatch | FundsTable | Campaign) -> str:
    """Return why an officer may not let a public notice, a table of funds or the report of a review be sealed."""
    posting = posted_as(user, Duty.APPROVE)
    if posting is None or posting.authority_id != paper.authority_id:
        return "只有本单位的审批岗位可以办理此事项。"
    about = ABOUT[type(paper)]
    return _why_not_yet(paper) or (IN_WORK if _asked().filter(**{about: paper.pk}).exists() else "")


def _why_not_yet(paper: Document | NoticeBatch | FundsTable | Campaign) -> str:
    if paper.signed_at:
        return "该文书已经签章。"
    return sealer().why_not(paper.authority) if paper.sha256 else "该文书正在生成，请稍后再签章。"


def _asked():
    return Job.objects.filter(kind=Job.Kind.SEAL, state__in=("queued", "running"))
