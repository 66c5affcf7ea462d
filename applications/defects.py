"""
What an answer to a correction has changed, read from the history: facts by their values, evidence by its files.

The acts of the chain stand in order, so that nothing depends on two moments being different.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from applications.models import Application

READ = ("save", "submit", "resubmit", "correct", "attach", "take_back", "keep_promise")


@dataclass
class Answer:
    """One correction in the history: the facts before and after it, and the slots whose files changed since."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    attached: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)

    @property
    def facts(self) -> set[str]:
        """The names of the facts that have another value than when the correction was asked for."""
        return {name for name in {*self.before, *self.after} if self.before.get(name) != self.after.get(name)}

    @property
    def slots(self) -> set[str]:
        """The slots into or out of which a file went since."""
        return self.attached | self.removed

    def touched(self, item: Mapping[str, str]) -> bool:
        """Whether the fact or slot of an item was changed."""
        return item["key"] in {"fact": self.facts, "slot": self.slots}.get(item["kind"], set())

    def answered(self, item: Mapping[str, str]) -> bool:
        """Whether an item was answered: its fact has another value, or its slot a new file."""
        return item["key"] in {"fact": self.facts, "slot": self.attached}.get(item["kind"], set())


def newest_answer(application: Application) -> Answer | None:
    """Return what has changed since the newest correction was asked for, None when nobody asked (one query)."""
    rows = application.events.filter(action__in=READ).order_by("sequence").values_list("action", "detail")
    answer = _read(rows)
    if answer is not None and application.status == "correcting":
        answer.after = dict(application.facts)
    return answer


def _read(rows: Iterable[tuple[str, Mapping[str, Any]]]) -> Answer | None:
    facts: Mapping[str, Any] = {}
    slot_of: dict[int, str] = {}
    answer: Answer | None = None
    answering = False
    for action, detail in rows:
        if action in ("attach", "keep_promise"):
            slot_of[detail["evidence"]] = detail["slot"]
            if answer and answering:
                answer.attached.add(detail["slot"])
        elif action == "take_back":
            if answer and answering:
                answer.removed.add(slot_of.get(detail["evidence"], ""))
        elif action == "correct":
            answer, answering = Answer(before=facts, after=facts), True
        else:
            facts = detail.get("facts", facts)
            if answer and answering:
                answer.after = facts
            answering = answering and action != "resubmit"
    return answer


def why_not_new(item: Mapping[str, str], answer: Answer, first: Iterable[Mapping[str, str]]) -> str:
    """Return why an item may not stand on a second list: only what the answer has changed can be a new defect."""
    if answer.touched(item):
        return ""
    named = {(known["kind"], known["key"]) for known in first}
    if (item["kind"], item["key"]) in named and item["kind"] != "other":
        return f"“{item['label']}”在首次补正时已经告知，答复未作改动，应按现有材料作出决定，不能再次要求补正。"
    return f"“{item['label']}”不是补正答复带来的新问题，应当在首次补正时一并告知，不能再次要求补正。"
