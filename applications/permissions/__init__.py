"""
Who may do what, asked once: every `why_not_…` returns the reason in Chinese, empty when allowed.

The button shows it as a hint and the action raises it, so the two cannot disagree. Authorisation of strangers comes
before: views find cases only through `visible_to`.
"""

from applications.permissions.assigning import (
    ASSIGNING,
    duty_in_turn,
    why_not_assign,
    why_not_assignee,
)
from applications.permissions.base import (
    ActionRefused,
    Standing,
    posted_as,
    standing_in,
    standing_of,
    why_not_duty,
    why_not_member,
    why_not_officer,
    why_not_status,
    with_standing,
)
from applications.permissions.decision import (
    why_not_endorse,
    why_not_grant,
    why_not_refuse,
    why_not_reopen,
    why_not_return,
)
from applications.permissions.dossier import why_not_dossier
from applications.permissions.filing import (
    why_not_confirm,
    why_not_edit,
    why_not_submit,
    why_not_withdraw,
)
from applications.permissions.intake import (
    why_not_accept,
    why_not_close,
    why_not_correct,
    why_not_decline,
)
from applications.permissions.money import (
    why_not_record_payment,
    why_not_review_payment,
)
from applications.permissions.policy import (
    why_not_manage_policy,
)
from applications.permissions.review import (
    why_not_check,
    why_not_propose,
)

__all__ = [
    "ASSIGNING",
    "ActionRefused",
    "Standing",
    "duty_in_turn",
    "posted_as",
    "standing_in",
    "standing_of",
    "why_not_accept",
    "why_not_assign",
    "why_not_assignee",
    "why_not_check",
    "why_not_close",
    "why_not_confirm",
    "why_not_correct",
    "why_not_decline",
    "why_not_dossier",
    "why_not_duty",
    "why_not_edit",
    "why_not_endorse",
    "why_not_grant",
    "why_not_manage_policy",
    "why_not_member",
    "why_not_officer",
    "why_not_propose",
    "why_not_record_payment",
    "why_not_refuse",
    "why_not_reopen",
    "why_not_return",
    "why_not_review_payment",
    "why_not_status",
    "why_not_submit",
    "why_not_withdraw",
    "with_standing",
]
