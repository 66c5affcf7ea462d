"""Numbers that a register gives out: their form, their year and place, and what they must not be."""

import re
from collections import Counter
from datetime import date

from applications.checks.claim import FAIL, NO_DATA, PASS, Claim, Paper, Result, Results, day_in, state_of
from applications.checks.registry import look

# The first two digits of a Chinese region code (GB/T 2260), and the provinces as filings spell them.
PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]")
PROVINCE_NAME = re.compile(
    "beijing|tianjin|hebei|shanxi|neimenggu|liaoning|jilin|heilongjiang|shanghai|jiangsu|zhejiang|anhui|fujian|jiangxi|"
    "shandong|henan|hubei|hunan|guangdong|guangxi|hainan|chongqing|sichuan|guizhou|yunnan|xizang|shaanxi|gansu|"
    "qinghai|ningxia|xinjiang|bingtuan",
    re.IGNORECASE,
)
ALGORITHM = re.compile(r"网信算备([0-9]{2})[0-9]{4}[0-9]{9}([0-9]{2})[0-9]{4}号")
MODEL = re.compile(r"([A-Za-z]+)-[A-Za-z0-9_.]+-(20[0-9]{2})([0-9]{2})([0-9]{2})([0-9]{4})?")
HIGH_TECH = re.compile(r"GR(20[0-9]{2})([0-9]{2})[0-9]{6}")
FIRST_FILINGS = 22  # algorithms have been filed since 2022
CERTIFIED_YEARS = 6  # a CMA certificate is valid for six years
HIGH_TECH_YEARS = 3

# Codes by board: all of 北交所 are 920xxx since 9 October 2025, 43, 83 and 87 stay with the 新三板.
BOARDS = {
    "bse": ("北京证券交易所", re.compile(r"920[0-9]{3}"), "应为 920 开头"),
    "sse": ("上海证券交易所", re.compile(r"(60[0135]|68[89])[0-9]{3}"), "应为 600、601、603、605 或者 688、689 开头"),
    "szse": ("深圳证券交易所", re.compile(r"(00[0-3]|30[0-2])[0-9]{3}"), "应为 000 至 003 或者 300 至 302 开头"),
    "neeq": ("新三板", re.compile(r"(4[03]|42|83|87)[0-9]{4}"), "应为 43、83 或者 87 开头"),
    "regional": ("区域股权市场", re.compile(r"[0-9]{6}"), "应为 6 位数字"),
}
EXCHANGES = frozenset({"bse", "sse", "szse"})
BOARDS_OF_EVENT = {
    "regional_equity_market": frozenset({"regional"}),
    "neeq": frozenset({"neeq"}),
    "neeq_select_tier": frozenset({"neeq"}),
    "neeq_transfer_to_exchange": EXCHANGES,
    "direct_exchange_listing": EXCHANGES,
}


def _of(kind: str, paper: Paper, state: str, words: str, **inputs: object) -> Result:
    return Result(kind, f"slot:{paper.slot}", state, words, inputs, paper.pk)


@look("invoice.number")
def invoice_number_has_year_and_place(claim: Claim, kind: str) -> Results:
    """A 数电票 has 20 digits: year of issue, region, channel, serial."""
    for paper in claim.of("invoice"):
        number, day = paper.text("invoice_number"), paper.day("issued_on")
        if not number or day is None:
            yield _of(kind, paper, NO_DATA, "发票号码或者开票日期未录入", number=number)
            continue
        form = re.fullmatch(r"[0-9]{20}", number) is not None
        fits = form and number[:2] == f"{day.year % 100:02d}" and PROVINCE.fullmatch(number[2:4]) is not None
        words = f"发票号码 {number}：应为20位，前2位为开票年份 {day.year % 100:02d}，第3至4位为省级区划代码"
        yield _of(kind, paper, state_of(fits), words, number=number, issued_on=str(day))


