"""
Invented cases, honest and forged, with real files: the proof that the signals of risk find what they should.

Everything is drawn from one seed. A forged case is an honest one of which one thing was done that forgers do; all else
(programs, dates, sizes, order, names) comes from the same distributions. Honest cases have the innocent look-alikes:
shared accountants and parks, one letterhead for all reports of an institution, one seller for many buyers with numbers
in a row, young firms, a low but possible PUE, monthly fees just under a round sum, scans of one form, files saved again
by a scanner's program, watermarks, second signatures, receipts pasted into a text program.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.applications.fraud_papers import Patch, Run, Scan, Sheet, drawn, scanned, touched_up

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPENED = date(2026, 7, 1)  # the round
CLAUSES = ("xinxing-3", "xinxing-4b", "xinxing-5a", "xinxing-2")

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余杜叶程魏苏吕丁任卢"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文斌辉宇鹏浩然子轩梓涵思远嘉怡雨桐天佑晨曦若溪"
STEMS = "云智数星算天海金瑞华创科博远信达鼎盛泰和昌隆兴宏图睿捷锐诚新联合众益丰汇通源中广联启航"
TRADES = ("科技", "数据", "信息技术", "智能科技", "云计算", "网络科技", "大数据", "数字技术")
PARKS = tuple(f"新星市演示大数据产业园{number}号楼" for number in range(1, 9))
STREETS = ("黄田路", "天山大道", "戈壁路", "红星街", "光明路", "建设大道", "团结路", "和平街", "高新路", "新城大街")
INSTITUTIONS = tuple(f"演示{word}检测技术有限公司" for word in ("绿能", "中测", "西北", "华检", "天山", "数认"))
SELLERS = tuple(
    f"演示{word}算力服务有限公司" for word in ("天枢", "天璇", "天玑", "玉衡", "开阳", "摇光", "北辰", "南斗")
)
FIRMS = tuple(f"演示{word}会计师事务所" for word in ("天平", "正衡", "信诚", "瑞中", "兴华"))

# What files come out of, with how often: nothing here is only a forger's.
DIGITAL = (
    ("Microsoft® Word 2016", "Microsoft® Word 2016", 22),
    ("WPS 文字", "", 22),
    ("LibreOffice 7.4", "Writer", 8),
    ("Acrobat Distiller 20.0 (Windows)", "PScript5.dll Version 5.2.2", 8),
    ("Adobe PDF Library 15.0", "Acrobat PDFMaker 18 Word 版", 12),
    ("iText 2.1.7 by 1T3XT", "JasperReports", 12),
    ("Skia/PDF m120", "Chromium", 8),
    ("Microsoft: Print To PDF", "", 8),
)
SYSTEM = (
    ("iText® 5.5.13", "电子发票服务平台", 40),
    ("Apache PDFBox", "", 20),
    ("OFD Converter 2.1", "", 20),
    ("Skia/PDF m120", "Chromium", 12),
    ("Microsoft: Print To PDF", "", 8),
)
SCANNERS = (
    ("Canon iR-ADV C3520", "Canon", 20),
    ("KONICA MINOLTA bizhub C308", "KMBT", 20),
    ("Adobe Acrobat 20 Image Conversion Plug-in", "Adobe Acrobat 20", 14),
    ("CamScanner", "", 24),
    ("HP Scan", "HP Smart", 14),
    ("WPS 文字", "", 8),  # scans pasted into a text
)
RETOUCHED = (
    ("Adobe Photoshop for Windows", "Adobe Photoshop CC 2019"),
    ("GIMP 2.10", ""),
    ("Adobe PDF library 15.00", "Adobe Illustrator 24.0"),
)
EDITORS = (("Foxit PDF Editor", ""), ("PDFelement", ""), ("PDF24 Creator", ""))


@dataclass
class Body:
    """An applicant."""

    name: str
    person: str
    contact: str
    phone: str
    email: str
    address: str
    account: str
    founded_on: date
    user: int = -1  # the agency whose user files for it, -1 for one of its own


@dataclass
class Paper:
    """A paper of a case: its slot, what is typed of it, its page, what is shown on it as a name to be changed."""

    slot: str
    details: dict[str, Any]
    sheet: Sheet
    kind: str = "third"  # third, system, own


@dataclass
class Case:
    """A case, and what was done to it: "" for honest. `source` is where a thing was taken from, honest or not."""

    clause: str
    body: Body
    papers: list[Paper]
    filed_at: datetime
    forged: str = ""
    copied: bool = False  # an honest case from which a forger took something
    facts: dict[str, Any] = field(default_factory=dict)


def money(value: Decimal | int) -> str:
    return f"{Decimal(value):,.2f}"


CAPITALS = "零壹贰叁肆伍陆柒捌玖"


def capitals(fen: int) -> str:
    """Return a sum in capitals."""
    yuan, rest = divmod(fen, 100)
    words, zero = "", False
    for power, unit in ((8, "亿"), (4, "万"), (0, "")):
        part = yuan // 10**power % 10**4
        if not part:
            zero = bool(words)
            continue
        piece = ""
        for place, small in ((3, "仟"), (2, "佰"), (1, "拾"), (0, "")):
            digit = part // 10**place % 10
            if digit:
                piece += ("零" if zero and (words or piece) else "") + CAPITALS[digit] + small
                zero = False
            else:
                zero = zero or bool(words or piece)
        words += piece + unit
    tail = f"{CAPITALS[rest // 10]}角{CAPITALS[rest % 10]}分" if rest else "整"
    return f"{words}元{tail}"


class Maker:
    """Draws cases from one seed."""

    def __init__(self, seed: int):
        self.random = Random(seed)
        self.serials = {seller: self.random.randint(10**8, 9 * 10**8) for seller in SELLERS}
        self.busy = {seller: self.random.randint(20, 90) for seller in SELLERS}
        self.numbers: set[str] = set()
        self.agencies = [(self._phone(), f"daili{number}@example.com") for number in range(10)]
        self.names: set[str] = set()

    # ---- bodies

    def _phone(self) -> str:
        return f"1{self.random.choice('3578')}{self.random.randint(10**8, 10**9 - 1):09d}"

    def _person(self) -> str:
        r = self.random
        return r.choice(SURNAMES) + "".join(r.choice(GIVEN) for _ in range(r.choice((1, 2, 2, 2))))

    def body(self) -> Body:
        """Return an honest body."""
        r = self.random
        name = ""
        while not name or name in self.names:
            stem = "".join(r.choice(STEMS) for _ in range(r.choice((2, 2, 3))))
            name = f"演示{stem}{r.choice(TRADES)}有限公司"
        self.names.add(name)
        phone, email, user = self._phone(), f"info{r.randint(10**6, 10**7)}@example.com", -1
        if r.random() < 0.16:  # an accountant files for it
            user = r.randrange(len(self.agencies))
            phone, email = self.agencies[user]
            user = user if r.random() < 0.5 else -1
        address = f"新星市{r.choice(STREETS)}{r.randint(1, 999)}号{r.randint(1, 30)}层{r.randint(1, 40)}室"
        if r.random() < 0.18:
            address = r.choice(PARKS)
        founded = OPENED - timedelta(days=int(r.lognormvariate(7.1, 0.9)) + 150)
        if r.random() < 0.05:
            founded = OPENED - timedelta(days=r.randint(0, 110))
        account = f"62{r.randint(10**13, 10**14 - 1)}"
        return Body(name, self._person(), self._person(), phone, email, address, account, founded, user)

    # ---- how a page is handed in

    def _weighed(self, rows: Iterable[tuple[str, str, int]]) -> tuple[str, str]:
        rows = list(rows)
        producer, creator, _ = self.random.choices(rows, [row[2] for row in rows])[0]
        return producer, creator

    def _moment(self, day: date) -> datetime:
        r = self.random
        return datetime.combine(day, time(r.randint(8, 19), r.randint(0, 59), r.randint(0, 59)), SHANGHAI)

    def hand_in(self, paper: Paper, day: date, filed: date, form: str = "") -> Paper:
        """Give a page its form and what its file says, as honest people's files do."""
        r, sheet = self.random, paper.sheet
        weights = {"system": (0.62, 0.3, 0.08), "third": (0.5, 0.42, 0.08), "own": (0.6, 0.25, 0.15)}[paper.kind]
        sheet.form = form or r.choices(("digital", "scan", "picture"), weights)[0]
        if sheet.form == "digital":
            producer, creator = self._weighed(SYSTEM if paper.kind == "system" else DIGITAL)
            made = day + timedelta(days=min(int(r.expovariate(0.12)), max((filed - day).days, 0)))
        else:
            producer, creator = self._weighed(SCANNERS)
            made = max(day, filed - timedelta(days=r.randint(0, 25)))
            sheet.scan = Scan.of(r)
        if r.random() < 0.004 or (paper.kind == "own" and r.random() < 0.1):
            producer, creator = r.choice(RETOUCHED)
        elif r.random() < 0.02:
            producer, creator = r.choice(EDITORS)
        sheet.producer, sheet.creator, sheet.created = producer, creator, self._moment(made)
        if sheet.form == "digital" and r.random() < 0.1:
            sheet.signed = True
            sheet.after_signing = "proof" if r.random() < 0.4 else ""
        elif r.random() < 0.12:  # a stamp or a page number was put on it
            sheet.saved_again = True
            sheet.modified = sheet.created + timedelta(days=r.randint(0, 20), minutes=r.randint(1, 600))
        elif r.random() < 0.5:
            sheet.modified = sheet.created
        if r.random() < 0.15:
            words = r.choice(("仅供算力奖补申报使用", "复印件与原件一致", "SAMPLE COPY 2026"))
            face = "CJK" if not words.isascii() else "Helvetica"
            sheet.things.append(Run(120, 250, words, face, 44, turned=True, grey=0.8))
        return paper

    def page(self, head: str, title: str, rows: Iterable[tuple[str, str]], foot: str = "") -> Sheet:
        """Return a page: a letterhead, a title, labels with values, a foot. Faces differ from maker to maker."""
        r = self.random
        figures = r.choice(("Helvetica", "Times-Roman", "CJK"))
        things: list[Run | Patch] = [Run(72, 790, head, size=13), Run(210, 748, title, size=18)]
        y = 705.0
        for label, value in rows:
            things.append(Run(72, y, label))
            plain = value.isascii() and figures != "CJK"
            face = figures if plain else "CJK"
            if plain and label.startswith(("合计", "价税合计")) and r.random() < 0.5:
                face = figures.replace("-Roman", "") + "-Bold"
            things.append(Run(250, y, value, face))
            y -= 24
        things.append(Run(72, y - 20, foot or "本页内容真实有效，未经书面许可不得部分复制。", size=9))
        return Sheet(things)

    # ---- kinds of papers

    def report(self, body: Body, filed: date, **more: Any) -> Paper:
        """Return a PUE report."""
        r = self.random
        months = 12 if r.random() < 0.86 else r.randint(6, 10)
        last = date(2026, r.randint(4, 6), 1) - timedelta(days=1)
        first = date(last.year - (last.month <= months % 12 or months == 12), 1, 1)
        first = _months_back(last, months)
        cards = r.randint(200, 3000)
        hours = ((last - first).days + 1) * 24
        it = Decimal(int(cards * r.uniform(0.35, 1.1) * hours))
        pue = Decimal(str(round(max(r.gauss(1.24, 0.06), 1.09), 4)))
        if r.random() < 0.05:
            pue = Decimal(str(round(r.uniform(1.062, 1.09), 4)))  # cooled by immersion
        values = {"cards": cards, "it": it, "total": Decimal(int(it * pue)), "first": first, "last": last} | more
        institution = r.choice(INSTITUTIONS)
        issued = values["last"] + timedelta(days=r.randint(5, 40))
        issued = min(issued, filed - timedelta(days=1))
        total, it = values["total"], values["it"]
        number = f"JC-2026-{r.randint(10**5, 10**6)}"
        details = {
            "institution": institution,
            "cma_number": f"2{r.randint(10**10, 10**11 - 1)}",
            "report_number": number,
            "site": body.address,
            "period_from": values["first"].isoformat(),
            "period_to": values["last"].isoformat(),
            "total_kwh": str(total),
            "it_kwh": str(it),
            "pue": str((total / it).quantize(Decimal("0.0001"))),
            "billed_kwh": str(int(total * Decimal(str(r.uniform(0.93, 1.0))))),
            "issued_on": issued.isoformat(),
        }
        points = [(f"测点{place}", f"{int(total * Decimal(str(r.uniform(0.02, 0.3)))):,}") for place in range(1, 7)]
        rows = [
            ("委托单位", body.name),
            ("报告编号", number),
            ("检测周期", f"{values['first']} 至 {values['last']}"),
            ("总耗电量（千瓦时）", f"{total:,}"),
            ("IT 设备耗电量（千瓦时）", f"{it:,}"),
            ("PUE", details["pue"]),
            *points,
            ("电费单电量（千瓦时）", f"{int(details['billed_kwh']):,}"),
            ("签发日期", issued.isoformat()),
        ]
        paper = Paper("pue_report", details, self.page(institution, "检测报告", rows, "本报告仅对本次检测负责。"))
        return self.hand_in(paper, issued, filed)

    def cards(self, body: Body, filed: date, cards: int) -> Paper:
        """Return a report on the scale."""
        r = self.random
        issued = filed - timedelta(days=r.randint(2, 90))
        number = f"GM-2026-{r.randint(10**5, 10**6)}"
        details = {
            "institution": r.choice(INSTITUTIONS),
            "report_number": number,
            "card_model": r.choice(("演示智算卡 D1", "演示智算卡 D2", "演示加速卡 A10")),
            "card_count": cards,
            "issued_on": issued.isoformat(),
        }
        rows = [("委托单位", body.name), ("报告编号", number), ("算力卡型号", details["card_model"])]
        rows += [
            ("算力卡数量", str(cards)),
            ("批次流水", str(r.randint(10**6, 10**7))),
            ("签发日期", issued.isoformat()),
        ]
        return self.hand_in(
            Paper("scale_report", details, self.page(details["institution"], "算力规模报告", rows)), issued, filed
        )

    def invoice(
        self, body: Body, filed: date, seller: str, fen: int, day: date, form: str = "", number: str = ""
    ) -> Paper:
        """Return an invoice; the numbers of one seller run on from buyer to buyer."""
        number = number or self.number(seller, day)
        total = Decimal(fen) / 100
        tax = (total * 6 / 106).quantize(Decimal("0.01"))
        details = {
            "invoice_number": number,
            "issued_on": day.isoformat(),
            "buyer": body.name,
            "seller": seller,
            "total_yuan": f"{total:.2f}",
            "tax_yuan": f"{tax:.2f}",
        }
        rows = [
            ("发票号码", number),
            ("开票日期", day.isoformat()),
            ("购买方", body.name),
            ("销售方", seller),
            ("单价", money((total - tax) / 10)),
            ("金额", money(total - tax)),
            ("税额", money(tax)),
            ("价税合计（小写）", money(total)),
            ("价税合计（大写）", capitals(fen)),
        ]
        return self.hand_in(
            Paper("invoice", details, self.page("国家税务总局演示局", "电子发票", rows), "system"), day, filed, form
        )

    def number(self, seller: str, day: date, after: str = "") -> str:
        """Return the number of an invoice of a day, or the next free one after another."""
        serial = int(after[-9:]) + 1 if after else 0
        made = ""
        while not made or made in self.numbers:
            if not after:
                since = (day - date(2025, 1, 1)).days
                serial = self.serials[seller] + since * self.busy[seller] + self.random.randrange(self.busy[seller])
            made = f"2665{SELLERS.index(seller):07d}{serial:09d}"
            serial += 1
        self.numbers.add(made)
        return made

    def voucher(self, body: Body, filed: date, invoice: Paper) -> Paper:
        """Return the receipt of a bank."""
        r = self.random
        day = min(date.fromisoformat(invoice.details["issued_on"]) + timedelta(days=r.randint(0, 20)), filed)
        number = f"HD{r.randint(10**11, 10**12)}"
        fen = int(Decimal(invoice.details["total_yuan"]) * 100)
        details = {
            "receipt_number": number,
            "paid_on": day.isoformat(),
            "payer": body.name,
            "payee": invoice.details["seller"],
            "amount_yuan": invoice.details["total_yuan"],
        }
        rows = [
            ("回单编号", number),
            ("付款日期", day.isoformat()),
            ("付款人", body.name),
            ("收款人", details["payee"]),
        ]
        rows += [
            ("小写金额", money(Decimal(fen) / 100)),
            ("大写金额", capitals(fen)),
            ("流水号", str(r.randint(10**9, 10**10))),
        ]
        return self.hand_in(
            Paper("payment_voucher", details, self.page("演示银行", "电子回单", rows), "system"), day, filed
        )

    def contract(self, body: Body, filed: date, seller: str, fen: int, first: date) -> Paper:
        """Return a contract."""
        r = self.random
        signed = first - timedelta(days=r.randint(3, 60))
        number = f"HT-{signed.year}-{r.randint(10**4, 10**6)}"
        total = Decimal(fen) / 100
        details = {
            "contract_number": number,
            "seller": seller,
            "buyer": body.name,
            "amount_yuan": f"{total:.2f}",
            "period_from": first.isoformat(),
            "period_to": (first + timedelta(days=364)).isoformat(),
            "signed_on": signed.isoformat(),
            "related_parties": False,
        }
        rows = [("合同编号", number), ("甲方（需求方）", body.name), ("乙方（供给方）", seller)]
        rows += [("合同金额（小写）", money(total)), ("合同金额（大写）", capitals(fen))]
        rows += [
            ("首期付款", money(total * 3 / 10)),
            ("二期付款", money(total * 4 / 10)),
            ("签订日期", signed.isoformat()),
        ]
        return self.hand_in(Paper("compute_contract", details, self.page("", "算力服务合同", rows)), signed, filed)

    def audit(self, body: Body, filed: date, staff: int) -> Paper:
        """Return an audit report."""
        r = self.random
        issued = filed - timedelta(days=r.randint(10, 120))
        revenue = Decimal(round(staff * r.lognormvariate(13.3, 0.8) * 100)) / 100
        revenue = min(revenue, Decimal(staff) * 15_000_000)
        main = (revenue * Decimal(str(r.uniform(0.7, 0.98)))).quantize(Decimal("0.01"))
        number = f"演审字〔2026〕{r.randint(1000, 99999)}号"
        details = {
            "firm": r.choice(FIRMS),
            "report_number": number,
            "fiscal_year": 2025,
            "annual_revenue_yuan": f"{revenue:.2f}",
            "main_business_revenue_yuan": f"{main:.2f}",
            "issued_on": issued.isoformat(),
        }
        rows = [
            ("被审计单位", body.name),
            ("报告文号", number),
            ("营业收入", money(revenue)),
            ("主营业务收入", money(main)),
        ]
        rows += [(f"附注{place}", money(revenue * Decimal(str(r.uniform(0.01, 0.4))))) for place in range(1, 6)]
        rows += [("报告日期", issued.isoformat())]
        return self.hand_in(Paper("audit_report", details, self.page(details["firm"], "审计报告", rows)), issued, filed)

    def insured(self, body: Body, filed: date, staff: int) -> Paper:
        """Return the list of insured staff."""
        issued = filed - timedelta(days=self.random.randint(1, 30))
        details = {"insured_staff": staff, "month": "2026-06", "issued_on": issued.isoformat()}
        rows = [("单位名称", body.name), ("参保人数", str(staff)), ("打印流水", str(self.random.randint(10**8, 10**9)))]
        rows += [("出具日期", issued.isoformat())]
        paper = Paper("social_insurance_list", details, self.page("演示社会保险中心", "参保证明", rows), "system")
        return self.hand_in(paper, issued, filed)

    def meters(self, body: Body, filed: date, months: list[int] | None = None) -> Paper:
        """Return the settlement of green power by month."""
        r = self.random
        base = r.randint(200_000, 9_000_000)
        months = months or [int(base * r.uniform(0.97, 1.03) * days / 30.4) for days in MONTH_DAYS]
        day = date(2026, 6, 30)
        issued = min(day + timedelta(days=r.randint(2, 10)), filed)
        details = {
            "meter_numbers": f"DB{r.randint(10**9, 10**10)}",
            "period_from": "2025-07-01",
            "period_to": "2026-06-30",
            "consumed_kwh": str(sum(months)),
            "monthly_kwh": "、".join(str(value) for value in months),
            "supplier": "演示电力公司",
        }
        rows = [("用电单位", body.name), ("计量点", details["meter_numbers"])]
        rows += [(f"第{place}月电量", f"{value:,}") for place, value in enumerate(months, start=1)]
        rows += [("合计电量", f"{sum(months):,}")]
        return self.hand_in(
            Paper("green_power_metering", details, self.page("演示电力公司", "结算单", rows)), issued, filed
        )

    def photo_list(self, body: Body, filed: date, racks: int) -> Paper:
        """Return the list of racks that the applicant draws itself."""
        day = filed - timedelta(days=self.random.randint(1, 30))
        details = {"racks": racks, "compute_racks": int(racks * 0.8), "counted_on": day.isoformat()}
        rows = [("单位名称", body.name), ("机架总数", str(racks)), ("盘点日期", day.isoformat())]
        rows += [(f"机房{place}", str(self.random.randint(1000, 99999))) for place in range(1, 8)]
        return self.hand_in(Paper("rack_list", details, self.page("", "机架清单", rows), "own"), day, filed)

    # ---- honest cases

    def case(self, kind: str = "", body: Body | None = None) -> Case:
        """Return an honest case."""
        r = self.random
        filed = OPENED + timedelta(days=int(r.triangular(4, 60, 50)))
        body = body or self.body()
        kind = kind or r.choices(("centre", "buyer", "revenue", "green"), (36, 36, 16, 12))[0]
        clause, papers = {
            "centre": self._centre,
            "buyer": self._buyer,
            "revenue": self._revenue,
            "green": self._green,
        }[kind](body, filed)
        case = Case(clause, body, papers, self._moment(filed))
        if kind == "buyer":
            total = sum(Decimal(paper.details["total_yuan"]) for paper in _of(case, "invoice"))
            case.facts = {"annual_compute_contract_fees_yuan": f"{total:.2f}"}
        return case

    def _centre(self, body: Body, filed: date) -> tuple[str, list[Paper]]:
        cards = self.random.randint(200, 3000)
        papers = [self.report(body, filed, cards=cards), self.cards(body, filed, cards)]
        report = papers[0]
        hours = (_day(report, "period_to") - _day(report, "period_from")).days * 24 + 24
        if Decimal(report.details["it_kwh"]) > cards * hours * 2:  # as many cards as the energy needs
            papers[1] = self.cards(body, filed, int(Decimal(report.details["it_kwh"]) / hours) + 1)
        if self.random.random() < 0.5:
            racks = max(12, int(papers[1].details["card_count"] / self.random.uniform(8, 30)))
            papers.append(self.photo_list(body, filed, racks))
        return "xinxing-3", papers

    def _buyer(self, body: Body, filed: date) -> tuple[str, list[Paper]]:
        r = self.random
        seller = r.choice(SELLERS)
        first = date(2025, r.randint(6, 12), r.randint(1, 28))
        fee = r.random()
        count = r.randint(1, 5)
        if fee < 0.04:  # a monthly fee, just under a round sum for reasons of its own
            sums = [r.choice((98_000, 99_000, 49_000, 198_000)) * 100] * r.randint(3, 5)
        elif fee < 0.1:
            sums = [r.randint(2, 60) * 10_000 * 100 for _ in range(count)]
        else:
            sums = [int(r.lognormvariate(12.2, 1.0) * 100) for _ in range(count)]
        papers = [self.contract(body, filed, seller, sum(sums), first)]
        for place, fen in enumerate(sums):
            day = min(first + timedelta(days=30 * (place + 1) + r.randint(0, 6)), filed - timedelta(days=1))
            papers.append(self.invoice(body, filed, seller, fen, day))
            if r.random() < 0.4:
                papers.append(self.voucher(body, filed, papers[-1]))
        return "xinxing-4b", papers

    def _revenue(self, body: Body, filed: date) -> tuple[str, list[Paper]]:
        staff = max(3, int(self.random.lognormvariate(3.3, 0.9)))
        return "xinxing-5a", [self.audit(body, filed, staff), self.insured(body, filed, staff)]

    def _green(self, body: Body, filed: date) -> tuple[str, list[Paper]]:
        return "xinxing-2", [self.meters(body, filed), self.report(body, filed)]


