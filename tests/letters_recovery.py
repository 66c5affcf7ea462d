"""Letters of 追回 and 限制申报 to test with: an invented case about the award of `tests.letters`."""

from datetime import date, datetime
from typing import Any

from applications.documents.letter import Letter, Remedies
from applications.documents.recovery import (
    ConveneLetter,
    FiledLetter,
    HearingLetter,
    ProposalLetter,
    RecoveryDecisionLetter,
)
from applications.documents.repayment import ClosedLetter, PlanLetter, ServiceLetter, TransferLetter, UrgeLetter
from applications.documents.restriction import LiftingLetter, RestrictionLetter

ABOUT: dict[str, Any] = {
    "uscc": "91650500MA7XYZ1234",
    "recovery_number": "师新数追案〔2026〕1号",
    "matter": "骗取财政资金",
    "notice_number": "师新数兑〔2026〕5号",
    "award_fen": 200_000_000,
}
FACTS = (
    "经查，你单位申报时提交的第三方PUE检测报告（报告编号：TEST-2025-031）系变造，检测机构出具的原件载明PUE为1.41。",
    "实际PUE不符合“PUE≤1.25”的条件，不应当取得本项奖补。",
)
EVIDENCE = (
    ("调查证据", "检测机构复函（2026年5月6日）.pdf", "6b86b273ff34fce1" + "0" * 48),
    ("调查证据", "询问笔录（2026年5月8日）.pdf", "d4735e3a265e16ee" + "0" * 48),
    ("陈述申辩材料", "陈述意见.pdf", "4e07408562bedb8b" + "0" * 48),
)
BASIS = (
    "《财政违法行为处罚处分条例》第十四条：企业和个人以虚报、冒领等手段骗取财政资金的，责令改正，追回违反规定使用、骗取的有关资金。",
    "《第十三师新星市支持数字产业发展的若干措施（试行）》第三条：FP16、PUE≤1.25、算力利用率≥60%。",
)
PAY: dict[str, Any] = {
    "pay_into": "户名：国家金库测试支库；账号：0000000000000000；开户行：国家金库测试支库",
    "remark": "退回奖补资金 师新数追案〔2026〕1号",
}
REMEDIES = Remedies(
    review_organ="第十三师新星市人民政府",
    court="有管辖权的人民法院",
    channel="全国行政复议服务平台（https://fuyi.example.gov.cn）",
)
OWED = [("本金", 200_000_000), ("利息", 3_459_315), ("罚款", 20_000_000)]


def _letter(kind: type[Letter], number: str, told: dict[str, Any], changes: dict[str, Any]) -> Any:
    from tests.letters import CASE, PARTIES  # the two modules show each other's letters  # noqa: PLC0415

    return kind(**PARTIES | CASE | ABOUT | {"letter_number": number} | told | changes)


def a_filing(**changes: Any) -> FiledLetter:
    """Return the notice that a case was opened."""
    told = {"filed_on": date(2026, 3, 4), "alleged": FACTS[:1], "decide_until": date(2026, 6, 2)}
    return _letter(FiledLetter, "师新数追立〔2026〕1号", told, changes)


PROPOSED: dict[str, Any] = {
    "facts": FACTS,
    "evidence": EVIDENCE[:2],
    "basis": BASIS,
    "whole": True,
    "principal_fen": 200_000_000,
    "large": True,
    "state_until": date(2026, 3, 12),
}


def a_proposal(**changes: Any) -> ProposalLetter:
    """Return what is intended, with the right to a hearing."""
    return _letter(ProposalLetter, "师新数追告〔2026〕1号", PROPOSED, changes)


def a_small_proposal(**changes: Any) -> ProposalLetter:
    """Return a proposal for a part, without a hearing, and with a day that is not known yet."""
    told = PROPOSED | {"whole": False, "large": False, "state_until": None, "principal_fen": 100, "evidence": ()}
    return _letter(ProposalLetter, "师新数追告〔2026〕2号", told, changes)


def a_hearing(**changes: Any) -> HearingLetter:
    """Return the word about the right to a hearing."""
    told = {
        "proposal_number": "师新数追告〔2026〕1号",
        "principal_fen": 200_000_000,
        "ask_until": date(2026, 3, 12),
    }
    return _letter(HearingLetter, "师新数追听告〔2026〕1号", told, changes)


def a_convening(**changes: Any) -> ConveneLetter:
    """Return the call to a hearing."""
    held_at = datetime(2026, 3, 26, 9, 30)  # noqa: DTZ001 - local time, as printed
    told = {"held_at": held_at, "place": "新星市政务服务中心三楼第二会议室", "host": "周听证"}
    return _letter(ConveneLetter, "师新数追听〔2026〕1号", told, changes)


DECIDED: dict[str, Any] = {
    "party": (
        ("名称", "新星市星河智算科技有限公司"),
        ("统一社会信用代码", "91650500MA7XYZ1234"),
        ("住所", "第十三师新星市测试路8号"),
        ("法定代表人", "赵测试"),
    ),
    "paid": (
        ("2025年12月3日", "测试凭证20251203001", 120_000_000),
        ("2026年1月9日", "测试凭证20260109002", 80_000_000),
    ),
    "facts": FACTS,
    "evidence": EVIDENCE,
    "basis": BASIS,
    "heard": (
        "你单位于2026年3月10日陈述：报告由经办人自行取得，单位不知情。",
        "经复核，申报材料由你单位提交并承诺真实，上述意见不影响对事实的认定，不予采纳。你单位未要求听证。",
    ),
    "whole": True,
    "owed": OWED,
    "interest": ("以2,000,000.00元为基数，按年利率3.45%计算183日，计34,593.15元（依据：信用承诺书第三条）",),
    **PAY,
    "pay_days": 15,
    "pay_until": None,
    "fined": True,
    "remedies": REMEDIES,
}