@look("invoice.twice")
def invoice_is_counted_once(claim: Claim, kind: str) -> Results:
    """No invoice stands twice in the case."""
    papers = claim.of("invoice")
    counts = Counter(number for paper in papers if (number := paper.text("invoice_number")))
    if len(papers) > 1:
        doubled = [number for number, times in counts.items() if times > 1]
        words = f"{len(papers)}张发票的号码{'互不相同' if not doubled else '有重复：' + '、'.join(doubled)}"
        yield Result(kind, "slot:invoice", state_of(not doubled), words, {"numbers": sorted(counts.elements())})


@look("filing.algorithm")
def algorithm_number_is_well_formed(claim: Claim, kind: str) -> Results:
    """网信算备 + 21 digits + 号: region 6, body 9, year 2, serial 4; the year is not after the filing."""
    for paper in claim.of("algorithm_filing"):
        number, filed = paper.text("filing_number"), paper.day("filed_on")
        found = ALGORITHM.fullmatch(number)
        latest = (filed or paper.handed_in_on).year % 100
        fits = bool(found and PROVINCE.fullmatch(found[1]) and FIRST_FILINGS <= int(found[2]) <= latest)
        words = f"备案编号 {number or '未录入'}：应为“网信算备”加21位数字加“号”，区划、年份合理"
        yield _of(kind, paper, state_of(fits if number else None), words, number=number, filed_on=str(filed or ""))


@look("filing.model")
def model_number_is_well_formed(claim: Claim, kind: str) -> Results:
    """Province in pinyin – model – a real day (8 digits), or the day with a serial of 4 (12 digits)."""
    for paper in claim.of("model_filing"):
        number, filed = paper.text("filing_number"), paper.day("filed_on")
        found = MODEL.fullmatch(number)
        day = day_in(f"{found[2]}-{found[3]}-{found[4]}") if found else None
        fits = found is not None and PROVINCE_NAME.fullmatch(found[1]) is not None and day is not None
        fits = fits and day is not None and day <= (filed or paper.handed_in_on)
        words = f"备案编号 {number or '未录入'}：应为“省份拼音–模型–8位日期（或加4位序号）”，日期不晚于备案日期"
        yield _of(kind, paper, state_of(fits if number else None), words, number=number, filed_on=str(filed or ""))


@look("filing.kind")
def filing_is_no_registration(claim: Claim, kind: str) -> Results:
    """登记 (of an application that calls a filed model) is not 备案; X25 b takes both."""
    for paper in claim.of("model_filing"):
        stated = paper.text("filing_kind")
        both = claim.terms.letter("X25") == "b"
        state = NO_DATA if not stated else PASS if both or stated == "filing" else FAIL
        words = {"filing": "备案种类为“备案”", "registration": "备案种类为“登记”，不是“备案”"}.get(
            stated, "备案种类未录入"
        )
        yield _of(kind, paper, state, words, filing_kind=stated)


@look("filing.count")
def filings_are_as_many_as_declared(claim: Claim, kind: str) -> Results:
    """There are as many filing numbers as the claim counts models or algorithms."""
    for fact, slot in (("filed_models", "model_filing"), ("filed_algorithms", "algorithm_filing")):
        papers, declared = claim.of(slot), claim.number(fact)
        if not papers or declared is None:
            continue
        numbers = {number for paper in papers if (number := paper.text("filing_number"))}
        words = f"不同的备案编号 {len(numbers)} 个；申报 {claim.shown(fact)}"
        inputs = {"numbers": sorted(numbers), "declared": claim.facts[fact]}
        yield Result(kind, fact, state_of(len(numbers) >= declared), words, inputs, papers[0].pk)


@look("listing.code")
def listing_code_fits_the_board(claim: Claim, kind: str) -> Results:
    """The code is one that the board gives out today."""
    for paper in claim.of("listing_letter"):
        code, board = paper.text("code"), paper.text("board")
        if not code or board not in BOARDS:
            yield _of(kind, paper, NO_DATA, "证券代码或者板块未录入", code=code, board=board)
            continue
        name, form, words = BOARDS[board]
        old = (
            "；43、83、87 开头的旧代码自2025年10月9日起不再使用"
            if board == "bse" and code[:2] in {"43", "83", "87"}
            else ""
        )
        fits = form.fullmatch(code) is not None
        yield _of(kind, paper, state_of(fits), f"{name}代码 {code}：{words}{old}", code=code, board=board)


