"""
Who may do what, asked once: every `why_not_…` returns the reason in Chinese, empty when allowed.

The button shows it as a hint and the action raises it, so the two cannot disagree. Authorisation of strangers comes
before: views find cases only through `visible_to`.
"""

from applications.permissions.admission import (
    why_not_ask_admission,
    why_not_decide_admission,
)
from applications.permissions.assigning import (
    ASSIGNING,
    duty_in_turn,
    why_not_assign,
    why_not_assignee,
)
from applications.permissions.base import (
    COUNTER,
    ActionRefused,
    Standing,
    posted_as,
    role_of,
    standing_in,
    standing_of,
    why_not_duty,
    why_not_member,
    why_not_officer,
    why_not_status,
    with_standing,
)
from applications.permissions.counter import (
    why_not_counter,
    why_not_file_for,
)
from applications.permissions.decision import (
    why_not_endorse,
    why_not_grant,
    why_not_refuse,
    why_not_reopen,
    why_not_return,
    why_not_review_legally,
)
from applications.permissions.dossier import why_not_dossier
from applications.permissions.filing import (
    why_not_confirm,
    why_not_edit,
    why_not_submit,
    why_not_withdraw,
)
from applications.permissions.inquiry import (
    demanded_units,
    demands,
    missing_inquiries,
    why_not_answer,
    why_not_check_credit,
    why_not_inquire,
)
from applications.permissions.intake import (
    why_not_accept,
    why_not_accept_with_promises,
    why_not_close,
    why_not_correct,
    why_not_decline,
)
from applications.permissions.money import (
    FINANCE,
    why_not_check_account,
    why_not_confirm_account,
    why_not_confirm_check,
    why_not_confirm_set_off,
    why_not_confirm_year,
    why_not_countersign,
    why_not_drop_set_off,
    why_not_enter_payer,
    why_not_finance,
    why_not_import,
    why_not_recheck,
    why_not_record_payment,
    why_not_release_return,
    why_not_return_payment,
    why_not_review_payment,
)
from applications.permissions.policy import (
    why_not_manage_policy,
)
from applications.permissions.promise import (
    why_not_attach,
    why_not_promise,
)
from applications.permissions.publicity import (
    why_held,
    why_not_object,
    why_not_rule_on,
    why_not_take_objection,
)
from applications.permissions.restriction import (
    why_not_lift,
    why_not_restrict,
)
from applications.permissions.review import (
    why_not_check,
    why_not_decide_reading,
    why_not_propose,
)
from applications.permissions.risk import SEE_RISKS, why_not_set_aside
from applications.permissions.sealing import (
    why_not_seal,
)
from applications.permissions.settlement import (
    why_not_carry,
    why_not_change_method,
    why_not_choose_shortfall,
    why_not_confirm_settlement,
    why_not_end_settlement,
    why_not_pool_desk,
    why_not_settle,
)
from applications.permissions.timing import (
    duties_of_step,
    is_late,
    why_not_explain_delay,
    why_not_late,
)

__all__ = [
    "ASSIGNING",
    "COUNTER",
    "FINANCE",
    "SEE_RISKS",
    "ActionRefused",
    "Standing",
    "demanded_units",
    "demands",
    "duties_of_step",
    "duty_in_turn",
    "is_late",
    "missing_inquiries",
    "posted_as",
    "role_of",
    "standing_in",
    "standing_of",
    "why_held",
    "why_not_accept",
    "why_not_accept_with_promises",
    "why_not_answer",
    "why_not_ask_admission",
    "why_not_assign",
    "why_not_assignee",
    "why_not_attach",
    "why_not_carry",
    "why_not_change_method",
    "why_not_check",
    "why_not_check_account",
    "why_not_check_credit",
    "why_not_choose_shortfall",
    "why_not_close",
    "why_not_confirm",
    "why_not_confirm_account",
    "why_not_confirm_check",
    "why_not_confirm_set_off",
    "why_not_confirm_settlement",
    "why_not_confirm_year",
    "why_not_correct",
    "why_not_counter",
    "why_not_countersign",
    "why_not_decide_admission",
    "why_not_decide_reading",
    "why_not_decline",
    "why_not_dossier",
    "why_not_drop_set_off",
    "why_not_duty",
    "why_not_edit",
    "why_not_end_settlement",
    "why_not_endorse",
    "why_not_enter_payer",
    "why_not_explain_delay",
    "why_not_file_for",
    "why_not_finance",
    "why_not_grant",
    "why_not_import",
    "why_not_inquire",
    "why_not_late",
    "why_not_lift",
    "why_not_manage_policy",
    "why_not_member",
    "why_not_object",
    "why_not_officer",
    "why_not_pool_desk",
    "why_not_promise",
    "why_not_propose",
    "why_not_recheck",
    "why_not_record_payment",
    "why_not_refuse",
    "why_not_release_return",
    "why_not_reopen",
    "why_not_restrict",
    "why_not_return",
    "why_not_return_payment",
    "why_not_review_legally",
    "why_not_review_payment",
    "why_not_rule_on",
    "why_not_seal",
    "why_not_set_aside",
    "why_not_settle",
    "why_not_status",
    "why_not_submit",
    "why_not_take_objection",
    "why_not_withdraw",
    "with_standing",
]
