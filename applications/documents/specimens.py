"""One invented letter of each kind, to show how a wording looks. Nobody in it exists, and every page says so."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from applications.documents.acceptance import AcceptanceLetter, LeewayLetter
from applications.documents.batch import BatchLetter
from applications.documents.correction import CorrectionLetter
from applications.documents.decision import DeclineLetter, RefusalLetter
from applications.documents.funds import FundsLetter
from applications.documents.letter import Letter, Remedies
from applications.documents.notice import NoticeLetter
from applications.documents.objection import ObjectionLetter
from applications.documents.payment import PaymentLetter
from applications.documents.receipt import ReceiptLetter
from applications.documents.recovery import (
    ConveneLetter,
    FiledLetter,
    HearingLetter,
    ProposalLetter,
    RecoveryDecisionLetter,
)
from applications.documents.repayment import ClosedLetter, PlanLetter, ServiceLetter, TransferLetter, UrgeLetter
from applications.documents.restriction import LiftingLetter, RestrictionLetter
from applications.documents.wording import KINDS, filled

DAY = date(2026, 3, 5)
NAME, USCC = "示例智算科技有限公司", "91659900MAEXAMPLE0"
CASE = {
    "case_number": "YS-2026-000001",
    "policy_title": "示例政策措施",
    "clause_article": "第一条",
    "clause_title": "示例事项",
}
FACTS = (("示例事项的数值", "100", "示例材料"), ("示例条件", "是", "示例证明"))
REMEDIES = {
    "复议机关": "示例市人民政府",
    "人民法院": "示例市人民法院",
    "在线渠道": "示例行政复议平台（https://example.invalid）",
}
CLAUSE = "第一条 对符合条件的示例事项给予奖补。"
RECEIVED: dict[str, Any] = {"uscc": USCC, "received_on": DAY}
DECIDED = {"reasons": ("示例理由。",), "basis": (f"《示例政策措施》第一条：{CLAUSE}",)}
ROW = {
    "applicant_name": NAME,
    "uscc": USCC,
    "clause": "第一条 示例事项",
    "notice_number": "示例兑〔2026〕1号",
    "part": "",
    "amount_fen": 100_000_000,
}
SHOWN = {
    "applicant_name": NAME,
    "uscc": USCC,
    "policy": "示例政策措施",
    "article": "第一条",
    "clause": "示例事项",
    "subject": "",
    "facts": [["示例事项的数值", "100", "100"]],
    "amount_fen": 100_000_000,
}
PAID: dict[str, Any] = {
    "uscc": USCC,
    "notice_number": "示例兑〔2026〕1号",
    "part": 1,
    "parts": 1,
    "paid_on": DAY,
    "amount_fen": 100_000_000,
    "award_fen": 100_000_000,
    "paid_fen": 100_000_000,
    "voucher_number": "示例凭证1",
    "account_holder": NAME,
    "account_bank": "示例银行",
    "account_tail": "0000",
}
NOTICE: dict[str, Any] = {
    "uscc": USCC,
    "clause_text": CLAUSE,
    "facts": FACTS,
    "computation": ("示例计算过程。",),
    "amount_fen": 100_000_000,
    "computed_fen": 100_000_000,
}
OBJECTION: dict[str, Any] = {
    "addressee": "异议人（查询码：示例）",
    "filed_on": DAY,
    "notice_number": "示例公示〔2026〕1号",
    "objected": "示例异议。",
    "findings": ("示例核实情况。",),
    "ruling": "异议不成立",
    "upheld": False,
}
RECEIPT: dict[str, Any] = {
    "uscc": USCC,
    "facts": [row[:2] for row in FACTS],
    "files": [("示例材料", "示例.pdf", "0" * 64)],
    "received_at": datetime(2026, 3, 5, 9, 7),  # noqa: DTZ001 - local time, as printed
    "next_step": "本单位将按期决定是否受理。",
}
# An invented award of 1,000,000 yuan that has to be returned.
RECOVERY: dict[str, Any] = CASE | {
    "uscc": USCC,
    "recovery_number": "示例追案〔2026〕1号",
    "matter": "不符合条件或多拨、错拨",
    "notice_number": "示例兑〔2026〕1号",
    "award_fen": 100_000_000,
}
FOUND: dict[str, Any] = {
    "facts": ("示例事实。",),
    "evidence": (("调查证据", "示例.pdf", "0" * 64),),
    "basis": DECIDED["basis"],
    "whole": True,
}
OWED = (("本金", 100_000_000),)
PAY_INTO = {"pay_into": "示例国库账户", "remark": "示例附言"}
AFTER: dict[str, Any] = RECOVERY | {"decision_number": "示例追决〔2026〕1号"}
RESTRICTED: dict[str, Any] = {"scope": "限制申报和兑现", "since": DAY, "reasons": ("示例事由。",)}

LETTERS: dict[str, tuple[type[Letter], dict[str, Any]]] = {
    "receipt": (ReceiptLetter, CASE | RECEIPT),
    "acceptance": (AcceptanceLetter, CASE | RECEIVED | {"accepted_on": DAY, "due_on": date(2026, 4, 2)}),
    "leeway": (
        LeewayLetter,
        CASE
        | RECEIVED
        | {"accepted_on": DAY, "due_on": date(2026, 4, 2), "promises": [("示例材料", "原件", "2026年3月19日")]},
    ),
    "correction": (
        CorrectionLetter,
        CASE | {"received_on": DAY, "defects": [("示例材料", "请补交。")], "due_on": date(2026, 3, 19)},
    ),
    "decline": (DeclineLetter, CASE | RECEIVED | DECIDED | {"ground": "示例情形"}),
    "refusal": (RefusalLetter, CASE | RECEIVED | DECIDED | {"facts": FACTS}),
    "notice": (NoticeLetter, CASE | NOTICE),
    "payment": (PaymentLetter, CASE | PAID),
    "objection": (ObjectionLetter, CASE | OBJECTION),
    "rec_filed": (FiledLetter, RECOVERY | {"filed_on": DAY, "alleged": ("示例事实。",)}),
    "rec_proposal": (
        ProposalLetter,
        RECOVERY | FOUND | {"principal_fen": 100_000_000, "large": True, "state_until": date(2026, 3, 12)},
    ),
    "rec_hearing": (
        HearingLetter,
        RECOVERY
        | {"proposal_number": "示例追告〔2026〕1号", "principal_fen": 100_000_000, "ask_until": date(2026, 3, 12)},
    ),
    "rec_convene": (
        ConveneLetter,
        RECOVERY | {"held_at": datetime(2026, 3, 26, 9, 30), "place": "示例地点", "host": "示例"},  # noqa: DTZ001
    ),
    "rec_decision": (
        RecoveryDecisionLetter,
        RECOVERY
        | FOUND
        | PAY_INTO
        | {
            "party": (("名称", NAME), ("统一社会信用代码", USCC)),
            "paid": (("2026年1月5日", "示例凭证1", 100_000_000),),
            "heard": ("示例陈述申辩和答复。",),
            "owed": OWED,
            "interest": (),
            "pay_days": 15,
            "pay_until": None,
            "fined": False,
        },
    ),
    "rec_service": (
        ServiceLetter,
        RECOVERY
        | {
            "paper_title": "追回决定书",
            "paper_number": "示例追决〔2026〕1号",
            "method": "直接送达",
            "served_on": DAY,
            "receiver": NAME,
        },
    ),
    "rec_urge": (UrgeLetter, AFTER | PAY_INTO | {"served_on": DAY, "left": OWED, "pay_until": date(2026, 3, 19)}),
    "rec_plan": (PlanLetter, AFTER | PAY_INTO | {"parts": (("2026年4月5日", 100_000_000),)}),
    "rec_transfer": (
        TransferLetter,
        RECOVERY | {"to": "示例机关", "what": "示例事项", "reason": ("示例理由。",), "papers": ("示例材料",)},
    ),
    "rec_closed": (
        ClosedLetter,
        AFTER | {"result": ("示例结果。",), "accounts": (("本金", 100_000_000, 100_000_000, 0, 0),)},
    ),
    "restrict": (
        RestrictionLetter,
        RECOVERY | RESTRICTED | {"until": None, "basis": DECIDED["basis"], "paper": "示例决定文件"},
    ),
    "unrestrict": (
        LiftingLetter,
        RECOVERY | RESTRICTED | {"lifted_on": DAY, "restriction_number": "示例限〔2026〕1号"},
    ),
    "batch": (
        BatchLetter,
        {"heading": "示例公示", "days": 5, "closes_on": date(2026, 3, 12), "rows": [SHOWN], "channel": "示例网址"},
    ),
    "funds": (FundsLetter, {"heading_line": "示例资金安排", "rows": [ROW]}),
}


def specimen(kind: str, authority_name: str, sign: str, parts: Mapping[str, str]) -> Letter:
    """Return the invented letter of a kind in a wording of an authority; its pages say that it has no effect."""
    made, told = LETTERS[kind]
    if any(part.key == "channel" for part in KINDS[kind].parts):
        names = ("review_organ", "court", "channel")
        told = told | {"remedies": Remedies(**{name: filled(kind, name, parts, REMEDIES) for name in names})}
    return made(
        authority_name=authority_name,
        letter_number=f"{sign}示例〔2026〕1号",
        applicant_name="" if kind == "batch" else NAME,
        decided_on=DAY,
        verify_code="0000-0000-0000",
        verify_url="https://example.invalid/",
        demo=True,
        wording=dict(parts),
        **{"hotline": "0000-0000000", "address": "示例路1号"} | told,
    )
