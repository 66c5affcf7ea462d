"""Who may let the seal of the authority be put on a letter."""

from applications.models import Application, Document, Duty, Job
from applications.permissions.base import Standing, why_not_officer
from applications.sealing import sealer


def why_not_seal(application: Application, standing: Standing, document: Document) -> str:
    """Return why an officer may not let this letter be sealed; asks for an open job last (one query)."""
    if reason := why_not_officer(application, standing, Duty.APPROVE):
        return reason
    if not document.needs_seal:
        return f"{document.get_kind_display()}不加盖印章。"
    if document.signed_at:
        return "该文书已经签章。"
    if not document.sha256:
        return "该文书正在生成，请稍后再签章。"
    if reason := sealer().why_not(document.authority):
        return reason
    waiting = Job.objects.filter(document=document, kind=Job.Kind.SEAL, state__in=("queued", "running"))
    return "该文书正在签章，请稍后刷新页面。" if waiting.exists() else ""
