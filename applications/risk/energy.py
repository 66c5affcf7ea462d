"""Energy that physics or the seasons do not allow."""

import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import fmean, pstdev

from applications.checks.claim import number_in, whole_months
from applications.risk.case import Case, Finds, Found, Sheet, tidy
from applications.risk.registry import signal

# The best halls in the world measure about 1.05 over a year; below 1.03 pumps and transformers alone need more.
IMPOSSIBLE, RARE = Decimal("1.03"), Decimal("1.06")
# What a card draws with everything around it, more than any that are sold; and what a rack of a hall draws on average
# over all racks and months: single racks take more, but a case is pointed out only where both are exceeded.
CARD_KW, RACK_KW = Decimal(2), Decimal(40)
WINTER = frozenset({11, 12, 1, 2, 3})
WHOLE_YEAR, FEW_MONTHS = 12, 6
LEAST_MONTHS = 6
STEADY = 0.002  # of the mean: meters of the steadiest load differ by the length of the months alone
LISTED = re.compile(r"[\s,，;；、]+")


def _pue_of(sheet: Sheet) -> Decimal | None:
    """Return the lower of the stated and the computed value."""
    total, energy, stated = (sheet.number(name) for name in ("total_kwh", "it_kwh", "pue"))
    made = total / energy if total and energy else None
    return min((value for value in (made, stated) if value is not None), default=None)


@signal("pue.physics", "PUE 过低")
def below_what_is_possible(case: Case) -> Finds:
    """A PUE that no cooling reaches over a year."""
    for sheet in case.of("pue_report"):
        value = _pue_of(sheet)
        if value is not None and value < RARE:
            shown, impossible = value.quantize(Decimal("0.0001")), value < IMPOSSIBLE
            words = f"PUE {shown} {'低于' if value < 1 else '接近'}物理下限，配电损耗和制冷不可能如此之低"
            if not impossible:
                words = f"PUE {shown} 为罕见的低值，请核对测点和边界"
            yield Found(40 if impossible else 12, words, sheet.pk, key=str(shown))


@signal("pue.season", "测量期偏向冬季")
def measured_in_winter(case: Case) -> Finds:
    """A short measurement that lies in the cold months."""
    for sheet in case.of("pue_report"):
        period = sheet.period()
        if period is None:
            continue
        months = whole_months(*period)
        day, cold, days = period[0], 0, (period[1] - period[0]).days + 1
        for _ in range(min(days, 400)):
            cold += day.month in WINTER
            day += timedelta(days=1)
        if days > 0 and months < WHOLE_YEAR and cold * 10 >= min(days, 400) * 8:
            words = f"测量周期 {period[0]} 至 {period[1]} 只有 {months} 个月且集中在冬季，不代表全年"
            yield Found(30 if months < FEW_MONTHS else 14, words, sheet.pk, key=f"{period[0]}/{period[1]}")


@signal("pue.load", "电量超过装机")
def more_than_installed(case: Case) -> Finds:
    """More IT energy than the cards or racks shown can draw in the period."""
    cards = max((n for s in case.of("scale_report") if (n := s.number("card_count"))), default=None)
    listed = (n for s in case.of("rack_list") if (n := s.number("racks")))
    racks = max(listed, default=number_in(case.facts.get("racks")))
    for sheet in case.of("pue_report"):
        period, energy = sheet.period(), sheet.number("it_kwh")
        rooms = [count * each for count, each in ((cards, CARD_KW), (racks, RACK_KW)) if count]
        if period is None or energy is None or not rooms:
            continue
        most = max(rooms) * ((period[1] - period[0]).days + 1) * 24
        if energy > most:
            words = f"IT 设备耗电量 {tidy(energy)} 千瓦时超过所列设备满载可能的 {tidy(most)} 千瓦时"
            yield Found(30, words, sheet.pk, key=f"{energy}>{most}")


@signal("pue.bill", "低于电费单")
def below_the_bill(case: Case) -> Finds:
    """The total measured is less than what the power company charged for the same time."""
    for sheet in case.of("pue_report"):
        total, billed = sheet.number("total_kwh"), sheet.number("billed_kwh")
        if total is not None and billed is not None and total < billed:
            words = f"报告总耗电量 {tidy(total)} 千瓦时低于同期电费单 {tidy(billed)} 千瓦时"
            yield Found(30, words, sheet.pk, key=f"{total}<{billed}")


@signal("energy.flat", "逐月电量不变")
def months_never_vary(case: Case) -> Finds:
    """Monthly figures that are equal, or climb by equal steps: meters do neither."""
    for sheet in case.of("green_power_metering"):
        numbers = [number_in(part) for part in LISTED.split(sheet.text("monthly_kwh")) if part]
        months = [float(number) for number in numbers if number is not None]
        if len(months) < LEAST_MONTHS or len(months) < len(numbers) or not all(months):
            continue
        if pstdev(months) < STEADY * fmean(months):
            yield Found(30, f"逐月电量 {len(months)} 个月几乎不变，不合计量规律", sheet.pk)
        elif _climbs_evenly(months):
            yield Found(30, f"逐月电量 {len(months)} 个月按相同幅度增减，不合计量规律", sheet.pk)


def _climbs_evenly(months: Sequence[float]) -> bool:
    steps = [later - earlier for earlier, later in pairwise(months)]
    return max(steps) - min(steps) < STEADY * fmean(months)
