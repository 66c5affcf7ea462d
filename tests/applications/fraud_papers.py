"""
Paper for invented cases: real PDF files, scans and photographs of forms, written by hand so that nothing is uniform.

Chinese text uses a face that every reader knows (STSong-Light), so that no font is needed to make a text layer; the
pictures of scans are drawn by pdfium from those pages, then turned, shifted, lit, speckled and compressed.
"""

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random

import numpy as np
import pypdfium2 as pdfium
from PIL import Image

FACES = ("Helvetica", "Times-Roman", "Courier", "Helvetica-Bold", "Times-Bold")


@dataclass(frozen=True)
class Run:
    """One run of text: where it begins, in which face (CJK or one of FACES), how large, what it says."""

    x: float
    y: float
    text: str
    face: str = "CJK"
    size: float = 11.0
    turned: bool = False
    grey: float = 0.0


@dataclass(frozen=True)
class Patch:
    """A white rectangle."""

    x: float
    y: float
    width: float
    height: float


@dataclass
class Sheet:
    """One page to be made: what is drawn in its order, in which form it is handed in, what the file says of itself."""

    things: list[Run | Patch]
    form: str = "digital"  # digital, scan, picture
    producer: str = ""
    creator: str = ""
    created: datetime | None = None
    modified: datetime | None = None
    signed: bool = False
    after_signing: str = ""  # "", "proof", "page"
    saved_again: bool = False
    scan: "Scan | None" = None
    stamped: str = ""  # typed onto the scan in the middle of the page
    photo: Image.Image | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Scan:
    """How a page lay on the glass: degrees, pixels, light, speckles, quality."""

    turn: float
    across: float
    down: float
    light: float
    speckle: float
    quality: int
    seed: int
    kind: str = "JPEG"

    @classmethod
    def of(cls, random: Random) -> "Scan":
        """Return how some page lay."""
        return cls(
            turn=random.gauss(0, 0.45),
            across=random.gauss(0, 7),
            down=random.gauss(0, 9),
            light=random.uniform(0.9, 1.06),
            speckle=random.uniform(2, 9),
            quality=random.randint(45, 88),
            seed=random.getrandbits(32),
            kind="PNG" if random.random() < 0.08 else "JPEG",
        )


# ---- PDF ------------------------------------------------------------------------------------------------------------


def _shown(run: Run) -> bytes:
    if run.face == "CJK":
        return b"<" + run.text.encode("utf-16-be").hex().encode() + b">"
    return b"(" + run.text.replace("(", "\\(").replace(")", "\\)").encode("latin-1", "replace") + b")"


def _content(things: Sequence[Run | Patch], scan: bool = False) -> bytes:
    parts = [b"q 595 0 0 842 0 0 cm /Scan Do Q"] if scan else []
    for thing in things:
        if isinstance(thing, Patch):
            parts.append(b"1 1 1 rg %.1f %.1f %.1f %.1f re f" % (thing.x, thing.y, thing.width, thing.height))
            continue
        name = b"C" if thing.face == "CJK" else b"F%d" % FACES.index(thing.face)
        place = (0.7, 0.7, -0.7, 0.7) if thing.turned else (1, 0, 0, 1)
        parts.append(
            b"BT %.2f g /%s %.1f Tf %.2f %.2f %.2f %.2f %.1f %.1f Tm %s Tj ET"
            % (thing.grey, name, thing.size, *place, thing.x, thing.y, _shown(thing))
        )
    return b"\n".join(parts)


def _date(moment: datetime) -> bytes:
    return moment.strftime("D:%Y%m%d%H%M%S+08'00'").encode()


def _text(words: str) -> bytes:
    return b"<feff" + words.encode("utf-16-be").hex().encode() + b">"


def _info(sheet: Sheet) -> bytes:
    parts = []
    if sheet.producer:
        parts.append(b"/Producer " + _text(sheet.producer))
    if sheet.creator:
        parts.append(b"/Creator " + _text(sheet.creator))
    if sheet.created:
        parts.append(b"/CreationDate (" + _date(sheet.created) + b")")
    if sheet.modified:
        parts.append(b"/ModDate (" + _date(sheet.modified) + b")")
    return b"<<" + b"".join(parts) + b">>"


FIXED = (
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
    (
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 7 0 R/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/W[1[500] 814[500 500]]>>"
    ),
    (
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 700"
        b"/StemV 80/FontBBox[0 -200 1000 900]>>"
    ),
)


def _stream(body: bytes, more: bytes = b"", packed: bool = True) -> bytes:
    if packed:
        body, more = zlib.compress(body), more + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (more, len(body), body)


def pdf(sheet: Sheet, picture: bytes = b"", size: tuple[int, int] = (0, 0)) -> bytes:
    """Return the file of a page; with a picture it is a scan."""
    things = sheet.things if not picture else []
    if sheet.stamped and picture:
        things = [Run(210, 430, sheet.stamped, "Helvetica", 12)]
    fonts = b"".join(b"/F%d %d 0 R" % (number, 8 + number) for number in range(len(FACES)))
    resources = b"<</Font<</C 5 0 R%s>>%s>>" % (fonts, b"/XObject<</Scan 14 0 R>>" if picture else b"")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources%s>>" % resources,
        _stream(_content(things, bool(picture))),
        *FIXED,
        *(b"<</Type/Font/Subtype/Type1/BaseFont/%s>>" % face.encode() for face in FACES),
        _info(sheet),
    ]
    if picture:
        look = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8" % size
        objects.append(_stream(picture, look + b"/Filter/DCTDecode", packed=False))
    if sheet.signed:
        objects.append(b"<</Type/Sig/Filter/Adobe.PPKLite/ByteRange [0 %s]/Contents<%s>>>" % (b"*" * 30, b"0" * 200))
    data = _file(objects, b"/Info 13 0 R")
    if sheet.signed:
        data = _signed(data)
    if sheet.after_signing == "proof":
        data += b"30 0 obj\n<</Type/DSS/Certs[]>>\nendobj\ntrailer<</Size 31/Root 1 0 R/Info 13 0 R>>\n%%EOF\n"
        data = _ended(data)
    if sheet.saved_again or sheet.after_signing == "page":
        data = _saved_again(data, objects[2])
    return data