MONTH_DAYS = (31, 31, 30, 31, 30, 31, 31, 28, 31, 30, 31, 30)


def _months_back(last: date, months: int) -> date:
    """Return the first day of a period of whole months that ends with the last day of one."""
    number = last.year * 12 + last.month - months
    return date(number // 12, number % 12 + 1, 1)


def _day(paper: Paper, name: str) -> date:
    return date.fromisoformat(paper.details[name])


def _of(case: Case, *slots: str) -> list[Paper]:
    return [paper for paper in case.papers if paper.slot in slots]


def _run(paper: Paper, text: str) -> Run:
    """Return where a text stands on a page."""
    return next(thing for thing in paper.sheet.things if isinstance(thing, Run) and text in thing.text)


def _replace(paper: Paper, old: Run, new: Run) -> None:
    paper.sheet.things[paper.sheet.things.index(old)] = new


def _digital(maker: Maker, paper: Paper) -> None:
    """Let a page be handed in as a digital file, with a file's marks of that kind."""
    sheet = paper.sheet
    if sheet.form != "digital":
        sheet.form, sheet.scan = "digital", None
        rows = SYSTEM if paper.kind == "system" else DIGITAL
        sheet.producer, sheet.creator = maker._weighed(rows)


# ---- what forgers do -------------------------------------------------------------------------------------------------


def reused_scan(maker: Maker, cases: list[Case]) -> list[Case]:
    """A scanned paper goes from hand to hand: other names are laid over it and it is saved again."""
    r = maker.random
    source = maker.case("centre")
    source_paper = source.papers[0]
    maker.hand_in(source_paper, _day(source_paper, "issued_on"), source.filed_at.date(), "scan")
    source_paper.sheet.photo = scanned(drawn(source_paper.sheet.things), source_paper.sheet.scan or Scan.of(r))
    made = [source]
    for _ in range(r.randint(1, 2)):
        case = maker.case("centre")
        paper = case.papers[0]
        maker.hand_in(paper, _day(paper, "issued_on"), case.filed_at.date(), r.choice(("scan", "scan", "picture")))
        hard = r.random() < 0.12
        paper.sheet.photo = touched_up(source_paper.sheet.photo, r, patches=r.randint(1, 4), hard=hard)
        made.append(case)
    if r.random() < 0.25:
        source.copied = True
    return made


def copied_report(maker: Maker, cases: list[Case]) -> list[Case]:
    """A report is written off: name, number and a few figures are others."""
    r = maker.random
    source = maker.case("centre")
    paper = source.papers[0]
    _digital(maker, paper)
    made = [source]
    for _ in range(r.randint(1, 2)):
        case = maker.case("centre")
        own = case.papers[0]
        _digital(maker, own)
        things = list(paper.sheet.things)
        own.details |= {name: paper.details[name] for name in ("total_kwh", "it_kwh", "pue", "billed_kwh")}
        own.details |= {name: paper.details[name] for name in ("period_from", "period_to")}
        number = own.details["report_number"]
        words = {paper.details["report_number"]: number, source.body.name: case.body.name}
        words[paper.details["issued_on"]] = own.details["issued_on"]
        changed = [_renamed(thing, words) for thing in things]
        for _ in range(r.randint(0, 2)):
            place = r.choice([n for n, thing in enumerate(changed) if isinstance(thing, Run) and "," in thing.text])
            changed[place] = replace(changed[place], text=f"{r.randint(10**5, 10**7):,}")
        own.sheet.things = changed
        made.append(case)
    if r.random() < 0.25:
        source.copied = True
    return made


def _renamed(thing: Run | Patch, words: dict[str, str]) -> Run | Patch:
    if isinstance(thing, Run):
        for old, new in words.items():
            thing = replace(thing, text=thing.text.replace(old, new))
    return thing


def _raise(maker: Maker, paper: Paper, name: str) -> tuple[str, str]:
    """Raise a sum as a forger does, in the typed fields too; return how it is written before and after."""
    old = Decimal(paper.details[name])
    new = (old * maker.random.choice((2, 3, 5, 10))).quantize(Decimal("0.01"))
    paper.details[name] = f"{new:.2f}"
    return money(old), money(new)


def edited_over(maker: Maker, cases: list[Case]) -> list[Case]:
    """A sum is covered in a digital file and another written over it; some print and scan it then."""
    case = maker.case("buyer")
    paper = maker.random.choice(_of(case, "invoice", "compute_contract"))
    _digital(maker, paper)
    name = "total_yuan" if paper.slot == "invoice" else "amount_yuan"
    old, new = _raise(maker, paper, name)
    run = _run(paper, old)
    if maker.random.random() < 0.7:
        paper.sheet.things.append(Patch(run.x - 1, run.y - 3, 110, run.size + 4))
    paper.sheet.things.append(Run(run.x, run.y, new, run.face if run.face != "CJK" else "Helvetica", run.size))
    if maker.random.random() < 0.1:
        paper.sheet.form, paper.sheet.scan = "scan", Scan.of(maker.random)
    return [case]


def retouched(maker: Maker, cases: list[Case]) -> list[Case]:
    """A paper of somebody else goes through a program for pictures, whose name stays in the file."""
    case = maker.case(maker.random.choice(("centre", "buyer", "revenue")))
    paper = next(paper for paper in case.papers if paper.kind != "own")
    paper.sheet.form, paper.sheet.scan = "scan", paper.sheet.scan or Scan.of(maker.random)
    paper.sheet.producer, paper.sheet.creator = maker.random.choice(RETOUCHED)
    return [case]


def changed_after_signing(maker: Maker, cases: list[Case]) -> list[Case]:
    """A signed file gets another page content."""
    case = maker.case(maker.random.choice(("centre", "buyer")))
    paper = case.papers[0]
    _digital(maker, paper)
    paper.sheet.signed, paper.sheet.after_signing, paper.sheet.saved_again = True, "page", False
    return [case]


def figures_only(maker: Maker, cases: list[Case]) -> list[Case]:
    """The figures are raised and the capitals forgotten."""
    case = maker.case("buyer")
    paper = maker.random.choice(_of(case, "invoice", "compute_contract"))
    _digital(maker, paper)
    old, new = _raise(maker, paper, "total_yuan" if paper.slot == "invoice" else "amount_yuan")
    run = _run(paper, old)
    _replace(paper, run, replace(run, text=new))
    return [case]


def backdated(maker: Maker, cases: list[Case]) -> list[Case]:
    """A report was finished before what it reports had happened."""
    case = maker.case("centre")
    paper = case.papers[0]
    _digital(maker, paper)
    made = _day(paper, "issued_on") - timedelta(days=maker.random.randint(6, 120))
    paper.sheet.created, paper.sheet.modified = maker._moment(made), None
    return [case]


def invented_pue(maker: Maker, cases: list[Case]) -> list[Case]:
    """A PUE that cannot be, or more energy than the cards can draw."""
    r = maker.random
    case = maker.case("centre")
    report, cards = case.papers[0], case.papers[1]
    filed = case.filed_at.date()
    if r.random() < 0.6:
        it = Decimal(report.details["it_kwh"])
        made = maker.report(case.body, filed, it=it, total=Decimal(int(it * Decimal(str(r.uniform(0.97, 1.028))))))
    else:
        it = Decimal(int(cards.details["card_count"] * 24 * 365 * r.uniform(2.3, 6)))
        made = maker.report(case.body, filed, it=it, total=Decimal(int(it * Decimal(str(r.uniform(1.1, 1.25))))))
    case.papers[0] = made
    return [case]


def winter_only(maker: Maker, cases: list[Case]) -> list[Case]:
    """A PUE measured in a few cold months."""
    r = maker.random
    case = maker.case("centre")
    first = date(2025, r.choice((11, 12)), 1)
    last = first + timedelta(days=r.randint(25, 125))
    it = Decimal(int(case.papers[1].details["card_count"] * 24 * (last - first).days * r.uniform(0.3, 0.9)))
    total = Decimal(int(it * Decimal(str(r.uniform(1.09, 1.2)))))
    case.papers[0] = maker.report(case.body, case.filed_at.date(), it=it, total=total, first=first, last=last)
    return [case]


def flat_months(maker: Maker, cases: list[Case]) -> list[Case]:
    """Meters that never vary, or climb by equal steps."""
    r = maker.random
    case = maker.case("green")
    base, step = r.randint(300_000, 5_000_000), r.choice((0, 0, 1000, 5000))
    months = [base + step * place + r.randint(0, 40) for place in range(12)]
    case.papers[0] = maker.meters(case.body, case.filed_at.date(), months)
    return [case]


def split_invoices(maker: Maker, cases: list[Case]) -> list[Case]:
    """One purchase in many invoices, each just under a limit, written one after the other."""
    r = maker.random
    case = maker.case("buyer")
    seller, filed = r.choice(SELLERS), case.filed_at.date()
    limit = r.choice((50_000, 100_000, 500_000))
    day = date(2026, r.randint(1, 5), r.randint(1, 28))
    case.papers, number = case.papers[:1], ""
    follow = r.random() < 0.75
    for _ in range(r.randint(3, 7)):
        fen = int(limit * r.uniform(0.972, 0.9995) * 100)
        number = maker.number(seller, day, number if follow else "")
        case.papers.append(maker.invoice(case.body, filed, seller, fen, day, number=number))
    return [case]


def shell_group(maker: Maker, cases: list[Case]) -> list[Case]:
    """Bodies founded for the round, with one account or one owner behind them."""
    r = maker.random
    first = maker.body()
    made = []
    shared = r.sample(("account", "person", "address", "phone"), r.randint(2, 3))
    if not {"account", "person"} & set(shared):
        shared[0] = r.choice(("account", "person"))
    for _ in range(r.randint(3, 4)):
        body = maker.body()
        for name in shared:
            setattr(body, name, getattr(first, name))
        if r.random() < 0.6:
            body.founded_on = OPENED - timedelta(days=r.randint(0, 60))
        made.append(maker.case(r.choice(("buyer", "revenue")), body))
    return made


def digit_changed(maker: Maker, cases: list[Case]) -> list[Case]:
    """An invoice that was used already comes back with one digit changed."""
    r = maker.random
    source, case = maker.case("buyer"), maker.case("buyer")
    old = r.choice(_of(source, "invoice"))
    number = list(old.details["invoice_number"])
    place = r.randint(4, 19)
    number[place] = r.choice([digit for digit in "0123456789" if digit != number[place]])
    fen = int(Decimal(old.details["total_yuan"]) * 100)
    filed = case.filed_at.date()
    case.papers.append(
        maker.invoice(case.body, filed, old.details["seller"], fen, _day(old, "issued_on"), number="".join(number))
    )
    source.copied = True
    return [source, case]


def another_face(maker: Maker, cases: list[Case]) -> list[Case]:
    """A sum is changed in place by a program that lacks the face of the rest; the capitals are mended too."""
    case = maker.case("buyer")
    paper = maker.random.choice(_of(case, "compute_contract", "invoice"))
    _digital(maker, paper)
    name = "total_yuan" if paper.slot == "invoice" else "amount_yuan"
    before = Decimal(paper.details[name])
    old, new = _raise(maker, paper, name)
    run = _run(paper, old)
    faces = [face for face in ("Helvetica", "Times-Roman", "Courier") if face != run.face]
    others = {thing.face for thing in paper.sheet.things if isinstance(thing, Run)}
    face = maker.random.choice([face for face in faces if face.split("-")[0] not in {o.split("-")[0] for o in others}])
    _replace(paper, run, replace(run, text=new, face=face))
    words = _run(paper, capitals(int(before * 100)))
    _replace(paper, words, replace(words, text=capitals(int(Decimal(paper.details[name]) * 100))))
    return [case]


def typed_invoice(maker: Maker, cases: list[Case]) -> list[Case]:
    """An invoice is written in a text program."""
    case = maker.case("buyer")
    paper = maker.random.choice(_of(case, "invoice"))
    paper.sheet.form, paper.sheet.scan = "digital", None
    paper.sheet.producer, paper.sheet.creator = maker.random.choice(DIGITAL[:3])[:2]
    return [case]


def inflated_revenue(maker: Maker, cases: list[Case]) -> list[Case]:
    """Revenue that so few people cannot have earned."""
    r = maker.random
    case = maker.case("revenue")
    staff = r.randint(1, 4)
    filed = case.filed_at.date()
    audit = maker.audit(case.body, filed, int(staff * r.uniform(2, 8)) * 10)
    audit.details["annual_revenue_yuan"] = f"{staff * r.randint(21_000_000, 80_000_000)}.{r.randint(10, 99)}"
    old = next(thing for thing in audit.sheet.things if isinstance(thing, Run) and thing.text == "营业收入")
    value = audit.sheet.things[audit.sheet.things.index(old) + 1]
    assert isinstance(value, Run)
    _replace(audit, value, replace(value, text=money(Decimal(audit.details["annual_revenue_yuan"]))))
    case.papers = [audit, maker.insured(case.body, filed, staff)]
    return [case]


def typed_more(maker: Maker, cases: list[Case]) -> list[Case]:
    """What is typed is more than what the paper says."""
    case = maker.case("buyer")
    paper = maker.random.choice(_of(case, "invoice"))
    _digital(maker, paper)
    _raise(maker, paper, "total_yuan")
    return [case]


Forger = Callable[[Maker, list[Case]], list[Case]]
FORGERS: tuple[Forger, ...] = (
    *(reused_scan, copied_report, edited_over, retouched, changed_after_signing, figures_only, backdated),
    *(invented_pue, winter_only, flat_months, split_invoices, shell_group, digit_changed, another_face),
    *(typed_invoice, inflated_revenue, typed_more),
)

# The kinds of signal that are meant to find what a forger did.
MEANT = {
    "reused_scan": ("page.same",),
    "copied_report": ("figures.same",),
    "edited_over": ("amount.overlay",),
    "retouched": ("pdf.editor",),
    "changed_after_signing": ("pdf.signed",),
    "figures_only": ("amount.capitals",),
    "backdated": ("pdf.early",),
    "invented_pue": ("pue.physics", "pue.load"),
    "winter_only": ("pue.season",),
    "flat_months": ("energy.flat",),
    "split_invoices": ("invoice.split",),
    "shell_group": ("body.account", "group.round"),
    "digit_changed": ("number.near",),
    "another_face": ("amount.font",),
    "typed_invoice": ("pdf.office",),
    "inflated_revenue": ("staff.revenue",),
    "typed_more": ("amount.field",),
}


def cases(seed: int, *, honest: int, forged: int) -> Iterator[Case]:
    """Yield so many honest cases at least and forged ones of every kind, in one shuffled order."""
    maker = Maker(seed)
    found: list[Case] = []
    each = -(-forged // len(FORGERS))
    for forger in FORGERS:
        made: list[Case] = []
        while sum(not case.copied for case in made) < each:
            made += forger(maker, found)
        for case in made:
            case.forged = "" if case.copied else forger.__name__
        found += made
    found += [maker.case() for _ in range(honest - sum(case.copied for case in found))]
    maker.random.shuffle(found)
    yield from found
