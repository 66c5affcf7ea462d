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
        yield _written(assess_line(line, library))


def _written(answer: Mapping[str, Any]) -> str:
    """Return one line of JSON. An `id` that JSON cannot write (NaN) is dropped, half a character stays escaped."""
    try:
        text = json.dumps(answer, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps({**answer, "id": None}, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(json.loads(text))
    return text


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
