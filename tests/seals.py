"""Seals and letters for tests: a key of a curve, because one of RSA takes seconds; a PDF of one page with the marks."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pypdf
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, FloatObject, NameObject

from applications.sealing import SealFailed
from applications.sealing.pkcs12 import Pkcs12Sealer
from applications.sealing.selfmade import make_self_signed

PASSWORD = "Geheim-7731-Wort"
NAME = "新星市测试印章"


def key_file(folder: Path, name: str = NAME, *, days: int = 400, since: int = 1, file: str = "seal.p12"):
    """Return a seal as the settings hold it; its certificate began `since` days ago."""
    began = timezone.now() - timedelta(days=since)
    data = make_self_signed(name, PASSWORD, days=days, at=began, key=ec.generate_private_key(ec.SECP256R1()))
    (folder / file).write_bytes(data)
    return SimpleNamespace(path=str(folder / file), password=PASSWORD)


def configure(settings, folder: Path, **more) -> None:
    """Give 新星市 a seal, in a sealer that has opened nothing yet."""
    settings.SEALS = {"xinxing": key_file(folder, **more)}


def small_pdf(text: str = "") -> bytes:
    """Return a page with a text and the marks of the place of a seal, as a letter has them."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(595, 842)
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(stream)
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    for title, left in (("seal-from", 350), ("seal-to", 430)):
        writer.add_named_destination_array(title, _place(page, left))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _place(page, left):
    top = FloatObject(300)
    return ArrayObject([page.indirect_reference, NameObject("/XYZ"), FloatObject(left), top, FloatObject(0)])


class Recorder(Pkcs12Sealer):
    """Stands for a seal service: notes what it was asked, and may be told to be away or to cheat."""

    asked: list = []
    away = False
    cheats = False

    def seal(self, pdf, *, authority, place):
        Recorder.asked.append((authority.code, place))
        if Recorder.away:
            raise SealFailed("印章服务没有应答，系统将自动重试。")
        signed = super().seal(pdf, authority=authority, place=place)
        return signed.replace(b"/MediaBox", b"/MediaBux", 1) if Recorder.cheats else signed