@look("listing.board")
def listing_board_fits_the_event(claim: Claim, kind: str) -> Results:
    """The board is one of those that the declared event leads to."""
    event = str(claim.facts.get("listing_event", ""))
    for paper in claim.of("listing_letter"):
        board = paper.text("board")
        known = board in BOARDS and event in BOARDS_OF_EVENT
        fits = board in BOARDS_OF_EVENT[event] if known else None
        words = f"板块 {BOARDS[board][0] if board in BOARDS else '未录入'}；申报事项 {claim.shown('listing_event')}"
        yield Result(kind, "listing_event", state_of(fits), words, {"board": board, "event": event}, paper.pk)


def _high_tech(claim: Claim) -> list[Paper]:
    return claim.of("recognition_paper") if claim.facts.get("newly_recognised_high_tech") is True else []


@look("hightech.number")
def high_tech_number_is_well_formed(claim: Claim, kind: str) -> Results:
    """GR + year of recognition + province + serial of 6."""
    for paper in _high_tech(claim):
        number, day = paper.text("certificate_number"), paper.day("recognised_on")
        found = HIGH_TECH.fullmatch(number)
        fits = bool(found and PROVINCE.fullmatch(found[2]) and (day is None or int(found[1]) == day.year))
        words = f"证书编号 {number or '未录入'}：应为 GR 加认定年份、2位省级代码、6位序号；认定日期 {day or '未录入'}"
        yield _of(kind, paper, state_of(fits if number else None), words, number=number, recognised_on=str(day or ""))


@look("hightech.valid")
def high_tech_certificate_is_valid(claim: Claim, kind: str) -> Results:
    """The certificate has not expired on 基准日: three years, or the stated end."""
    for paper in _high_tech(claim):
        day, event = paper.day("recognised_on"), claim.event_on
        if day is None or event is None:
            yield _of(kind, paper, NO_DATA, "认定日期或者基准日未录入")
            continue
        ends = paper.day("valid_to") or _years_later(day, HIGH_TECH_YEARS)
        words = f"认定日期 {day}，有效期至 {ends}；基准日 {event}"
        yield _of(
            kind, paper, state_of(day <= event <= ends), words, recognised_on=str(day), ends=str(ends), event=str(event)
        )


def _years_later(day: date, years: int) -> date:
    return date(day.year + years, day.month, min(day.day, 28) if day.month == 2 else day.day)


@look("cma.number")
def cma_number_is_in_its_years(claim: Claim, kind: str) -> Results:
    """A CMA number has 12 digits; the first two are the year of the certificate, valid for six years."""
    for paper in claim.of("pue_report"):
        number, issued = paper.text("cma_number"), paper.day("issued_on") or paper.handed_in_on
        form = re.fullmatch(r"[0-9]{12}", number) is not None
        age = issued.year % 100 - int(number[:2]) if form else -1
        words = (
            f"资质认定编号 {number or '未录入'}：应为12位，前2位为发证年份，报告签发（{issued.year}年）时在6年有效期内"
        )
        fits = (form and 0 <= age <= CERTIFIED_YEARS) if number else None
        yield _of(kind, paper, state_of(fits), words, number=number, issued_on=str(issued))


@look("bank.line")
def bank_line_number_has_twelve_digits(claim: Claim, kind: str) -> Results:
    """The line number of the paying bank has 12 digits and does not begin with 0."""
    for paper in claim.of("payment_voucher"):
        if number := paper.text("bank_line"):
            fits = re.fullmatch(r"[1-9][0-9]{11}", number) is not None
            yield _of(kind, paper, state_of(fits), f"付款行行号 {number}：应为12位数字，首位不为0", number=number)
