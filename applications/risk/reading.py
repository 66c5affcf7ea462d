"""
Reading the files: programs, dates, revisions, traces, prints. Done once for each file by the worker, in small bites.

A file that cannot be read keeps a row that says so, and is not tried again.
"""

import io
import re
import time
from datetime import UTC, datetime, timedelta, timezone

import pypdfium2 as pdfium
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from PIL import Image, ImageOps, UnidentifiedImageError

from applications import previews, texts
from applications.models import Evidence, FileMark, PagePrint
from applications.risk import prints, tracing

PICTURES = ("image/jpeg", "image/png")
MOST_PAGES = 40
MOST_SECONDS = 8.0
ACROSS = 760  # pixels that a page is drawn across to be printed
LATE = 500  # how many rows a slow transaction may come after its neighbours

MADE = re.compile(r"D:(\d{4})(\d{2})(\d{2})(\d{2})?(\d{2})?(\d{2})?(?:([+-])(\d{2})'?(\d{2})?)?")
RANGE = re.compile(rb"/ByteRange\s*\[\s*\d+\s+\d+\s+(\d+)\s+(\d+)\s*\]")
PAGE_OBJECT = re.compile(rb"/Type\s*/Page\b")


def waiting() -> QuerySet[Evidence]:
    """
    Return files that nobody has read yet, oldest first; a PDF only once its text is read, which comes before.

    As with the texts, only the newest can be unread, so the search never walks over the whole table; nothing is read
    before an older paper whose text still waits, which would then be left behind.
    """
    behind = texts.waiting().values_list("pk", flat=True).first()
    last = FileMark.objects.aggregate(last=Max("evidence_id"))["last"] or 0
    ready = Q(content_type=texts.PDF, text__isnull=False) | Q(content_type__in=PICTURES)
    rows = Evidence.objects.in_use().filter(ready, marks=None, pk__gt=last - LATE).order_by("pk")
    return rows if behind is None else rows.filter(pk__lt=behind)


def read(evidence: Evidence, *, at: datetime) -> FileMark:
    """Read one file and keep what it says, with the prints of its pages."""
    marks, pages = FileMark(evidence=evidence, read_at=at), list[PagePrint]()
    try:
        with evidence.file.open("rb") as file:
            data = file.read()
        marks, pages = read_bytes(data, evidence, at)
    except FileNotFoundError:
        marks.problem = "文件不在存储中"
    except previews.CannotShow as reason:
        marks.problem = str(reason).removesuffix("。")
    with transaction.atomic():
        made, new = FileMark.objects.get_or_create(evidence=evidence, defaults=_values(marks))
        if new:
            PagePrint.objects.bulk_create(pages)
    return made


def _values(marks: FileMark) -> dict[str, object]:
    names = (*("producer", "creator", "created_at", "modified_at", "revisions", "changed_after_signing"), "scanned")
    return {name: getattr(marks, name) for name in (*names, "traces", "problem", "read_at")}


def read_bytes(data: bytes, evidence: Evidence, at: datetime) -> tuple[FileMark, list[PagePrint]]:
    """Return what a file says and the prints of its pages, unsaved. Raises CannotShow."""
    if data.startswith(b"%PDF-"):
        return _read_pdf(data, evidence, at)
    page = prints.of_picture(_picture(data))
    marks = FileMark(evidence=evidence, read_at=at, scanned=[1])
    return marks, [_row(evidence, 1, PagePrint.Kind.PICTURE, page)] if page else []


def _row(evidence: Evidence, page: int, kind: str, made: prints.Print) -> PagePrint:
    one, two, three, four = made.bands
    return PagePrint(
        evidence=evidence, page=page, kind=kind, band_1=one, band_2=two, band_3=three, band_4=four, detail=made.detail
    )


