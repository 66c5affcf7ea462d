"""Who may have letters packed, and stop or go on with it."""

from applications.models import Job, User

MOST_LETTERS = {Job.Kind.ARCHIVE: 5000, Job.Kind.MERGED: 1000}
MOST_AT_ONCE = 3  # packages of one person that wait or are being made
UNFINISHED = (Job.State.QUEUED, Job.State.RUNNING)
STOPPED = (Job.State.FAILED, Job.State.CANCELLED)


def why_not_pack(kind: str, letters: int, unfinished: int) -> str:
    """A package holds something and not too much, and nobody fills the queue of the workers alone."""
    most = MOST_LETTERS[Job.Kind(kind)]
    if not letters:
        return "请先选择要打包的奖补决定。"
    if letters > most:
        verb = "合并" if kind == Job.Kind.MERGED else "打包"
        return f"一次最多{verb}{most}份通知书，请缩小筛选范围后分次{verb}。"
    if unfinished >= MOST_AT_ONCE:
        return f"您已有{unfinished}项下载正在制作，请等其中一项完成，或者取消后再提交。"
    return ""


def why_not_cancel(job: Job, user: User) -> str:
    """Only who asked for a package stops it, and only while it is waiting or being made."""
    if job.requested_by_id != user.pk:
        return "只有提交人可以取消。"
    return "" if job.state in UNFINISHED else f"该项下载{job.get_state_display()}，不能取消。"


def why_not_go_on(job: Job, user: User) -> str:
    """Only who asked for a package lets it go on after it was cancelled or has failed."""
    if job.requested_by_id != user.pk:
        return "只有提交人可以继续。"
    if job.payload.get("dropped"):
        return "该项下载已超过保存期限，请重新提交。"
    return "" if job.state in STOPPED else f"该项下载{job.get_state_display()}，不需要继续。"
