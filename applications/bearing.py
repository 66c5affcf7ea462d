"""
Who bears an award: the standard payer of the authority, one that was chosen, or several as the text splits it.

A pack may have an item (分担) that splits awards by where the project stands. Where it states shares they are reckoned
by the rules, to the fen and with the remainder where the reading puts it; where it states none, the approver enters
the sums. An authority that has entered one payer alone bears everything with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import rules
from applications import assessing
from applications.clocks import years_after
from applications.models import Application, Payer


@dataclass(frozen=True)
class Place:
    """One place that a project may stand in: its name in the facts, its words, and who bears what there by the text."""

    value: str
    label: str
    bearers: tuple[str, ...]


@dataclass(frozen=True)
class Bearing:
    """What the approver chose: the place, a payer for each bearer, and their sums in fen where the text has none."""

    place: str = ""
    payers: tuple[Payer, ...] = ()
    sums_fen: tuple[int, ...] = ()


def places_of(application: Application) -> tuple[Place, ...]:
    """Return the places by which the text of a case splits awards, none where it does not split them."""
    pack = assessing.pack_of(application)
    item = pack.sharing()
    if item is None:
        return ()
    assert item.sharing is not None
    _, by = item.sharing
    return tuple(Place(value, label, tuple(item.model.shares.get(label, {}))) for value, label in by.choices)


def _stated(application: Application, amount_fen: int, place: str) -> list[int]:
    """Return what each bearer bears of a sum at a place, as the rules say."""
    item = assessing.pack_of(application).sharing()
    assert item is not None
    assert item.sharing is not None
    base, by = item.sharing
    verdict = assessing.estimate_under(
        application.policy,
        item.id,
        assessing.readings_of(application),
        {base.name: assessing.plain_yuan(amount_fen), by.name: place},
        version=assessing.version_of(application),
    )
    return [share.fen or 0 for share in verdict.shares]


def why_not_bearing(application: Application, bearing: Bearing, amount_fen: int, payers: Sequence[Payer]) -> str:
    """Return what is missing or wrong about who bears an award, "" when it can be shared out."""
    if any(payer.authority_id != application.authority_id or payer.replaced_at for payer in bearing.payers):
        return "所选支付单位不是本单位现用的支付单位。"
    if len(set(bearing.payers)) != len(bearing.payers):
        return "同一支付单位不能承担两份。"
    places = places_of(application)
    if not places:
        return "本条款没有分担规定，只能选择一个支付单位。" if len(bearing.payers) > 1 else ""
    if len(payers) == 1 and not bearing.place:
        return ""
    place = next((place for place in places if place.value == bearing.place), None)
    if place is None:
        return "本政策的资金由各级财政分担，请选择项目所在区划。"
    if place.bearers:
        if len(bearing.payers) != len(place.bearers):
            return f"{place.label}的资金由{'、'.join(place.bearers)}承担，请依次选择{len(place.bearers)}个支付单位。"
        return "各级承担的金额由条文直接确定，不能另行填写。" if bearing.sums_fen else ""
    if not bearing.payers or len(bearing.payers) > 2 or len(bearing.sums_fen) != len(bearing.payers):
        return f"条文未定{place.label}的分担比例，请选择一个或两个支付单位并逐个填写承担金额。"
    if min(bearing.sums_fen) <= 0 or sum(bearing.sums_fen) != amount_fen:
        total, wanted = rules.yuan(sum(bearing.sums_fen)), rules.yuan(amount_fen)
        return f"各支付单位承担金额合计 {total} 元，应等于核定金额 {wanted} 元，且均大于0。"
    return ""


def shares_of(
    application: Application, parts_fen: Sequence[int], bearing: Bearing, payers: Sequence[Payer]
) -> list[list[tuple[Payer, int]]]:
    """
    Return for each instalment who bears how many fen of it; the parts sum to it exactly, and nobody bears nothing.

    `why_not_bearing` has found nothing wrong. Sums entered for the whole award are spread over the instalments by what
    has accrued, so that each payer comes to its sum in the end.
    """
    standard = next(payer for payer in payers if payer.standard)
    chosen = bearing.payers or (standard,)
    if bearing.sums_fen:
        spread = _spread(parts_fen, bearing.sums_fen)
    elif len(chosen) > 1 or bearing.place:
        spread = [_stated(application, part, bearing.place) for part in parts_fen]
    else:
        spread = [[part] for part in parts_fen]
    return [[(payer, fen) for payer, fen in zip(chosen, row, strict=True) if fen] for row in spread]


def _spread(parts_fen: Sequence[int], sums_fen: Sequence[int]) -> list[list[int]]:
    total, accrued, given = sum(parts_fen), 0, 0
    rows = []
    for part in parts_fen:
        accrued += part
        first = sums_fen[0] * accrued // total - given
        given += first
        rows.append([first, part - first][: len(sums_fen)])
    return rows


def due_days(count: int, decided_on: date, chosen: Sequence[date]) -> list[date | None]:
    """Return from when on each instalment may be paid: the first at once, the others as chosen, else a year apart."""
    later = list(chosen) or [years_after(decided_on, number) for number in range(1, count)]
    return [None, *later]


def why_not_days(count: int, decided_on: date, chosen: Sequence[date]) -> str:
    """Return what is wrong with chosen days of later instalments, "" for none or when they can stand."""
    if not chosen:
        return ""
    if len(chosen) != count - 1:
        return (
            f"本决定分{count}期，请填写后续{count - 1}期的最早拨付日期。"
            if count > 1
            else "本决定一次拨付，没有后续各期。"
        )
    if any(later <= before for before, later in zip([decided_on, *chosen], chosen, strict=False)):
        return "后续各期的最早拨付日期须晚于批准日期，并逐期递增。"
    return ""
