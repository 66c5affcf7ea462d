"""Invented evidence: field values that fit each kind of paper, and a page that shows them."""

import html
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import rules
from applications.documents.fonts import fonts_ready
from applications.models import Applicant

FIXED: dict[str, Any] = {
    "accepted_by": "演示验收专家组",
    "accepted_on": "2025-06-30",
    "amount_yuan": "20000000.00",
    "card_count": 1600,
    "card_model": "演示智算卡 D1",
    "card_tflops_fp16": "2000",
    "cma_number": "260000000001",
    "cnas_number": "L00001",
    "commissioned_on": "2025-06-30",
    "conclusion": "验收合格，正式交付使用",
    "consumed_kwh": "52000000",
    "contest": "2026年“数据要素×”大赛（演示）",
    "contract_number": "演示合同2026-001",
    "drafter_rank": 1,
    "established_on": "2022-03-18",
    "fiscal_year": 2025,
    "generator": "演示光伏电站",
    "insured_staff": 86,
    "invoice_number": "26650000000000000001",
    "it_kwh": "10000000",
    "meter_numbers": "演示0001、演示0002",
    "method": "按作业调度日志逐时统计，全年平均",
    "month": "2026-06",
    "outages": 0,
    "period_from": "2025-07-01",
    "period_to": "2026-06-30",
    "platform": "绿色电力溯源平台（演示）",
    "loan_number": "演示借款2026-001",
    "project_code": "2412-659001-04-01-000001",
    "pue": "1.20",
    "registry": "演示市场监督管理局",
    "related_parties": False,
    "report_number": "演示报告2026-001",
    "site": "第十三师新星市演示大数据产业园1号楼",
    "standard": "GB/T 32910.3",
    "tax_yuan": "1200000.00",
    "total_kwh": "12000000",
    "total_yuan": "21200000.00",
    "utilisation_pct": "70",
}

STYLE = """
@page { size: A4; margin: 25mm 22mm }
html { font-family: "Noto Serif CJK SC", serif; font-size: 12pt; line-height: 1.8 }
h1 { text-align: center; font-size: 18pt; margin: 8mm 0 10mm }
table { width: 100%; border-collapse: collapse; table-layout: fixed }
th, td { border: .5pt solid #666; padding: 2mm 3mm; text-align: left; font-weight: normal }
th { width: 34%; background: #f3f3f3 }
.mark { color: #a00; text-align: center; margin-top: 14mm }
"""

BY_PATTERN = {
    "[0-9]{6}": "990001",
    "[0-9]{12}": "260000000001",
    "[0-9]{20}": "26650000000000000001",
    "网信算备[0-9]{21}号": "网信算备659001000000000260001号",
    "[A-Za-z]+-[A-Za-z0-9_.]+-(20[0-9]{6}|20[0-9]{10})": "XinJiang-YanShiModel-20260301",
}


# How a numbered paper of its own is written, by the pattern of its number.
NUMBERED = {
    "[0-9]{6}": "{:06d}",
    "[0-9]{20}": "2665{:016d}",
    "网信算备[0-9]{21}号": "网信算备659001{:015d}号",
    "[A-Za-z]+-[A-Za-z0-9_.]+-(20[0-9]{6}|20[0-9]{10})": "XinJiang-YanShi{:05d}-20260301",
}


EVENT_ON = date(2026, 6, 30)


def details_for(
    slot: "rules.Slot",
    applicant: Applicant,
    facts: Mapping[str, Any],
    subject: str,
    event_on: date | None = None,
    *,
    serial: int = 0,
) -> dict[str, Any]:
    """
    Return invented values for the fields of one kind of evidence that agree with the claim in every figure.

    Optional fields are filled where the claim gives them a value. With a `serial` the paper gets numbers of its own,
    so that no two claims stand on the same one.
    """
    agreed = _agreed(slot, facts, event_on or EVENT_ON)
    details = {}
    for field in slot.fields:
        if field.name in agreed or field.required:
            details[field.name] = agreed.get(field.name, _value(field, applicant, facts, subject))
    if slot.kind in {"invoice", "compute_contract", "payment_voucher"} and SELLERS & facts.keys():
        ours, theirs = {"invoice": ("seller", "buyer"), "compute_contract": ("seller", "buyer")}.get(
            slot.kind, ("payee", "payer")
        )
        details |= {ours: applicant.name, theirs: "演示算力需求单位"}
    fields = {field.name: field for field in slot.fields}
    for entry in slot.ledger:
        if serial and entry.number in details:
            details[entry.number] = _numbered(fields[entry.number], serial, details[entry.number])
    return details


