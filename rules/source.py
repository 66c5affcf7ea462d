"""
YAML as text with line numbers.

Every scalar stays the text that stands in the file (PyYAML would read `010` as 8 and `no` as false), a key that stands
twice is refused, and each value remembers its line, so that every complaint about a pack can say where.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

# Where the packs of this installation stand; their texts are in the folder beside it.
PACKS = Path(__file__).parent / "packs"

# The C parser when PyYAML was built with libyaml: about ten times faster, same events and marks.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PackError(ValueError):
    """A pack that cannot be used; the text is Chinese and names file and line: `xinxing.v1.yaml 第12行：…`."""

    def __init__(self, file: str, line: int | None, message: str):
        self.file, self.line, self.message = file, line, message
        super().__init__(f"{file} 第{line}行：{message}" if line else f"{file}：{message}")


class Text(str):
    """A scalar of a pack with the line it stands on (from 1)."""

    __slots__ = ("line",)
    line: int

    def __new__(cls, value: str, line: int = 0):
        self = super().__new__(cls, value)
        self.line = line
        return self


class Block(dict[str, Any]):
    """A mapping of a pack with its line; keys are `Text` and carry their own."""

    line: int = 0


class Rows(list[Any]):
    """A sequence of a pack with its line."""

    line: int = 0


def read(path: Path) -> tuple[Any, bytes]:
    """Return the document and the bytes of a YAML file. Raises PackError."""
    data = path.read_bytes()
    return parse(data.decode("utf-8"), path.name), data


def parse(text: str, file: str) -> Any:
    """Return the one document in a YAML text as Text, Block and Rows. Raises PackError."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PackError(file, mark.line + 1 if mark else None, "YAML 格式有误，请检查缩进、引号和括号") from error
    if node is None:
        raise PackError(file, 1, "文件是空的")
    return _build(node, file)


def _build(node: yaml.Node, file: str) -> Any:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Text(node.value, line)
    if isinstance(node, yaml.SequenceNode):
        rows = Rows(_build(item, file) for item in node.value)
        rows.line = line
        return rows
    assert isinstance(node, yaml.MappingNode), "YAML has three kinds of nodes"
    block = Block()
    block.line = line
    for key_node, value_node in node.value:
        key = _build(key_node, file)
        if not isinstance(key, str):
            raise PackError(file, key_node.start_mark.line + 1, "键必须是文字")
        if key in block:
            raise PackError(file, key_node.start_mark.line + 1, f"“{key}”重复出现")
        block[key] = _build(value_node, file)
    return block


def line_of(value: Any) -> int | None:
    """Return the line of a value read by this module, None when it does not come from a file."""
    return getattr(value, "line", None) or None


def locate(document: Any, path: tuple[str | int, ...]) -> int | None:
    """Return the line of the deepest part of a path that exists; of the key itself where the last part is a key."""
    line = line_of(document)
    for part in path:
        if isinstance(document, Mapping) and part in document:
            line = next((line_of(key) for key in document if key == part), None) or line
            document = document[str(part)]
        elif isinstance(document, list) and isinstance(part, int) and part < len(document):
            document = document[part]
            line = line_of(document) or line
        # A part that is not there is a tag that pydantic adds for a union (pydantic#7500), or a missing key.
    return line
