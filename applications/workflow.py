"""
The life of a case as data: which verb leads from which status to which, and whose verb it is.

Read by the permissions, by the pages (what comes next), by the docs' diagram and by the tests.
"""

from dataclasses import dataclass

from applications.models import Duty, Status

S = Status

APPLICANT = "applicant"
SYSTEM = "the system"  # not the duty of that name: nobody presses this button


@dataclass(frozen=True)
class Verb:
    """One arrow of the life of a case: Chinese label, statuses it starts from and may end in, and who may do it."""

    label: str
    sources: frozenset[Status]
    targets: frozenset[Status]
    who: frozenset[str]


def _verb(label: str, sources: set[Status], targets: set[Status], *who: str) -> Verb:
    return Verb(label, frozenset(sources), frozenset(targets), frozenset(who))


VERBS: dict[str, Verb] = {
    "submit": _verb("提交", {S.DRAFT}, {S.SUBMITTED}, APPLICANT),
    "resubmit": _verb("提交补正", {S.CORRECTING}, {S.SUBMITTED, S.VERIFYING}, APPLICANT),
    "accept": _verb("受理", {S.SUBMITTED}, {S.VERIFYING}, Duty.INTAKE, SYSTEM),
    "accept_with_promises": _verb("容缺受理", {S.SUBMITTED}, {S.VERIFYING}, Duty.INTAKE),
    "decline": _verb("不予受理", {S.SUBMITTED}, {S.DECLINED}, Duty.INTAKE),
    "correct": _verb("一次性补正", {S.SUBMITTED, S.VERIFYING}, {S.CORRECTING}, Duty.INTAKE, Duty.VERIFY),
    "lapse": _verb("逾期未补正", {S.CORRECTING}, {S.WITHDRAWN}, SYSTEM),
    "breach": _verb("逾期未补交，终止办理", {S.VERIFYING, S.CORRECTING}, {S.WITHDRAWN}, SYSTEM),
    "propose": _verb("提出核定意见", {S.VERIFYING}, {S.PROPOSED}, Duty.VERIFY),
    "return_": _verb("退回核验", {S.PROPOSED}, {S.VERIFYING}, Duty.APPROVE),
    "endorse": _verb("同意并公示", {S.PROPOSED}, {S.NOTICED}, Duty.APPROVE),
    "refuse": _verb("不予兑现", {S.PROPOSED, S.NOTICED}, {S.REFUSED}, Duty.APPROVE),
    "reopen": _verb("异议成立，重新核验", {S.NOTICED}, {S.VERIFYING}, Duty.APPROVE),
    "grant": _verb("批准兑现", {S.NOTICED}, {S.GRANTED}, Duty.APPROVE),
    "pay": _verb("全部拨付", {S.GRANTED}, {S.PAID}, Duty.COUNTERSIGN),
    "return_payment": _verb("退票", {S.PAID, S.CLOSED}, {S.GRANTED}, Duty.PAY, Duty.COUNTERSIGN),
    "close": _verb("办结归档", {S.PAID}, {S.CLOSED}, Duty.INTAKE),
    "withdraw": _verb(
        "撤回", {S.DRAFT, S.SUBMITTED, S.VERIFYING, S.CORRECTING, S.PROPOSED, S.NOTICED}, {S.WITHDRAWN}, APPLICANT
    ),
    "revoke": _verb("撤销", {S.GRANTED, S.PAID, S.CLOSED}, {S.REVOKED}, Duty.INSPECT),
    "restore": _verb("恢复奖补决定", {S.REVOKED}, {S.GRANTED, S.PAID, S.CLOSED}, Duty.INSPECT),
}

EXITS: dict[Status, frozenset[Status]] = {
    status: frozenset(target for verb in VERBS.values() if status in verb.sources for target in verb.targets)
    for status in Status
}

ROAD = (S.DRAFT, S.SUBMITTED, S.VERIFYING, S.PROPOSED, S.NOTICED, S.GRANTED, S.PAID, S.CLOSED)

ENDED = frozenset({S.CLOSED, S.WITHDRAWN, S.DECLINED, S.REFUSED, S.REVOKED})

EDITABLE = frozenset({S.DRAFT, S.CORRECTING})

# Whose turn it is, for the queue of each duty.
TURN: dict[str, frozenset[Status]] = {
    Duty.INTAKE: frozenset({S.SUBMITTED, S.PAID}),
    Duty.VERIFY: frozenset({S.VERIFYING}),
    Duty.APPROVE: frozenset({S.PROPOSED, S.NOTICED}),
    Duty.PAY: frozenset({S.GRANTED}),
    Duty.COUNTERSIGN: frozenset({S.GRANTED}),
}

NEXT: dict[Status, str] = {
    S.DRAFT: "请补齐申报内容和材料，由法定代表人确认后提交。",
    S.SUBMITTED: "等待主管单位审查材料是否齐全、是否符合法定形式，决定是否受理。",
    S.VERIFYING: "主管单位正在逐项核验申报内容与佐证材料。",
    S.CORRECTING: "请按一次性补正告知书列明的事项补正后重新提交；逾期未补正的，视为撤回。",
    S.PROPOSED: "核验已完成，等待主管单位审批。",
    S.NOTICED: "拟兑现结果正在公示；公示期满无异议的，由主管单位批准。",
    S.GRANTED: "已批准兑现，等待财政部门拨付资金。",
    S.PAID: "资金已拨付，等待主管单位办结归档。",
    S.CLOSED: "本件已办结。请妥善保存材料，配合年度复核。",
    S.WITHDRAWN: "本件已撤回。在申报批次内可以重新申报。",
    S.DECLINED: "本件不予受理，理由见通知书。",
    S.REFUSED: "本件不予兑现，理由和救济途径见决定书。",
    S.REVOKED: "原奖补决定已被撤销。",
}

# How long a step may take, in working days, where the authority has set nothing else.
LENGTHS: dict[Status, int] = {
    S.SUBMITTED: 5,
    S.CORRECTING: 10,
    S.VERIFYING: 20,
    S.PROPOSED: 10,
    S.GRANTED: 15,
}


def diagram() -> str:
    """Return the table as the lines of a Mermaid state diagram, for the docs."""
    names = [f"    {status.value} : {status.label}" for status in Status]
    arrows = [
        f"    {source.value} --> {target.value} : {verb.label}"
        for verb in VERBS.values()
        for source in sorted(verb.sources)
        for target in sorted(verb.targets)
    ]
    return "\n".join([*names, "    [*] --> draft", *arrows])
