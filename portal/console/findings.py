"""What the machine found before a person looks, as the case page shows it: beside facts, papers and the case."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from applications import texts
from applications.checking import TEXT
from applications.kept import Kept
from applications.models import Application, AutoCheck, Evidence

ORDER = {AutoCheck.State.FAIL: 0, AutoCheck.State.NO_DATA: 1, AutoCheck.State.PASS: 2}
SLOT = "slot:"


@dataclass(frozen=True)
class Hit:
    """One value looked for on one paper, and the page it stands on; None where it was not found."""

    label: str
    shown: str
    page: int | None


@dataclass
class Findings:
    """The newest run of a case: comparisons by fact, by paper and for the case, and the searches by paper."""

    by_fact: dict[str, list[AutoCheck]] = field(default_factory=lambda: defaultdict(list))
    by_paper: dict[int, list[AutoCheck]] = field(default_factory=lambda: defaultdict(list))
    of_case: list[AutoCheck] = field(default_factory=list)
    searches: dict[int, AutoCheck] = field(default_factory=dict)
    made: bool = False

    def hits(self, paper: int, what: str) -> dict[str, Hit]:
        """Return what was looked for on a paper, by the name of the field or fact."""
        row = self.searches.get(paper)
        items: Iterable[Mapping[str, Any]] = row.inputs["items"] if row else ()
        return {item["key"]: Hit(item["label"], item["shown"], item["page"]) for item in items if item["what"] == what}

    def about_text(self, row: Evidence) -> str:
        """Return the words about the text of a paper: read, a scan, or not read yet."""
        if row.pk in self.searches:
            return self.searches[row.pk].words
        if row.content_type == texts.PDF:
            return "文本尚未读取"
        return "图片，无文字层" if row.has_pages else "此格式不读取文本"


_NEWEST: Kept[AutoCheck] = Kept(AutoCheck.objects.newest_of)


def findings_of(application: Application) -> Findings:
    """Return the newest run of a case, red first (one query)."""
    found = Findings()
    rows = sorted(_NEWEST.all(application.pk), key=lambda row: ORDER[AutoCheck.State(row.state)])
    for row in rows:
        found.made = True
        if row.kind == TEXT:
            if row.evidence_id is not None:
                found.searches[row.evidence_id] = row
        elif row.target.startswith(SLOT) and row.evidence_id is not None:
            found.by_paper[row.evidence_id].append(row)
        elif row.target and not row.target.startswith(SLOT):
            found.by_fact[row.target].append(row)
        else:
            found.of_case.append(row)
    return found