def _numbered(field: "rules.Field", serial: int, value: str) -> str:
    """Return a number of its own; the name of a project stays what it is."""
    if field.name == "project_name":
        return value
    if field.multiple:
        return f"演示{serial:05d}甲、演示{serial:05d}乙"
    return NUMBERED.get(field.pattern, "演示" + field.label.removesuffix("编号") + "2026-{:05d}").format(serial)


SELLERS = frozenset({"annual_compute_sales_contract_fees_yuan", "out_of_province_compute_contracts_yuan"})
WITHOUT_TAX = frozenset({"rack_and_compute_equipment_cost_yuan"})
BUSINESS = ("annotation_revenue_yuan", "data_product_revenue_yuan", "model_service_revenue_yuan")
BOARDS = {
    "neeq": ("neeq", "879901"),
    "neeq_select_tier": ("neeq", "879901"),
    "neeq_transfer_to_exchange": ("bse", "920901"),
    "direct_exchange_listing": ("sse", "688901"),
}
CENT = Decimal("0.01")


def _agreed(slot: "rules.Slot", facts: Mapping[str, Any], event: date) -> dict[str, Any]:
    """Return the values of a kind of paper that follow from what the claim declares."""
    year = event.year
    if slot.kind == "pue_report" and "pue" in facts:
        energy = Decimal(FIXED["it_kwh"])
        return {"total_kwh": f"{(energy * Decimal(facts['pue'])).quantize(CENT):f}"}
    if slot.kind in {"invoice", "compute_contract", "purchase_contract", "payment_voucher", "settlement_statement"}:
        return _paid(slot, facts, year)
    if slot.kind == "interest_statement":
        return {
            "interest_yuan": facts.get("loan_interest_paid_yuan", "200000.00"),
            "period_from": f"{year}-01-01",
            "period_to": event.isoformat(),
        } | ({"period_from": f"{year - 1}-07-01"} if "interest_subsidy_months" in facts else {})
    if slot.kind == "audit_report":
        return _audited(slot, facts, year)
    if slot.kind == "green_power_metering" and "green_power_consumed_kwh" in facts:
        return {"consumed_kwh": facts["green_power_consumed_kwh"]}
    if slot.kind == "rack_list":
        racks = facts.get("racks", facts.get("physical_racks", 1200))
        share = Decimal(str(facts.get("compute_share_pct", "80")))
        return {"racks": racks, "compute_racks": int(racks * share / 100)}
    if slot.kind == "scale_report" and (scale := facts.get("scale_pflops_fp16", facts.get("built_part_pflops_fp16"))):
        return {"card_count": 1600, "card_tflops_fp16": _short(Decimal(scale) * 1000 / 1600)}
    if slot.kind == "social_insurance_list" and "staff" in facts:
        return {"insured_staff": facts["staff"]}
    if slot.kind == "localisation_inventory" and "localisation_pct" in facts:
        return {"software_pct": "100", "hardware_pct": facts["localisation_pct"]}
    if slot.kind == "award_certificate" and "prize_rank" in facts:
        return {"prize": str(facts["prize_rank"])}
    if slot.kind == "listing_letter":
        board, code = BOARDS.get(facts.get("listing_event", ""), ("regional", "990001"))
        return {"board": board, "code": code}
    if slot.kind == "recognition_paper" and facts.get("newly_recognised_high_tech"):
        return {"certificate_number": f"GR{year}65000001", "recognised_on": event.isoformat()}
    return {}


def _paid(slot: "rules.Slot", facts: Mapping[str, Any], year: int) -> dict[str, Any]:
    """Return sums and days of the papers about money: they cover the declared sums that the paper is to prove."""
    days = {
        "signed_on": f"{year}-01-01",
        "period_from": f"{year}-01-01",
        "period_to": f"{year}-12-31" if slot.kind == "compute_contract" else f"{year}-06-30",
        "issued_on": f"{year}-06-30",
        "paid_on": f"{year}-06-30",
    }
    found = {name: day for name, day in days.items() if name in {field.name for field in slot.fields}}
    money = [f.name for f in rules.load().facts.values() if f.kind == "money" and f.name in slot.facts]
    named = [name for name in money if name in facts]
    if not named:
        return found
    base = sum((Decimal(facts[name]) for name in named), Decimal(0))
    if slot.kind != "invoice":
        return found | {"amount_yuan": f"{base:.2f}"}
    net = base if set(named) <= WITHOUT_TAX else (base / Decimal("1.06")).quantize(CENT)
    tax = (net * Decimal("0.06")).quantize(CENT) if set(named) <= WITHOUT_TAX else base - net
    return found | {"total_yuan": f"{net + tax:.2f}", "tax_yuan": f"{tax:.2f}"}