def _picture(data: bytes) -> Image.Image:
    """Return a picture upright and small. Raises CannotShow."""
    try:
        picture = Image.open(io.BytesIO(data), formats=["JPEG", "PNG"])
        picture.draft("L", (ACROSS, ACROSS))
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
        upright.thumbnail((ACROSS, ACROSS * 4))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise previews.CannotShow("图片无法读取。") from None
    paper = Image.new("RGB", upright.size, "white")
    paper.paste(upright, mask=upright.getchannel("A"))
    return paper


def _read_pdf(data: bytes, evidence: Evidence, at: datetime) -> tuple[FileMark, list[PagePrint]]:
    marks = FileMark(evidence=evidence, read_at=at)
    marks.revisions = min(revisions_of(data), 999)
    marks.changed_after_signing = changed_after_signing(data)
    rows: list[PagePrint] = []
    with previews.one_at_a_time():
        document = previews.opened(data)
        said = document.get_metadata_dict(skip_empty=True)
        count = len(document)
    marks.producer, marks.creator = _words(said.get("Producer")), _words(said.get("Creator"))
    marks.created_at, marks.modified_at = moment(said.get("CreationDate")), moment(said.get("ModDate"))
    began = time.monotonic()
    try:
        for place in range(min(count, MOST_PAGES)):
            if time.monotonic() - began > MOST_SECONDS:
                break
            with previews.one_at_a_time():
                picture, found, scanned = _read_page(document, place)
            marks.traces += found
            if scanned:
                marks.scanned.append(place + 1)
                made = prints.of_picture(picture) if picture else None
                rows += [_row(evidence, place + 1, PagePrint.Kind.PICTURE, made)] if made else []
    except pdfium.PdfiumError:
        raise previews.CannotShow("页面无法读取。") from None
    finally:
        with previews.one_at_a_time():
            document.close()
    marks.traces = marks.traces[:50]
    text = getattr(evidence, "text", None)
    for number, page in enumerate(text.pages[:MOST_PAGES] if text else (), start=1):
        if number not in marks.scanned and (made := prints.of_figures(prints.figures_of(page))):
            rows.append(_row(evidence, number, PagePrint.Kind.FIGURES, made))
    return marks, rows


def _read_page(document: pdfium.PdfDocument, place: int) -> tuple[Image.Image | None, list[dict[str, object]], bool]:
    """Return a page as a small picture where it is a scan, and its traces."""
    page = document[place]
    found, scanned = tracing.traces_of(page, place + 1)
    if not scanned:
        return None, found, False
    across, down = page.get_size()
    scale = min(ACROSS / across, (previews.MOST_PIXELS / (across * down)) ** 0.5)
    return page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil(), found, True


def _words(text: str | None) -> str:
    return (text or "").replace("\x00", "").strip()[:200]


def moment(text: str | None) -> datetime | None:
    """Read a moment as PDF files write it; one without a zone is taken as that of Shanghai."""
    found = MADE.match((text or "").strip())
    if not found:
        return None
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups()
    ahead = timedelta(hours=8)
    if sign:
        ahead = timedelta(hours=int(hours), minutes=int(minutes or 0)) * (1 if sign == "+" else -1)
    elif text and "Z" in text:
        ahead = timedelta()
    try:
        clock = (int(hour or 0), int(minute or 0), int(second or 0))
        return datetime(int(year), int(month), int(day), *clock, tzinfo=timezone(ahead)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def revisions_of(data: bytes) -> int:
    """Return how often a file was saved onto itself; one made for reading over the web ends twice by nature."""
    ends = data.count(b"%%EOF")
    return max(1, ends - (b"/Linearized" in data[:2048]))


def changed_after_signing(data: bytes) -> bool:
    """Return whether pages came after the last signature; proofs of the signature itself may."""
    ends = [int(start) + int(length) for start, length in RANGE.findall(data)]
    if not ends or max(ends) >= len(data):
        return False
    return PAGE_OBJECT.search(data, max(ends)) is not None
