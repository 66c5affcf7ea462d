"""Files to upload in tests, made in code: small valid ones of every kind, and hostile ones."""

import io
import zipfile
import zlib
from collections.abc import Sequence

import pypdf
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image

SCRIPT_ACTION = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    """Return the bytes as Django hands them to a form; the type the browser claims is wrong on purpose."""
    return SimpleUploadedFile(name, data, content_type="application/x-claimed")


# ---- PDF ----------------------------------------------------------------------------------------------------------


def pdf(*lines: str, pages: int = 1, catalog: bytes = b"", extra: Sequence[bytes] = (), page: bytes = b"") -> bytes:
    """
    Return a valid PDF with the (ASCII) lines on every page.

    `catalog` and `page` are put into these dictionaries; `extra` objects get the numbers 5, 6, …
    """
    text = b"BT /F1 18 Tf 72 720 Td 22 TL " + b" ".join(f"({line}) Tj T*".encode() for line in lines) + b" ET"
    first = 5 + len(extra)
    kids = b" ".join(b"%d 0 R" % number for number in range(first, first + pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        stream(text),
        *extra,
    ]
    resources = b"/Resources << /Font << /F1 3 0 R >> >> /Contents 4 0 R"
    sheet = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] " + resources + b" " + page + b" >>"
    return pdf_of(objects + [sheet] * pages)


def stream(data: bytes, dictionary: bytes = b"") -> bytes:
    """Return a stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), dictionary, data)


def pdf_of(objects: Sequence[bytes]) -> bytes:
    """Return a file of numbered objects with a right table and trailer; the first is the catalog."""
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return out.getvalue()


def pdf_with_script() -> bytes:
    """Return a PDF that runs a script when opened."""
    return pdf("hello", catalog=b"/OpenAction 5 0 R", extra=[SCRIPT_ACTION])


def pdf_with_escaped_script() -> bytes:
    """Return the same with the names written in another way, which a search for /JavaScript misses."""
    return pdf("hello", catalog=b"/OpenAction 5 0 R", extra=[b"<< /S /J#61vaScript /J#53 (app.alert\\(1\\)) >>"])


def pdf_with_packed_script() -> bytes:
    """Return the same with the action inside a compressed object stream, invisible in the bytes."""
    packed = {5: b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"}
    pairs, bodies = b"", b""
    for number, body in packed.items():
        pairs += b"%d %d " % (number, len(bodies))
        bodies += body + b" "
    box = zlib.compress(pairs + bodies)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction 5 0 R >>",
        2: b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        4: stream(box, b"/Type /ObjStm /N 1 /First %d /Filter /FlateDecode" % len(pairs)),
    }
    out, places = io.BytesIO(), {}
    out.write(b"%PDF-1.7\n")
    for number, body in objects.items():
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    rows = b"\0\0\0\0\xff"
    rows += b"".join(b"\1" + places[number].to_bytes(3, "big") + b"\0" for number in objects)
    rows += b"\2" + (4).to_bytes(3, "big") + b"\0"  # object 5 lives in stream 4 at place 0
    rows += b"\1" + table.to_bytes(3, "big") + b"\0"
    index = stream(zlib.compress(rows), b"/Type /XRef /Size 7 /W [1 3 1] /Root 1 0 R /Filter /FlateDecode")
    out.write(b"6 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (index, table))
    return out.getvalue()


def pdf_with_unlisted_script() -> bytes:
    """Return a PDF whose action stands between the objects but in no table: readers that repair find it."""
    good, hidden = pdf("hello", catalog=b"/OpenAction 99 0 R"), b"99 0 obj\n<< /S /JavaScript /JS (x) >>\nendobj\n"
    table = good.index(b"xref\n0 ")
    shifted = good[:table] + hidden + good[table:]
    return shifted.replace(b"startxref\n%d" % table, b"startxref\n%d" % (table + len(hidden)))


def pdf_encrypted() -> bytes:
    """Return a PDF that asks for a password."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("secret")))
    writer.encrypt("password", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


# ---- pictures -----------------------------------------------------------------------------------------------------


def jpeg(width: int = 60, height: int = 40) -> bytes:
    """Return a photograph of nothing."""
    return _picture("JPEG", "RGB", width, height)


def png(width: int = 60, height: int = 40, mode: str = "RGB", *, interlaced: bool = False) -> bytes:
    """Return a drawing of nothing; the library writes no interlaced pictures, so that one is put together by hand."""
    return _interlaced_png() if interlaced else _picture("PNG", mode, width, height)


def _picture(kind: str, mode: str, width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), 1).save(out, kind)
    return out.getvalue()


def _interlaced_png() -> bytes:
    """Return 3 x 3 grey pixels in the passes of Adam7: (0,0), then two of pass five, and so on."""
    rows = b"".join(b"\0" + bytes(width) for width in (1, 1, 2, 1, 1, 3))
    header = (3).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 1])
    return png_of(header, rows)


def png_of(header: bytes, rows: bytes) -> bytes:
    """Return a PNG with this header and these inflated rows, true or not."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def png_claiming(width: int, height: int) -> bytes:
    """Return a tiny file that says it is a huge picture."""
    return png_of(width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0]), b"\0" * 100)


def jpeg_claiming(width: int, height: int) -> bytes:
    """Return a small photograph whose header says it is huge."""
    data = jpeg()
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + data[at + 9 :]


# ---- archives -----------------------------------------------------------------------------------------------------


def zipped(entries: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of these entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def xlsx(rows: Sequence[Sequence[object]] = (("序号", "金额"), (1, "100.00"))) -> bytes:
    """Return a workbook with one sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


def xlsx_with(changes: dict[str, bytes | str]) -> bytes:
    """Return a workbook with these parts added or replaced."""
    with zipfile.ZipFile(io.BytesIO(xlsx())) as archive:
        entries: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    return zipped(entries | changes)


def ofd(changes: dict[str, bytes | str] | None = None) -> bytes:
    """Return an OFD package with one empty page."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    entries: dict[str, bytes | str] = {
        "OFD.xml": f'<ofd:OFD {space} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo/>'
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f'<ofd:Document {space}><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/>'
        "</ofd:Pages></ofd:Document>",
        "Doc_0/Pages/Page_0/Content.xml": f"<ofd:Page {space}/>",
    }
    return zipped(entries | (changes or {}))


def relations(kind: str, target: str) -> str:
    """Return a relationships part with one target outside of the file."""
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    one = f'<Relationship Id="rId9" Type="{types}/{kind}" Target="{target}" TargetMode="External"/>'
    return f'<?xml version="1.0"?><Relationships xmlns="{space}">{one}</Relationships>'
