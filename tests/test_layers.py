"""The rooms: imports point down, and the law stays free of Django."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    "rules": {"applications", "portal", "django", "celery"},
    "applications": {"portal"},
}


def imported(source: str) -> set[str]:
    """Return the first names of all modules that a source imports, at the top or deferred."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module)
    return {name.split(".")[0] for name in names}


def upward(room: str) -> list[str]:
    """Return each import of a room that points up, as "file: name"."""
    return sorted(
        f"{file.relative_to(ROOT)}: {name}"
        for file in (ROOT / room).rglob("*.py")
        for name in imported(file.read_text()) & FORBIDDEN[room]
    )


@pytest.mark.parametrize("room", FORBIDDEN)
def test_no_import_points_up(room):
    assert upward(room) == []


@pytest.mark.parametrize("room", ["applications", "portal"])
def test_the_law_is_used_by_its_public_names(room):
    inner = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in (ROOT / room).rglob("*.py")
        for name in re.findall(r"^\s*(?:from|import) (rules\.\w+)", file.read_text(), re.MULTILINE)
    }

    assert inner == set()


def test_only_assessing_lets_the_law_judge():
    judging = [
        str(file.relative_to(ROOT))
        for file in (ROOT / "applications").rglob("*.py")
        if re.search(r"\brules\.judge\(|from rules import .*\bjudge\b", file.read_text())
    ]

    assert judging == ["applications/assessing.py"]


def test_a_deferred_upward_import_is_seen():
    assert imported("def late():\n    from portal.views import home\n    import django.db\n") == {"portal", "django"}
