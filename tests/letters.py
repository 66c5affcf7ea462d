"""Letters to test with: invented parties, the real clause text."""

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
from tests import letters_recovery

CLAUSE_TEXT = (
    "第三条 鼓励支持高性能、高集成度、大规模算力集群项目建设，对新建或改扩建算力集群规模达1000P（含）-2000P、"
    "2000P（含）-3000P、3000P（含）-4000P、4000P（含）-5000P、5000P以上的智能计算中心"
    "（FP16、PUE≤1.25、算力利用率≥60%），在正式交付使用并连续稳定运行半年后，"
    "按晋级补差原则，分别给予100万元、200万元、300万元、400万元、500万元一次性奖励。"
)
REMEDIES = Remedies(review_organ="第十三师新星市人民政府", court="有管辖权的人民法院", channel="全国行政复议服务平台")
PARTIES: dict[str, Any] = {
    "authority_name": "第十三师新星市发展和改革委员会（数据局）",
    "letter_number": "师新数兑〔2026〕5号",
    "applicant_name": "新星市星河智算科技有限公司",
    "decided_on": date(2026, 3, 5),
    "verify_code": "7K3Q-9XWM-2TPA",
    "verify_url": "https://jiangbu.example.gov.cn/verify/7K3Q9XWM2TPA/",
}
CASE: dict[str, Any] = {
    "case_number": "XX-2026-000017",
    "policy_title": "第十三师新星市支持数字产业发展的若干措施（试行）",
    "clause_article": "第三条",
    "clause_title": "智能计算中心规模奖励",
}
USCC = "91650500MA7XYZ1234"
FACTS = (
    ("智能计算中心算力规模（FP16）", "3200P", "设备清单、第三方算力检测报告"),
    ("电能利用效率（PUE）", "1.20", "第三方PUE检测报告"),
    ("算力利用率", "70%", "算力调度平台运行记录"),
    ("正式交付后连续稳定运行时间", "8个月", "竣工验收报告、运行日志"),
)
TRACE = (
    "算力规模3200P，属于“3000P（含）-4000P”档，该档累计奖励300万元。",
    "PUE 1.20，不高于1.25；算力利用率70%，不低于60%；连续稳定运行8个月，不少于6个月，条件均满足。",
    "按晋级补差原则，扣除此前已获同条奖励1,000,000.00元：3,000,000.00－1,000,000.00＝2,000,000.00元。",
)


def a_notice(**changes: Any) -> NoticeLetter:
    """Return the notice of the 3200P claim: 300万 reached, 100万 received, 200万 granted."""
    told = (
        PARTIES
        | CASE
        | {
            "uscc": USCC,
            "clause_text": CLAUSE_TEXT,
            "facts": FACTS,
            "computation": TRACE,
            "amount_fen": 200_000_000,
            "computed_fen": 200_000_000,
            "earlier_fen": 100_000_000,
            "readings": (("规模恰为档位分界值的", "归入较高一档（左闭右开）"),),
            "payee_note": "资金由第十三师新星市财政局按国库集中支付规定拨付至你单位登记的银行账户。",
            "remedies": REMEDIES,
            "pack_name": "xinxing.v1",
            "pack_hash": "3f9c2b7a1d04",
        }
    )
    return NoticeLetter(**told | changes)


def a_receipt(**changes: Any) -> ReceiptLetter:
    """Return the receipt of the same claim."""
    told = (
        PARTIES
        | CASE
        | {
            "letter_number": "师新数收〔2026〕17号",
            "uscc": USCC,
            "facts": [fact[:2] for fact in FACTS],
            "files": [
                ("第三方PUE检测报告", "PUE检测报告（2025年度）.pdf", "6b86b273ff34fce1" + "0" * 48),
                ("设备清单", "设备采购清单与发票汇总.xlsx", "d4735e3a265e16ee" + "0" * 48),
            ],
            "received_at": datetime(2026, 3, 5, 9, 7),  # noqa: DTZ001  local time, as printed
            "next_step": "主管部门将于2026年3月12日前作出是否受理的决定，可以登录本平台查看进度。",
        }
    )
    return ReceiptLetter(**told | changes)


ACCEPTED: dict[str, Any] = {
    "letter_number": "师新数受〔2026〕3号",
    "uscc": USCC,
    "received_on": date(2026, 3, 2),
    "accepted_on": date(2026, 3, 5),
    "due_on": date(2026, 4, 2),
}
PROMISED = (("连续稳定运行记录", "自正式交付之日起的运行日志和中断记录，由运维单位盖章。", "2026年3月23日"),)


def an_acceptance(**changes: Any) -> AcceptanceLetter:
    """Return the notice that the claim is taken in."""
    return AcceptanceLetter(**PARTIES | CASE | ACCEPTED | changes)


def a_leeway(**changes: Any) -> LeewayLetter:
    """Return the notice that the claim is taken in while the running log is still to come."""
    told = PARTIES | CASE | ACCEPTED | {"letter_number": "师新数容受〔2026〕1号", "promises": PROMISED}
    return LeewayLetter(**told | changes)


def a_silence(**changes: Any) -> AcceptanceLetter:
    """Return the notice that nobody decided in time, with a promised paper and a day that is not known yet."""
    told = PARTIES | CASE | ACCEPTED | {"silent": True, "accepted_on": date(2026, 3, 2), "promises": PROMISED}
    return AcceptanceLetter(**told | {"due_on": None} | changes)


def a_second_correction(**changes: Any) -> CorrectionLetter:
    """Return the request that names what the first answer has newly brought."""
    told = {"reason": "补正后上传的检测报告与申报的PUE不一致。", "answered_on": date(2026, 3, 12)}
    return a_correction(**told | changes)


