"""Cases: what is asked of the engine, read strictly. Refused: what is no case, and a fact that cannot be true."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from rules import facts as fact_module
from rules.facts import Fact
from rules.pack import Library, Pack


class BadCase(ValueError):
    """Not a case at all: no known clause, an unknown fact, a malformed part. The text is Chinese."""


class BadFact(ValueError):
    """A stated fact that cannot be true; `name` is the fact's English name, the text is a Chinese sentence."""

    def __init__(self, name: str, message: str):
        self.name = name
        super().__init__(message)


class Row(NamedTuple):
    """An earlier award to the same beneficiary: full clause id, year, fen, and whether it was for the same object."""

    clause: str
    year: int | None
    fen: int
    same_item: bool


class PoolState(NamedTuple):
    """The yearly pool in force for the claim, in fen."""

    limit: int
    used: int


class Claim(NamedTuple):
    """One clause that is asked for, with the facts that hold for it; `own` are the facts stated for it alone."""

    clause: str
    pack: Pack
    number: str
    values: Mapping[str, Any]
    own: frozenset[str]


class Case(NamedTuple):
    """A case whose every part has been read and found possible."""

    claims: tuple[Claim, ...]
    stack: bool
    history: tuple[Row, ...]
    pool: PoolState | None
    settings: Mapping[str, str]
    on: date | None
    year: int | None
    approved: int | None


def read(case: Mapping[str, Any], library: Library) -> Case:
    """Return the case. Raises BadCase, or BadFact for the first impossible value."""
    if not isinstance(case, (dict, Mapping)):
        raise BadCase("一行应为一个 JSON 对象")
    stated = _mapping(case, "facts")
    by_clause = _mapping(case, "facts_by_clause")
    wanted = _wanted(case)
    for clause in by_clause:
        if clause not in wanted:
            raise BadCase(f"facts_by_clause 中的“{clause}”不在所申报的条款之内")
    named = _pack_versions(case, library)
    for clause in wanted:
        if not library.knows(clause):
            raise BadCase(f"没有条款“{clause}”")
    on = _on(case)
    settings = _settings(case, library, wanted, named) if case.get("settings") is not None else {}
    common = _values(stated, library.facts)
    _check_wholes(common, library)
    claims = []
    for clause in wanted:
        own = _values(_mapping(by_clause, clause), library.facts) if by_clause else {}
        values = {**common, **own} if own else common
        if own:
            _check_wholes(values, library)
        policy, _, number = clause.partition("-")
        pack = named.get(policy) or library.in_force(policy, on, settings, values.get("policy_issued_on"))
        if number not in pack.raw:
            raise BadCase(f"《{pack.name}》的版本 {pack.version} 没有条款“{clause}”")
        claims.append(Claim(clause, pack, number, values, frozenset(own)))
    year = _year(case, common, on)
    return Case(
        claims=tuple(claims),
        stack="clauses" in case,
        history=_history(case, library),
        pool=_pool(case),
        settings=settings,
        on=on,
        year=year,
        approved=common.get("approved_amount_yuan"),
    )


