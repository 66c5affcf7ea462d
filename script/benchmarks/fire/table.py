"""One line of the table that a run prints."""

import json
from dataclasses import asdict, dataclass, field


@dataclass
class Line:
    """What was tried, the figure reached, the goal, what the control did, and whether both are as they must be."""

    test: str
    what: str
    figure: str
    goal: str
    control: str
    good: bool
    faults: list[str] = field(default_factory=list)
    database: str = ""

    def as_json(self) -> str:
        """Return the line as the parent process reads it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def as_row(self) -> str:
        """Return the line of the table in Markdown."""
        mark = "ok" if self.good else "MISSED"
        cells = (self.test, self.database, self.what, self.figure, self.goal, self.control, mark)
        return f"| {' | '.join(cells)} |"


HEAD = "| test | database | what | figure | goal | control | |\n|---|---|---|---|---|---|---|"
