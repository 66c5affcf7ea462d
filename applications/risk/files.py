"""What files say of themselves: the program, the dates, what was done to them after they were made."""

import re
from datetime import date, timedelta

from applications.risk.case import Case, Finds, Found, Sheet
from applications.risk.registry import signal

PICTURE_EDITOR = re.compile(
    r"photoshop|illustrator|\bgimp\b|coreldraw|inkscape|affinity|pixelmator|paint\.net|美图|醒图|稿定", re.IGNORECASE
)
PDF_EDITOR = re.compile(
    r"foxit.*edit|phantompdf|pdf-?xchange editor|sejda|ilovepdf|smallpdf|pdfelement|福昕.*编辑|万兴|pdf24",
    re.IGNORECASE,
)
OFFICE = re.compile(r"\bword\b|\bexcel\b|\bwps\b|writer|libreoffice|openoffice", re.IGNORECASE)

# Papers that the applicant draws itself: a designer's program is at home there.
OWN_DRAWINGS = frozenset({"solution_paper", "model_card", "rack_list", "applicant_statement", "training_record"})
# Papers that come out of a system of the tax office, a bank or the social insurance, never out of a text program.
FROM_A_SYSTEM = frozenset({"invoice", "payment_voucher", "social_insurance_list", "business_licence"})
# Papers that others issue, who hand over what they have finished.
FROM_OTHERS = FROM_A_SYSTEM | {
    *("pue_report", "scale_report", "audit_report", "green_power_metering", "interest_statement"),
    *("localisation_inventory", "security_test_report", "acceptance_report", "model_filing", "algorithm_filing"),
}

# The days that stand on a paper once it is finished; the end of a contract lies ahead and is none of them.
DAYS = ("issued_on", "signed_on", "paid_on", "counted_on", "accepted_on", "declared_on", "filed_on", "published_on")
MEASURED = frozenset({"pue_report", "utilisation_log", "operation_log", "green_power_metering", "interest_statement"})
EARLY = timedelta(days=3)  # a draft is made a little before it is signed
WRONG_CLOCK = timedelta(days=3 * 365)  # older than that, the clock of the machine was not set
LATER = timedelta(days=2)


def day_of(sheet: Sheet) -> date | None:
    """Return the last day that a paper bears."""
    names = (*DAYS, "period_to") if sheet.slot in MEASURED else DAYS
    days = [day for name in names if (day := sheet.day(name))]
    return max(days, default=None)


def program_of(sheet: Sheet) -> str:
    """Return the programs that a file names."""
    return f"{sheet.marks.creator} {sheet.marks.producer}".strip() if sheet.marks else ""


@signal("pdf.early", "早于载明日期")
def made_before_its_day(case: Case) -> Finds:
    """The file is older than the day on the paper, or than the end of what it reports as measured."""
    for sheet in case.sheets:
        day, made = day_of(sheet), sheet.marks.created_on if sheet.marks else None
        if day and made and EARLY < day - made < WRONG_CLOCK:
            words = f"文件生成于 {made}，早于材料载明的日期 {day}，该日期的内容此时不可能形成"
            yield Found(35, words, sheet.pk, key=str(made))


@signal("pdf.editor", "图像编辑软件")
def left_by_an_editor(case: Case) -> Finds:
    """
    A paper of somebody else was last saved by a program for editing pictures, or PDF files.

    A scan from such a program is a picture that was worked on. Text that came through it (a report set by a designer)
    is text still, and where it was changed the traces are found: by itself it says little.
    """
    for sheet in case.sheets:
        program = program_of(sheet)
        if sheet.slot in OWN_DRAWINGS or not program:
            continue
        if PICTURE_EDITOR.search(program):
            words = f"{'文件' if sheet.digital else '扫描件'}由图像编辑软件保存（{program[:60]}）"
            yield Found(12 if sheet.digital else 30, words, sheet.pk, key=program)
        elif PDF_EDITOR.search(program) and sheet.slot in FROM_OTHERS:
            yield Found(14, f"文件由 PDF 编辑软件保存（{program[:60]}）", sheet.pk, key=program)


@signal("pdf.office", "文字处理软件")
def written_by_hand(case: Case) -> Finds:
    """An invoice or a bank's receipt with text of its own was written in an office program; a pasted scan is none."""
    for sheet in case.of(*FROM_A_SYSTEM):
        program = program_of(sheet)
        if sheet.digital and OFFICE.search(program):
            words = f"{sheet.label}应当由开具系统生成，本文件由文字处理软件生成（{program[:60]}）"
            yield Found(30, words, sheet.pk, key=program)


@signal("pdf.signed", "签名后改动")
def changed_after_signing(case: Case) -> Finds:
    """Pages were changed after the electronic signature."""
    for sheet in case.sheets:
        if sheet.marks and sheet.marks.changed_after_signing:
            yield Found(40, "文件在电子签名之后又改动了页面内容", sheet.pk)


@signal("pdf.revised", "出具后另存")
def saved_again(case: Case) -> Finds:
    """A digital paper of somebody else was saved again days after it was made; scanners and stamps do that too."""
    for sheet in case.of(*FROM_OTHERS):
        marks = sheet.marks
        if not sheet.digital or marks is None or marks.changed_after_signing:
            continue
        later = bool(marks.created_on and marks.modified_on and marks.modified_on - marks.created_on > LATER)
        if marks.revisions > 1 and later:
            words = f"文件生成于 {marks.created_on}，{marks.modified_on} 又在原文件上追加修改"
            yield Found(6, words, sheet.pk, key=str(marks.modified_on))