def _file(objects: Sequence[bytes], more: bytes) -> bytes:
    out, places = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, more, table)
    return bytes(out)


def _signed(data: bytes) -> bytes:
    """Fill in what the signature covers: all but its own bytes."""
    start = data.index(b"/Contents<000") + 9
    end = data.index(b">", start) + 1
    said = b"%d %d %d" % (start, end, len(data) - end)
    return data.replace(b"*" * 30, said.ljust(30), 1)


def _ended(data: bytes) -> bytes:
    """Let an appended part without a table of its own point to the table before it."""
    place = data.rindex(b"startxref", 0, data.rindex(b"30 0 obj"))
    table = int(data[place + 9 :].split()[0])
    return data[: data.rindex(b"%%EOF")] + b"startxref\n%d\n%%%%EOF\n" % table


def _saved_again(data: bytes, page: bytes) -> bytes:
    """Append the page object once more, as a program does that changed something on it."""
    before = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    place = len(data)
    data += b"3 0 obj\n" + page.replace(b"/Type/Page/", b"/Type /Page /") + b"\nendobj\n"
    table = len(data)
    data += b"xref\n3 1\n%010d 00000 n \ntrailer<</Size 15/Root 1 0 R/Info 13 0 R/Prev %d>>\n" % (place, before)
    return data + b"startxref\n%d\n%%%%EOF\n" % table


# ---- scans ----------------------------------------------------------------------------------------------------------

WIDE = 760


def drawn(things: Sequence[Run | Patch]) -> Image.Image:
    """Return a page as it comes out of a printer."""
    document = pdfium.PdfDocument(pdf(Sheet(list(things))))
    try:
        return document[0].render(scale=WIDE / 595, grayscale=True).to_pil().convert("L")
    finally:
        document.close()


def scanned(page: Image.Image, scan: Scan) -> Image.Image:
    """Return a printed page as a scanner saw it."""
    noise = np.random.default_rng(scan.seed)
    move = (1, 0, -scan.across, 0, 1, -scan.down)
    seen = page.rotate(scan.turn, Image.Resampling.BILINEAR, fillcolor=255)
    seen = seen.transform(seen.size, Image.Transform.AFFINE, move, Image.Resampling.BILINEAR, fillcolor=255)
    grey = np.asarray(seen, dtype=np.float32) * scan.light - 6
    grey += noise.standard_normal(grey.shape, dtype=np.float32) * scan.speckle
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def touched_up(page: Image.Image, random: Random, *, patches: int, hard: bool) -> Image.Image:
    """Return a scan of somebody else made one's own: other names in some places, saved again, a little smaller."""
    made = page.copy()
    for _ in range(patches):
        left, top = _where_ink_is(made, random)
        patch = drawn([Run(4, 824, str(random.randint(10**6, 10**9)), "Helvetica", 11)]).crop((0, 0, 150, 24))
        made.paste(patch, (left, top))
    if hard:  # turned and cut so far that cells no longer lie on cells
        made = made.rotate(random.choice((-1, 1)) * random.uniform(1.5, 3), fillcolor=250)
    edge = random.randint(0, 4)
    made = made.crop((edge, edge, made.width - random.randint(0, 4), made.height - random.randint(0, 4)))
    scale = random.choice((1, 1, 1, 0.85, 1.15))
    made = made.resize((int(made.width * scale), int(made.height * scale)), Image.Resampling.BICUBIC)
    light = random.uniform(0.96, 1.04)
    return made.point([min(255, int(value * light)) for value in range(256)])


def _where_ink_is(page: Image.Image, random: Random) -> tuple[int, int]:
    """Return a place to lay other words over words."""
    for _ in range(200):
        left, top = random.randint(80, 420), random.randint(40, 700)
        if min(page.crop((left, top, left + 150, top + 24)).resize((15, 3), Image.Resampling.BOX).tobytes()) < 190:
            break
    return left, top


def file_of(sheet: Sheet) -> tuple[bytes, str, str]:
    """Return the bytes, the type and the ending of a page in the form it is handed in."""
    if sheet.form == "digital":
        return pdf(sheet), "application/pdf", "pdf"
    scan = sheet.scan
    assert scan is not None
    picture = sheet.photo if sheet.photo is not None else scanned(drawn(sheet.things), scan)
    out = io.BytesIO()
    if sheet.form == "picture":
        kind = scan.kind
        picture.save(out, kind, **({"quality": scan.quality} if kind == "JPEG" else {}))
        return out.getvalue(), f"image/{kind.lower()}", {"JPEG": "jpg", "PNG": "png"}[kind]
    picture.save(out, "JPEG", quality=scan.quality)
    return pdf(sheet, out.getvalue(), picture.size), "application/pdf", "pdf"


def with_text(sheet: Sheet, old: str, new: str) -> Sheet:
    """Return a page with one run saying something else."""
    return replace(sheet, things=[_said(thing, old, new) for thing in sheet.things])


def _said(thing: Run | Patch, old: str, new: str) -> Run | Patch:
    if isinstance(thing, Run) and old in thing.text:
        return replace(thing, text=thing.text.replace(old, new))
    return thing