def _mapping(case: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = case.get(key)
    if value is None:
        return {}
    if not isinstance(value, (dict, Mapping)):  # the plain case first: asking an abstract class is ten times slower
        raise BadCase(f"{key} 应为一组“名称: 数值”")
    return value


def _wanted(case: Mapping[str, Any]) -> list[str]:
    single, several = case.get("clause"), case.get("clauses")
    if (single is None) == (several is None):
        raise BadCase("应写明 clause 或 clauses，且只写一个")
    wanted = [single] if several is None else several
    if not isinstance(wanted, list) or not wanted or not all(isinstance(clause, str) for clause in wanted):
        raise BadCase("clause 应为条款编号，clauses 应为一列条款编号")
    if len(set(wanted)) != len(wanted):
        raise BadCase("同一条款不能重复申报")
    return wanted


def _pack_versions(case: Mapping[str, Any], library: Library) -> dict[str, Pack]:
    """Return the versions a case insists on, by policy: an old decision is recomputed under its own version."""
    stated = case.get("pack_version")
    if stated is None:
        return {}
    if not isinstance(stated, str):
        raise BadCase("pack_version 应为政策版本名称，如 xinxing.v1")
    found: dict[str, Pack] = {}
    for name in stated.split("、"):
        if name not in library.versions:
            raise BadCase(f"没有政策版本“{name}”")
        pack = library.versions[name]
        found[pack.id] = pack
    return found


def _settings(
    case: Mapping[str, Any], library: Library, wanted: list[str], named: Mapping[str, Pack]
) -> dict[str, str]:
    """Return the chosen letters. A reading of a policy that the case does not touch must exist as well."""
    policies = {clause.partition("-")[0] for clause in wanted}
    settings = {}
    for name, letter in _mapping(case, "settings").items():
        options = _options(name, library, policies, named)
        if not options:
            raise BadCase(f"没有口径“{name}”")
        if not isinstance(letter, str) or letter not in options:
            raise BadCase(f"口径“{name}”没有选项“{letter}”")
        settings[name] = letter
    return settings


def _options(name: str, library: Library, policies: set[str], named: Mapping[str, Pack]) -> frozenset[str]:
    """Return the letters of a reading in any version of the policies asked for, else in any other policy."""
    order = sorted(library.packs, key=lambda policy: policy not in policies)
    for policy in order:
        packs = [named.get(policy) or library.packs[policy]]
        if policy not in named:
            packs += [library.versions[version] for version in library.superseded.get(policy, ())]
        found = [letter for pack in packs if pack.has_reading(name) for letter in pack.reading(name).options]
        if found:
            return frozenset(found)
    return frozenset()


def _on(case: Mapping[str, Any]) -> date | None:
    if case.get("on") is None:
        return None
    try:
        return fact_module.decode_date(case["on"])
    except ValueError as error:
        raise BadCase(f"on：{error}") from None


def _values(stated: Mapping[str, Any], facts: Mapping[str, Fact]) -> dict[str, Any]:
    values, decoders = {}, fact_module.DECODERS
    if not facts.keys() >= stated.keys():
        raise BadCase(f"没有事实“{next(name for name in stated if name not in facts)}”")
    for name, value in stated.items():
        # null says no more than leaving the fact out: it is unknown.
        if value is None:
            continue
        fact = facts[name]
        try:
            values[name] = decoders[fact.kind](fact, value)
        except ValueError as error:
            raise BadFact(name, f"{fact.label}：{error}。") from None
    return values


def _check_wholes(values: Mapping[str, Any], library: Library) -> None:
    for part, whole in library.wholes:
        if part.name in values and whole.name in values and values[part.name] > values[whole.name]:
            raise BadFact(part.name, f"{part.label}不能大于{whole.label}。")


def _year(case: Mapping[str, Any], values: Mapping[str, Any], on: date | None) -> int | None:
    outer = case.get("support_year")
    if outer is not None:
        if not isinstance(outer, int) or isinstance(outer, bool) or not 1900 <= outer <= 2999:
            raise BadFact("support_year", "支持年度应为四位数的年份。")
        if values.get("support_year", outer) != outer:
            raise BadFact("support_year", "支持年度前后不一致。")
    year = values.get("support_year", outer)
    return year if year is not None else (on.year if on else None)


def _history(case: Mapping[str, Any], library: Library) -> tuple[Row, ...]:
    rows = case.get("history")
    if rows is None:
        return ()
    if not isinstance(rows, list):
        raise BadCase("history 应为一列以往奖补")
    return tuple(_row(row, library) for row in rows)


def _row(row: Any, library: Library) -> Row:
    if not isinstance(row, Mapping) or not isinstance(row.get("clause"), str):
        raise BadCase("history 的每一行应写明 clause、year、amount_yuan")
    if not library.knows(row["clause"]):
        raise BadCase(f"history 中没有条款“{row['clause']}”")
    year, same = row.get("year"), row.get("same_item", True)
    if not isinstance(year, int) or isinstance(year, bool) or not 1900 <= year <= 2999:
        raise BadFact("history", "以往奖补的年度应为四位数的年份。")
    if not isinstance(same, bool):
        raise BadFact("history", "以往奖补的 same_item 应为是或否。")
    return Row(row["clause"], year, _stated_money("history", row.get("amount_yuan"), "以往奖补金额"), same)


def _pool(case: Mapping[str, Any]) -> PoolState | None:
    pool = case.get("pool")
    if pool is None:
        return None
    if not isinstance(pool, Mapping):
        raise BadCase("pool 应写明 limit_yuan 和 used_yuan")
    limit = _stated_money("pool", pool.get("limit_yuan"), "资金池总额")
    used = _stated_money("pool", pool.get("used_yuan"), "资金池已用金额")
    if used > limit:
        raise BadFact("pool", "资金池已用金额不能大于总额。")
    return PoolState(limit, used)


_MONEY = Fact("amount_yuan", "金额", "金额", "money")


def _stated_money(name: str, value: Any, label: str) -> int:
    try:
        return fact_module.decode(_MONEY, value)
    except ValueError as error:
        raise BadFact(name, f"{label}：{error}。") from None