def a_correction(**changes: Any) -> CorrectionLetter:
    """Return a request for two corrections."""
    told = (
        PARTIES
        | CASE
        | {
            "received_on": date(2026, 3, 1),
            "defects": (
                ("第三方PUE检测报告", "报告未加盖CMA章，请提交具备资质的机构出具并加盖CMA章的报告。"),
                ("设备清单", "清单所列加速卡数量与发票数量不一致，请逐项说明并更正。"),
            ),
            "due_on": date(2026, 3, 19),
        }
    )
    return CorrectionLetter(**told | changes)


def a_refusal(**changes: Any) -> RefusalLetter:
    """Return the refusal of a centre with a PUE of 1.26."""
    told = (
        PARTIES
        | CASE
        | {
            "uscc": USCC,
            "received_on": date(2026, 3, 1),
            "reasons": ("经核验，PUE为1.26，不符合“PUE≤1.25”的要求。",),
            "basis": (CLAUSE_TEXT,),
            "facts": FACTS,
            "remedies": REMEDIES,
        }
    )
    return RefusalLetter(**told | changes)


def a_decline(**changes: Any) -> DeclineLetter:
    """Return a refusal to take up a claim that went to the wrong organ."""
    told = (
        PARTIES
        | CASE
        | {
            "uscc": USCC,
            "received_on": date(2026, 3, 1),
            "ground": "不属于本机关职权范围",
            "reasons": ("申报事项不属于本机关职责范围。", "申报单位注册地不在师市辖区。"),
            "basis": ("《第十三师新星市支持数字产业发展的若干措施（试行）》规定由师市发改委（数据局）牵头解释。",),
            "remedies": REMEDIES,
        }
    )
    return DeclineLetter(**told | changes)


def an_objection_answer(**changes: Any) -> ObjectionLetter:
    """Return the answer to an objection that was not upheld."""
    told = (
        PARTIES
        | CASE
        | {
            "letter_number": "师新数异复〔2026〕1号",
            "addressee": "异议人（查询码：4F7K-2MPQ-8XWA）",
            "filed_on": date(2026, 3, 3),
            "notice_number": "师新数公示〔2026〕1号",
            "objected": "该中心的电能利用效率实测值高于公示的数值。",
            "findings": ("复核了第三方PUE检测报告原件，报告编号、检测时段和结论与公示一致。",),
            "ruling": "异议不成立",
            "upheld": False,
            "remedies": REMEDIES,
        }
    )
    return ObjectionLetter(**told | changes)


def a_payment(**changes: Any) -> PaymentLetter:
    """Return the notice of the first of two payments."""
    told = (
        PARTIES
        | CASE
        | {
            "letter_number": "师新数拨〔2026〕1号",
            "uscc": USCC,
            "notice_number": "师新数兑〔2026〕5号",
            "part": 1,
            "parts": 2,
            "amount_fen": 120_000_000,
            "award_fen": 200_000_000,
            "paid_fen": 120_000_000,
            "paid_on": date(2026, 3, 4),
            "voucher_number": "测试凭证20260304001",
            "account_holder": "新星市星河智算科技有限公司",
            "account_bank": "测试银行新星支行",
            "account_tail": "4321",
        }
    )
    return PaymentLetter(**told | changes)


def a_batch(rows: int = 2, **changes: Any) -> BatchLetter:
    """Return the paper of a public batch."""
    shown = {
        "number": CASE["case_number"],
        "applicant_name": PARTIES["applicant_name"],
        "uscc": USCC,
        "subject": "星河智算中心",
        "policy": CASE["policy_title"],
        "article": CASE["clause_article"],
        "clause": CASE["clause_title"],
        "facts": [[label, value, value] for label, value, _ in FACTS],
        "amount_fen": 200_000_000,
    }
    told = PARTIES | {
        "letter_number": "师新数公示〔2026〕1号",
        "applicant_name": "",
        "heading": f"关于《{CASE['policy_title']}》拟兑现奖补资金的公示",
        "days": 5,
        "closes_on": date(2026, 3, 12),
        "rows": [shown] * rows,
        "hotline": "0902-0000000",
        "address": "测试路1号",
        "channel": "https://jiangbu.example.gov.cn/notices/1/",
    }
    return BatchLetter(**told | changes)


def a_funds_table(rows: int = 3, **changes: Any) -> FundsLetter:
    """Return a table of funds over some awards."""
    lines = [
        {
            "applicant_name": f"新星市第{number}智算科技有限公司",
            "uscc": USCC,
            "clause": f"{CASE['clause_article']} {CASE['clause_title']}",
            "notice_number": f"师新数兑〔2026〕{number}号",
            "part": "第1期" if number == 1 else "",
            "amount_fen": 100_000_000 + number,
        }
        for number in range(1, rows + 1)
    ]
    told = PARTIES | {
        "letter_number": "师新数资〔2026〕1号",
        "applicant_name": "第十三师新星市财政局",
        "heading_line": "2026年第一批奖补资金安排",
        "since": date(2026, 1, 1),
        "until": date(2026, 3, 5),
        "rows": lines,
    }
    return FundsLetter(**told | changes)


EVERY_LETTER: dict[str, Any] = {
    "receipt": a_receipt,
    "acceptance": an_acceptance,
    "leeway": a_leeway,
    "silence": a_silence,
    "correction": a_correction,
    "second_correction": a_second_correction,
    "decline": a_decline,
    "refusal": a_refusal,
    "notice": a_notice,
    "objection": an_objection_answer,
    "payment": a_payment,
    "batch": a_batch,
    "funds": a_funds_table,
    **letters_recovery.LETTERS,
}


def every_letter() -> list[Letter]:
    """Return one letter of each kind, with the variants that say something else."""
    return [make() for make in EVERY_LETTER.values()]
