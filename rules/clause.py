"""One clause as the engine runs it: the entry of a pack, resolved by readings, checked, with its nodes built."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from rules import conditions, formulas, schema
from rules.conditions import Condition
from rules.facts import Fact
from rules.source import PackError, line_of, locate

_RELATIONS: TypeAdapter[tuple[schema.Relation, ...]] = TypeAdapter(tuple[schema.Relation, ...])

_MESSAGES = {
    "missing": "缺少“{key}”",
    "extra_forbidden": "不认识的键“{key}”",
    "union_tag_invalid": "“计算”只能是 无、一事一议、转致、定额、比例、分档、单价、查表、核定、贴息、兑付、分担 之一",
    "union_tag_not_found": "缺少“计算”",
    "dict_type": "“{key}”应写成“名称: 数值”的一组",
    "model_type": "“{key}”应写成“名称: 数值”的一组",
    "model_attributes_type": "应写成“名称: 数值”的一组",
    "list_type": "“{key}”应为一列",
    "tuple_type": "“{key}”应为一列",
    "too_short": "“{key}”不能为空",
    "literal_error": "“{key}”的值“{input}”不在允许的范围内（{expected}）",
}


def chinese_error(error: ValidationError, document: Any, file: str) -> PackError:
    """Return the first error of pydantic as a Chinese sentence with file and line."""
    found = error.errors()
    # A misspelt key is also a missing one: the key that stands there says more.
    details: ErrorDetails = next((one for one in found if one["type"] == "extra_forbidden"), found[0])
    path = details["loc"]
    if details["type"].startswith("union_tag_"):
        path = ("计算",)
    elif path and path[0] in schema_kinds():
        path = path[1:]  # the tag of the discriminated union stands in the location but not in the file (pydantic#7500)
    key = path[-1] if path else ""
    if details["type"] == "value_error":
        message = f"“{key}”：{details['ctx']['error']}" if key != "" else str(details["ctx"]["error"])
    else:
        template = _MESSAGES.get(details["type"], "“{key}”写法有误")
        expected = details.get("ctx", {}).get("expected", "").replace("'", "").replace(" or ", "、")
        message = template.format(key=key, input=details["input"], expected=expected)
    line = locate(document, path[:-1] if details["type"] == "missing" else path)
    return PackError(file, line, message)


def schema_kinds() -> frozenset[str]:
    """Return the words of 计算."""
    return frozenset(["无", "一事一议", "转致", "定额", "比例", "分档", "单价", "查表", "核定", "贴息", "兑付", "分担"])


@dataclass(frozen=True)
class Compiled:
    """A clause under one choice of readings, ready to be judged."""

    id: str
    article: str
    model: Any
    conditions: tuple[Condition, ...]
    formula: formulas.Formula | None
    relations: tuple[schema.Relation, ...]
    overlap: schema.Overlap | None
    first: Fact | None
    overlap_fact: Fact | None
    year_number: Fact | None
    sharing: tuple[Fact, Fact] | None
    ceiling: bool

    def facts(self) -> tuple[Fact, ...]:
        """Return the facts the clause is judged on, conditions first, each once."""
        found: dict[str, Fact] = {}
        for node in self.conditions:
            for leaf in node.leaves():
                found.setdefault(leaf.fact.name, leaf.fact)
        extra: Iterable[Fact | None] = (
            *(self.formula.facts if self.formula else ()),
            self.first,
            self.overlap_fact,
            *(self.sharing or ()),
        )
        for fact in extra:
            if fact is not None:
                found.setdefault(fact.name, fact)
        return tuple(found.values())


def compile_clause(
    raw: Any,
    *,
    policy: str,
    file: str,
    facts: Mapping[str, Fact],
    gate: Any,
    overlap: Any,
    relations: Any,
) -> Compiled:
    """
    Return the clause that a resolved entry stands for. Raises PackError with file and line.

    `facts` are keyed by Chinese name; gate, overlap and relations are the pack's own, resolved.
    """
    try:
        model = schema.CLAUSE.validate_python(raw)
        common_overlap = schema.Overlap.model_validate(overlap) if overlap else None
        related = _RELATIONS.validate_python(tuple(relations or ())) + model.relations
    except ValidationError as error:
        raise chinese_error(error, raw, file) from None

    def known(name: str | None, where: Any) -> Fact | None:
        if name is None:
            return None
        if name not in facts:
            raise PackError(file, line_of(where) or line_of(raw), f"“{name}”不在事实词典内")
        return facts[name]

    payable = model if isinstance(model, schema.Payable) else None
    nodes: list[Condition] = []
    for line in [*(gate if model.gate and model.kind != "无" else ()), *model.conditions]:
        try:
            nodes.append(conditions.parse(line, facts))
        except ValueError as error:
            raise PackError(file, line_of(line) or line_of(raw), str(error)) from None
    try:
        formula = formulas.build(payable, facts) if payable else None
    except KeyError as error:
        where = next((raw[key] for key in ("依据", "本金", "余额") if key in raw), raw)
        raise PackError(file, line_of(where), f"“{error.args[0]}”不在事实词典内") from None
    except ValueError as error:
        where = next((raw[key] for key in ("档位", "表", "依据") if key in raw), raw)
        raise PackError(file, line_of(where), str(error)) from None
    sharing = None
    if isinstance(model, schema.Sharing):
        base, by = known(model.base, raw["依据"]), known(model.by, raw["按"])
        assert base is not None, "依据 of 分担 is mandatory"
        assert by is not None, "按 of 分担 is mandatory"
        labels = {label for _, label in by.choices}
        for label in model.shares:
            if label not in labels:
                raise PackError(file, line_of(raw["分担"]), f"“{label}”不是“{by.chinese}”的选项")
        sharing = (base, by)
    first = known(payable.first.fact, raw["首次"]) if payable and payable.first else None
    if first and not isinstance(formula, formulas.Tiers):
        raise PackError(file, line_of(raw["首次"]), "“首次”只用于分档")
    numbers = [cap.year_number for cap in payable.caps if cap.year_number] if payable else []
    year_number = known(numbers[0], raw["封顶"]) if numbers else None
    overlaps = common_overlap if model.gate and model.kind != "无" else None
    overlap_fact = known(overlaps.fact, overlap) if overlaps else None
    return Compiled(
        id=f"{policy}-{model.number}",
        article=model.article,
        model=model,
        conditions=tuple(nodes),
        formula=formula,
        relations=tuple(relation for relation in related if model.number in relation.clauses),
        overlap=overlaps if payable else None,
        first=first,
        overlap_fact=overlap_fact,
        year_number=year_number,
        sharing=sharing,
        ceiling=payable is not None and (payable.nature == "上限" or model.kind == "核定"),
    )
