"""
The signature itself. Loads pyHanko, so it is imported by who is about to sign and by nobody else.

Certifying, with no change allowed afterwards: whatever is appended to a sealed letter is visible as a change.
"""

import asyncio
from io import BytesIO
from typing import Any

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from pyhanko import stamp
from pyhanko.pdf_utils import generic, layout
from pyhanko.pdf_utils.content import PdfResources, RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from applications.sealing.base import Place
from applications.sealing.picture import DIAMETER_PT
from applications.sealing.pkcs12 import Opened

FIELD = "Seal"


def sign(pdf: bytes, opened: Opened, *, name: str, place: Place, drawing: bytes) -> bytes:
    """
    Return the PDF with a PAdES signature by an opened key, seen as a drawing at its place.

    Raises whatever pyHanko raises: the caller puts it into words.
    """
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        name=name,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    url = settings.SEALING_TIMESTAMP_URL
    pdf_signer = signers.PdfSigner(
        meta,
        _Signer(opened),
        timestamper=HTTPTimeStamper(url, timeout=10) if url else None,
        stamp_style=_style(drawing),
        new_field_spec=fields.SigFieldSpec(FIELD, on_page=place.page, box=_box(place)),
    )
    writer = _Update(BytesIO(pdf))
    return asyncio.run(pdf_signer.async_sign_pdf(writer)).getvalue()


def _box(place: Place) -> tuple[int, int, int, int]:
    """Return the square of the seal in whole points, as pyHanko's interface asks."""
    left, bottom = round(place.x - DIAMETER_PT / 2), round(place.y - DIAMETER_PT / 2)
    side = round(DIAMETER_PT)
    return left, bottom, left + side, bottom + side


class _Update(IncrementalPdfFileWriter):
    """Adds the seal and leaves dates and XMP as they are: PDF/A asks that they agree, and the letter made them so."""

    def _update_meta(self) -> None:
        pass


class _Signer(signers.Signer):
    """Signs with a key that is open already: pyHanko's own signer proves an RSA key anew, twice for each letter."""

    def __init__(self, opened: Opened) -> None:
        self._key = opened.key
        above = SimpleCertificateStore.from_certs([_asn1(certificate) for certificate in opened.above])
        super().__init__(signing_cert=_asn1(opened.certificate), cert_registry=above)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        assert isinstance(self._key, ec.EllipticCurvePrivateKey), "the certificate is of RSA or of an elliptic curve"
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


class _Seal(stamp.StaticContentStamp):
    """A drawing whose operators are packed: the outlines of twenty characters are 40 KB otherwise."""

    def as_form_xobject(self) -> generic.StreamObject:
        form = super().as_form_xobject()
        form.compress()
        return form


class _SealStyle(stamp.StaticStampStyle):
    def create_stamp(self, writer: Any, box: layout.BoxConstraints, text_params: dict) -> _Seal:
        return _Seal(writer=writer, style=self, box=box)


def _style(drawing: bytes) -> _SealStyle:
    name = generic.pdf_name
    # Red ink over black print darkens it and does not hide it.
    ink = generic.DictionaryObject({name("/Type"): name("/ExtGState"), name("/BM"): name("/Multiply")})
    resources = PdfResources()
    resources.ext_g_state[name("/Ink")] = ink
    square = layout.BoxConstraints(width=DIAMETER_PT, height=DIAMETER_PT)
    as_drawn = layout.SimpleBoxLayoutRule(
        x_align=layout.AxisAlignment.ALIGN_MID,
        y_align=layout.AxisAlignment.ALIGN_MID,
        margins=layout.Margins.uniform(0),
        inner_content_scaling=layout.InnerScaling.NO_SCALING,
    )
    return _SealStyle(
        border_width=0,
        background=RawContent(drawing, resources=resources, box=square),
        background_layout=as_drawn,
    )
