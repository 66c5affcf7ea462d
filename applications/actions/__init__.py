"""Every change of a case is a verb here: one transaction, one lock, one history row."""

from applications.permissions import ActionRefused

__all__ = ["ActionRefused"]
