"""个案口径: the questions of the text that no fact decides, as they stand on one case."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import rules
from applications.models import Application, CaseDecision


@dataclass(frozen=True)
class CaseQuestion:
    """
    One question that concerns the case's item and that the engine does not compute.

    `options` are the answers an officer may give. `usual` counts without a decision: what the authority has chosen
    (`by_authority`), else the recommended reading; None where there is neither, so that an officer has to decide.
    """

    spec: "rules.ReadingSpec"
    options: Mapping[str, str]
    usual: str | None
    by_authority: bool
    decision: CaseDecision | None

    @property
    def choice(self) -> str | None:
        """The letter that counts on this case."""
        return self.decision.choice if self.decision else self.usual

    @property
    def words(self) -> str:
        """The reading that counts, "" where none does yet."""
        return self.options.get(self.choice or "", "")

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide before a sum can be proposed."""
        return self.choice is None

    def to_stored(self) -> dict[str, str]:
        """Return the answer as an assessment keeps it; without a reason it is the usual one."""
        return {
            "key": self.spec.id,
            "question": self.spec.question,
            "choice": self.choice or "",
            "words": self.words,
            "reason": self.decision.reason if self.decision else "",
        }


def questions_of(application: Application, pack: "rules.Pack", letters: Mapping[str, str]) -> list[CaseQuestion]:
    """
    Return the questions on a case with their answers, in the order of the text (one query, none without a question).

    Of a computed reading an officer chooses only the letters that no fact expresses (个案选项), beside the one in
    force: another one would change the computation, which is the authority's to decide.
    """
    asked = []
    for spec in pack.readings_of(application.clause.number):
        chosen = letters.get(spec.id)
        by_authority = chosen in spec.options
        usual = chosen if by_authority else spec.recommended
        if options := _options(spec, usual):
            asked.append((spec, options, usual, by_authority))
    if not asked:
        return []
    decided = {row.key: row for row in application.decisions.select_related("decided_by__user").order_by("pk")}
    found = []
    for spec, options, usual, by_authority in asked:
        row = decided.get(spec.id)
        found.append(CaseQuestion(spec, options, usual, by_authority, row if row and row.choice in options else None))
    return found


def _options(spec: "rules.ReadingSpec", usual: str | None) -> dict[str, str]:
    if not spec.computed:
        return dict(spec.options)
    letters = (*spec.by_case, usual) if spec.by_case and usual else ()
    return {letter: words for letter, words in spec.options.items() if letter in letters}


def stored(questions: Iterable[CaseQuestion]) -> list[dict[str, str]]:
    """Return the answers as an assessment keeps them; a question without an answer is left out."""
    return [question.to_stored() for question in questions if not question.is_open]
