"""Invoices that were cut to fit, and sums too large for those who are said to have earned them."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from applications.flags import RUN
from applications.risk.case import Case, Finds, Found, Sheet, tidy
from applications.risk.registry import signal

LIMITS = tuple(Decimal(yuan) for yuan in (50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 4_000_000))
JUST_UNDER = Decimal("0.03")  # of the limit
MANY = 3
AT_ONCE = timedelta(days=20)  # between the first and the last of one purchase; fees of months lie further apart
ROUND = Decimal(10_000)
RICH_A_HEAD = Decimal(20_000_000)  # yuan of revenue for each insured person and year


def _by_seller(case: Case) -> dict[str, list[Sheet]]:
    found: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in case.of("invoice"):
        if sheet.text("seller") and sheet.number("total_yuan"):
            found[sheet.text("seller")].append(sheet)
    return found


def _follow(one: str, other: str) -> bool:
    if len(one) != len(other) or one[:-9] != other[:-9] or not (one[-9:].isdecimal() and other[-9:].isdecimal()):
        return False
    return abs(int(one[-9:]) - int(other[-9:])) <= RUN


def _under(value: Decimal) -> Decimal | None:
    """Return the limit that a sum lies just under."""
    return next((limit for limit in LIMITS if limit * (1 - JUST_UNDER) <= value < limit), None)


@signal("invoice.split", "拆分开票")
def cut_under_a_limit(case: Case) -> Finds:
    """
    Several invoices of one seller, each just under the same limit, and written at once or with numbers in a row.

    A fee that falls due month for month may lie just under a round sum for reasons of its own, and is weak.
    """
    for seller, sheets in _by_seller(case).items():
        under: dict[Decimal, list[Sheet]] = defaultdict(list)
        for sheet in sheets:
            value = sheet.number("total_yuan")
            if value is not None and (limit := _under(value)):
                under[limit].append(sheet)
        for limit, rows in under.items():
            if len(rows) < MANY:
                continue
            numbers = sorted(row.text("invoice_number") for row in rows)
            follow = any(_follow(one, other) for one, other in pairwise(numbers))
            at_once = _at_once(rows)
            words = f"{seller}开具的 {len(rows)} 张发票均略低于 {tidy(limit)} 元"
            words += "，且号码相连" if follow else "，且在同一时期开具" if at_once else ""
            points = 35 if follow else 30 if at_once else 10
            yield Found(points, words, rows[0].pk, key=f"{seller}|{limit}|{len(rows)}")


def _at_once(rows: list[Sheet]) -> bool:
    """Whether several of these invoices were written within days."""
    days = sorted(day for row in rows if (day := row.day("issued_on")))
    return any(last - first <= AT_ONCE for first, last in zip(days, days[MANY - 1 :], strict=False))


@signal("invoice.round", "整数开票")
def all_round(case: Case) -> Finds:
    """Several invoices of one seller, all of them whole ten-thousands: sums with tax are seldom round."""
    for seller, sheets in _by_seller(case).items():
        values = [value for sheet in sheets if (value := sheet.number("total_yuan"))]
        if len(values) > MANY and all(value % ROUND == 0 for value in values):
            words = f"{seller}开具的 {len(values)} 张发票价税合计全部为整万元"
            yield Found(18, words, sheets[0].pk, key=f"{seller}|{len(values)}")


@signal("staff.revenue", "人均收入异常")
def too_rich_for_so_few(case: Case) -> Finds:
    """Revenue that the insured staff can hardly have earned."""
    staff = max((n for sheet in case.of("social_insurance_list") if (n := sheet.number("insured_staff"))), default=None)
    for sheet in case.of("audit_report"):
        revenue = sheet.number("annual_revenue_yuan") or sheet.number("main_business_revenue_yuan")
        if staff and revenue and revenue / staff > RICH_A_HEAD:
            words = f"审计报告营业收入 {tidy(revenue)} 元，参保 {tidy(staff)} 人，人均超过 {tidy(RICH_A_HEAD)} 元"
            yield Found(30, words, sheet.pk, key=f"{revenue}/{staff}")