def a_recovery_decision(**changes: Any) -> RecoveryDecisionLetter:
    """Return the decision to take the whole award back, with interest and a fine."""
    return _letter(RecoveryDecisionLetter, "师新数追决〔2026〕1号", DECIDED, changes)


def a_partial_decision(**changes: Any) -> RecoveryDecisionLetter:
    """Return a decision about a part that was never paid out: nothing has to be returned."""
    told = DECIDED | {"whole": False, "owed": (), "paid": (), "interest": (), "fined": False, "evidence": ()}
    return _letter(RecoveryDecisionLetter, "师新数追决〔2026〕2号", told, changes)


def a_service(**changes: Any) -> ServiceLetter:
    """Return the slip on which the receipt of the decision is signed for."""
    told = {
        "paper_title": "追回决定书",
        "paper_number": "师新数追决〔2026〕1号",
        "method": "直接送达",
        "served_on": date(2026, 3, 6),
        "receiver": "新星市星河智算科技有限公司",
    }
    return _letter(ServiceLetter, "师新数追送〔2026〕1号", told, changes)


def an_urging(**changes: Any) -> UrgeLetter:
    """Return the last word before a court is asked."""
    told = PAY | {
        "decision_number": "师新数追决〔2026〕1号",
        "served_on": date(2026, 3, 6),
        "left": [("本金", 150_000_000), ("利息", 3_459_315)],
        "pay_until": date(2026, 4, 20),
    }
    return _letter(UrgeLetter, "师新数追催〔2026〕1号", told, changes)


def a_plan(**changes: Any) -> PlanLetter:
    """Return an agreement on three parts."""
    told = PAY | {
        "decision_number": "师新数追决〔2026〕1号",
        "parts": [("2026年4月30日", 100_000_000), ("2026年5月31日", 60_000_000), ("2026年6月30日", 40_000_000)],
    }
    return _letter(PlanLetter, "师新数追分〔2026〕1号", told, changes)


def a_transfer(**changes: Any) -> TransferLetter:
    """Return the letter that hands a matter to the treasury."""
    told = {
        "to": "第十三师新星市财政局",
        "what": "依照《财政违法行为处罚处分条例》第十四条给予行政处罚",
        "reason": FACTS,
        "papers": ("检测机构复函", "询问笔录", "追回决定书（师新数追决〔2026〕1号）"),
    }
    return _letter(TransferLetter, "师新数追移〔2026〕1号", told, changes)


def a_closing(**changes: Any) -> ClosedLetter:
    """Return the notice that all came back, a part of it set off."""
    told = {
        "decision_number": "师新数追决〔2026〕1号",
        "result": ("应退款项已经全部退回和抵扣。",),
        "accounts": [("本金", 200_000_000, 150_000_000, 50_000_000, 0), ("利息", 3_459_315, 3_459_315, 0, 0)],
    }
    return _letter(ClosedLetter, "师新数追结〔2026〕1号", told, changes)


def a_dropping(**changes: Any) -> ClosedLetter:
    """Return the notice that nothing came of a case."""
    told = {"dropped": True, "decision_number": "", "result": ("举报反映的情况不属实。",), "accounts": ()}
    return _letter(ClosedLetter, "师新数追结〔2026〕2号", told, changes)


def a_restriction(**changes: Any) -> RestrictionLetter:
    """Return a restriction for two years."""
    told = {
        "scope": "限制申报和兑现",
        "since": date(2026, 3, 5),
        "until": date(2028, 3, 4),
        "basis": ("《第十三师新星市奖补资金管理办法（测试）》第二十条：骗取奖补资金的，两年内不得申报。",),
        "reasons": FACTS[:1],
        "paper": "师新数追决〔2026〕1号",
        "remedies": REMEDIES,
    }
    return _letter(RestrictionLetter, "师新数限〔2026〕1号", told, changes)


def a_lifting(**changes: Any) -> LiftingLetter:
    """Return the letter that ends the restriction."""
    told = {
        "scope": "限制申报和兑现",
        "since": date(2026, 3, 5),
        "lifted_on": date(2027, 3, 5),
        "restriction_number": "师新数限〔2026〕1号",
        "reasons": ("资金已经全部退回，违法行为已经纠正。",),
    }
    return _letter(LiftingLetter, "师新数解限〔2027〕1号", told, changes)


LETTERS: dict[str, Any] = {
    "rec_filed": a_filing,
    "rec_proposal": a_proposal,
    "rec_proposal_part": a_small_proposal,
    "rec_hearing": a_hearing,
    "rec_convene": a_convening,
    "rec_decision": a_recovery_decision,
    "rec_decision_part": a_partial_decision,
    "rec_service": a_service,
    "rec_urge": an_urging,
    "rec_plan": a_plan,
    "rec_transfer": a_transfer,
    "rec_closed": a_closing,
    "rec_dropped": a_dropping,
    "restrict": a_restriction,
    "unrestrict": a_lifting,
}
