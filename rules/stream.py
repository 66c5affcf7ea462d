"""JSON Lines in, JSON Lines out: one result for every line, whatever stands on it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rules import judging
from rules.pack import Library
from rules.verdict import invalid


def assess(lines: Iterable[bytes | str], library: Library) -> Iterator[str]:
    """Yield the result of each line as JSON; a broken line gives an error result and the rest goes on."""
    for line in lines:
        answer = json.dumps(assess_line(line, library), ensure_ascii=False)
        # Half of a surrogate pair may stand in a JSON text but in no UTF-8: it goes out as it came in, escaped.
        yield answer.encode("utf-8", "backslashreplace").decode()


def assess_line(line: bytes | str, library: Library) -> dict[str, Any]:
    """Return the result of one line: the contract of results with the `id` of the case in front."""
    try:
        case = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, **_refused("这一行不是 JSON")}
    if not isinstance(case, Mapping):
        return {"id": None, **_refused("一行应为一个 JSON 对象")}
    return {"id": case.get("id"), **judging.judge(case, library).to_json()}


def _refused(reason: str) -> dict[str, Any]:
    return invalid(f"bad_case:{reason}", f"{reason}。").to_json()
