"""
Whose signature a PDF carries and whether it holds. Loads pyHanko, so it is imported where a file is looked at.

Nothing is fetched: no address in a certificate or a file is ever asked, so revocation is not looked up here. Who may
sign is decided by the caller, by the SHA-256 of the certificate: a name in a certificate is what its maker wrote there.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from applications.sealing.pkcs12 import signer_name

MOST = 3  # signatures that are looked at; a letter has one

# What it says about files goes to nobody: the files are strangers'.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Signature:
    """
    One signature of a PDF.

    `holds`: the signed bytes are those that were signed. `whole`: nothing was appended after it. `claimed_at` is what
    the signer's own clock said. `certificate` is the SHA-256 of the signer's certificate.
    """

    holds: bool
    whole: bool
    signer: str
    certificate: str
    not_before: datetime
    not_after: datetime
    claimed_at: datetime | None


def signatures_of(pdf: bytes) -> list[Signature]:
    """Return the signatures of a PDF, in order; none for a file that cannot be read as one or has none."""
    try:
        embedded = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures[:MOST]
    except Exception:  # noqa: BLE001 - a stranger's file breaks a reader in any way
        return []
    found = []
    for signature in embedded:
        with suppress(Exception):  # as above
            found.append(_judged(signature))
    return found


def _judged(signature) -> Signature:
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[], allow_fetching=False))
    certificate = x509.load_der_x509_certificate(status.signing_cert.dump())
    return Signature(
        holds=bool(status.intact and status.valid),
        whole=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        signer=signer_name(certificate),
        certificate=certificate.fingerprint(hashes.SHA256()).hex(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        claimed_at=status.signer_reported_dt,
    )
