"""
Seals with a PKCS#12 file of the authority: a PAdES signature (B-B; B-T where a time-stamp service is configured).

`SEAL_<CODE>` names the file and `SEAL_<CODE>_PASSWORD` its password; both come from the environment and go nowhere
else. The key stays in the memory of the process that seals. See ADR 0017 for why this is the shipped way.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone

from applications.models import Authority
from applications.sealing import picture
from applications.sealing.base import Description, Place, SealFailed

UNREADABLE = "本单位的电子印章证书无法打开（文件损坏或者口令不符），请联系系统管理员。"
ENDS_SOON = timedelta(days=30)
MEANS_B, MEANS_T = "PAdES B-B", "PAdES B-T"


@dataclass(frozen=True)
class Opened:
    """A PKCS#12 file that was opened: key, certificate and those above it. Shown nowhere, kept in memory only."""

    key: Any = field(repr=False)
    certificate: Certificate
    above: tuple[Certificate, ...] = ()


class Pkcs12Sealer:
    """The sealer that ships. A file that was exchanged is read anew, so a new certificate needs no restart."""

    def __init__(self) -> None:
        self._opened: dict[str, tuple[float, Opened]] = {}

    def why_not(self, authority: Authority) -> str:
        """Return why this authority has no seal here now."""
        try:
            self._usable(authority.code)
        except SealFailed as failure:
            return str(failure)
        return ""

    def describe(self, authority: Authority) -> Description:
        """Return whose seal it is. Raises SealFailed."""
        certificate = self._usable(authority.code).certificate
        return Description(
            signer=signer_name(certificate),
            certificate=certificate.fingerprint(hashes.SHA256()).hex(),
            not_after=certificate.not_valid_after_utc,
            means=MEANS_T if settings.SEALING_TIMESTAMP_URL else MEANS_B,
        )

    def seal(self, pdf: bytes, *, authority: Authority, place: Place) -> bytes:
        """Return the PDF with a certifying signature that forbids every later change. Raises SealFailed."""
        opened = self._usable(authority.code)
        # Deferred: pyHanko takes half a second and 30 MB to load, which only a worker that seals pays.
        from applications.sealing import signing  # noqa: PLC0415

        drawing = picture.drawing(authority.name, demo=authority.demo)
        try:
            return signing.sign(pdf, opened, name=authority.name, place=place, drawing=drawing)
        except Exception as error:  # noqa: BLE001 - whatever went wrong is told by its kind and tried again
            # Not chained: what is behind it may quote what was sent.
            raise SealFailed(_why(error)) from None

    def _usable(self, code: str) -> Opened:
        """Return the seal that counts now. Raises SealFailed with what is missing or over."""
        key = settings.SEALS.get(code)
        if key is None:
            raise SealFailed("本单位尚未配置电子印章证书，请联系系统管理员。")
        opened = self._read(code, key)
        now, certificate = timezone.now(), opened.certificate
        if certificate.not_valid_after_utc < now:
            day = timezone.localdate(certificate.not_valid_after_utc)
            raise SealFailed(f"本单位的电子印章证书已于{day:%Y年%-m月%-d日}到期，请联系系统管理员更换。")
        if certificate.not_valid_before_utc > now:
            raise SealFailed("本单位的电子印章证书尚未生效，请联系系统管理员。")
        return opened

    def _read(self, code: str, key: Any) -> Opened:
        """Return the file as it was opened last, or open it again when it was exchanged: that takes 0.1 s."""
        try:
            modified = Path(key.path).stat().st_mtime
        except OSError:
            raise SealFailed("本单位的电子印章证书文件不存在或者无权读取，请联系系统管理员。") from None
        known = self._opened.get(code)
        if known is None or known[0] != modified:
            known = self._opened[code] = (modified, open_file(key.path, key.password))
        return known[1]


def open_file(path: str, password: str) -> Opened:
    """Return a PKCS#12 file with its key and certificate. Raises SealFailed, without the password."""
    try:
        loaded = pkcs12.load_pkcs12(Path(path).read_bytes(), password.encode())
    except (ValueError, OSError):
        raise SealFailed(UNREADABLE) from None
    if loaded.key is None or loaded.cert is None:
        raise SealFailed("本单位的电子印章证书文件没有私钥，无法签章，请联系系统管理员。")
    above = tuple(entry.certificate for entry in loaded.additional_certs)
    return Opened(loaded.key, loaded.cert.certificate, above)


def signer_name(certificate: Certificate) -> str:
    """Return whose certificate it is: the organisation, and the common name where it says more."""
    subject = certificate.subject
    named = [subject.get_attributes_for_oid(oid) for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)]
    organisation, common = (str(row[0].value) if row else "" for row in named)
    parts = [common] if organisation in common else [organisation, common]
    return ("·".join(part for part in parts if part) or subject.rfc4514_string())[:200]


def _why(error: Exception) -> str:
    """Say what went wrong by its kind only: the text of an error may quote an address, a header or a file."""
    timestamp = "timestamp" in type(error).__module__ or "Timestamp" in type(error).__name__
    if timestamp or isinstance(error, OSError):
        return "时间戳服务没有应答，签章未完成，系统将自动重试。"
    return f"签章未完成（{type(error).__name__}），系统将自动重试。"


def why_not_open(path: str, password: str) -> list[tuple[str, str]]:
    """Return what stands against using a file, as (English, Chinese); a certificate that ends soon is told too."""
    if not Path(path).is_file():
        return [("the file does not exist", "文件不存在。")]
    try:
        certificate = open_file(path, password).certificate
    except SealFailed:
        return [("the file is damaged, holds no key, or the password is wrong", "文件损坏、没有私钥或者口令不符。")]
    ends = certificate.not_valid_after_utc
    day = timezone.localdate(ends)
    if ends < timezone.now():
        return [(f"the certificate ended on {day}", f"证书已于{day:%Y年%-m月%-d日}到期。")]
    if ends < timezone.now() + ENDS_SOON:
        return [(f"the certificate ends on {day}", f"证书将于{day:%Y年%-m月%-d日}到期，请及时更换。")]
    return []
