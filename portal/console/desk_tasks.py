"""What the policy desk still has to settle, shown at the top of its pages."""

from applications.models import DeskTask


def open_tasks(authority_id: int) -> list[DeskTask]:
    """Return the open tasks of an authority, oldest first."""
    return list(DeskTask.objects.filter(authority=authority_id, done_at=None))
