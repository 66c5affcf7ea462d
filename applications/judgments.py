"""What a review organ or a court made of a recovery decision, in words: for the party, the public and the officers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import rules
from applications.documents.letter import chinese_date
from applications.models import Account, RecoveryStep, Status

NAMES = {"review": "行政复议决定", "sue": "人民法院判决"}
DECIDING = frozenset({"changed", "annulled"})  # the outcomes after which a decision is not what it was


def sentence(said: Mapping[str, Any]) -> str:
    """Return what the step of a judgment (`detail`) says that changed or annulled a decision."""
    day = chinese_date(date.fromisoformat(said["on"]))
    named = f"{NAMES[said['kind']]}（{'，'.join(part for part in (said.get('number', ''), day) if part)}）"
    if said["outcome"] == "annulled":
        return f"追回决定已被{named}撤销，不再有效。"
    if "changed_fen" not in said:  # written down before the sums of a change were
        return f"追回决定已被{named}变更。"
    owed = "、".join(f"{Account(name).label}{rules.yuan(fen)}元" for name, fen in said["changed_fen"].items())
    stands = "" if said["revoked"] else "，原奖补决定的其余部分有效"
    return f"追回决定已被{named}变更：应退{owed}{stands}。"


def on(recovery_id: int) -> str:
    """Return what an appeal has made of the decision of a case, "" for nothing (one query)."""
    rows = RecoveryStep.objects.filter(recovery=recovery_id, name="contest").order_by("-pk")
    details = rows.values_list("detail", flat=True)
    return next((sentence(said) for said in details if said["outcome"] in DECIDING), "")


def consequences(detail: Mapping[str, Any]) -> list[str]:
    """Return what followed from a judgment in sentences, for the officers."""
    said = []
    if sums := detail.get("changed_fen"):
        owed = "，".join(f"{Account(name).label}{rules.yuan(fen)}元" for name, fen in sums.items())
        said.append(f"变更后应退：{owed}")
    if detail.get("over_fen"):
        said.append(f"已退回的款项中有{rules.yuan(detail['over_fen'])}元须退还当事人")
    if restored := detail.get("restored"):
        said.append(f"原奖补决定恢复效力，申报件恢复为“{Status(restored).label}”")
    if detail.get("held_fen"):
        said.append(f"{detail['pool_words']}重新占用{rules.yuan(detail['held_fen'])}元")
    if detail.get("pool_over_fen"):
        said.append(f"{detail['pool_words']}超额占用{rules.yuan(detail['pool_over_fen'])}元，请调整总额")
    if lost := detail.get("lost"):
        said.append(f"撤销期间已由其他申报件使用的材料：{'、'.join(lost)}，请核对")
    if meanwhile := detail.get("meanwhile"):
        said.append(f"撤销期间批准的其他申报件未计入本决定：{'、'.join(meanwhile)}，请核对")
    return said