def _audited(slot: "rules.Slot", facts: Mapping[str, Any], year: int) -> dict[str, Any]:
    """Return what an audit report lists: the year before, and the declared revenues under their own names."""
    listed: dict[str, Any] = {"fiscal_year": year - 1, "issued_on": f"{year}-03-31"}
    own = ("annual_revenue_yuan", "main_business_revenue_yuan")
    listed |= {name: facts[name] for name in own if name in facts}
    business = next((name for name in BUSINESS if name in facts and name in slot.facts), "")
    if business:
        listed["business_revenue_yuan"] = facts[business]
    if share := facts.get("cloud_service_revenue_pct"):
        listed |= {"annual_revenue_yuan": "100000000.00", "business_revenue_yuan": f"{Decimal(share) * 1000000:.2f}"}
    return listed


def _short(value: Decimal) -> str:
    """Write a number without the zeros at its end."""
    return f"{value.normalize():f}"


def _value(field: "rules.Field", applicant: Applicant, facts: Mapping[str, Any], subject: str) -> Any:
    if field.name in facts:
        return facts[field.name]
    if field.name == "credit_code":
        return applicant.uscc
    if field.name == "address":
        return applicant.registered_address
    if field.name in {"buyer", "holder", "payer", "winners"}:
        return applicant.name
    if field.name in {
        "project_name",
        "project_names",
        "model_name",
        "algorithm_name",
        "product_names",
        "standard_title",
    }:
        return subject or applicant.name
    if field.pattern in BY_PATTERN:
        return BY_PATTERN[field.pattern]
    if field.name in FIXED:
        return FIXED[field.name]
    return _by_kind(field)


def _by_kind(field: "rules.Field") -> Any:
    if field.kind == "date":
        return "2026-06-30"
    if field.kind == "choice":
        return field.choices[0][0]
    if field.kind == "bool":
        return True
    if field.kind == "integer":
        return 1
    if field.kind == "text":
        return f"演示{field.label}"
    return "1"


def paper(slot: "rules.Slot", applicant: Applicant, rows: Mapping[str, str], mark: str) -> bytes:
    """Return one piece of evidence as a one-page PDF."""
    return page(slot.label, slot.kind, applicant, rows, mark)


def page(title: str, kind: str, applicant: Applicant, rows: Mapping[str, str], mark: str) -> bytes:
    """
    Return a one-page PDF that shows the values, marked as invented.

    Without the letters' fonts or the libraries of WeasyPrint the page is in plain ASCII, so that the demo can be
    loaded on a machine where an administrator has not installed them yet.
    """
    if fonts_ready():
        return _plain_page(applicant.uscc, f"{mark} {kind}")
    try:
        from weasyprint import HTML  # slow to load, and its libraries may be missing  # noqa: PLC0415
    except OSError:
        return _plain_page(applicant.uscc, f"{mark} {kind}")
    cells = "".join(f"<tr><th>{html.escape(k)}</th><td>{html.escape(v)}</td></tr>" for k, v in rows.items())
    sheet = (
        f"<html lang='zh-CN'><style>{STYLE}</style><h1>{html.escape(title)}</h1>"
        f"<table><tr><th>单位名称</th><td>{html.escape(applicant.name)}</td></tr>{cells}</table>"
        f"<p class='mark'>演示材料，内容均为虚构，无任何效力（{html.escape(mark)}）</p></html>"
    )
    return HTML(string=sheet).write_pdf()


def _plain_page(code: str, mark: str) -> bytes:
    """Return a small hand-made PDF with one line of text."""
    ascii_mark = mark.encode("ascii", "ignore").decode()
    content = f"BT /F1 14 Tf 60 760 Td (DEMO - invented evidence - {code} - {ascii_mark}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        start,
    )


def value_text(field: "rules.Field", value: Any) -> str:
    """Return a detail as people read it."""
    if isinstance(value, date):
        return value.isoformat()
    return rules.format_fact(field, value)
