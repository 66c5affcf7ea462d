"""
Whether a file is a paper of this house: the same bytes, an altered copy, or nothing that we know.

A file is first compared by its hash, which no forger can meet. Only what is not ours byte for byte is opened, after the
inspection that every upload goes through; then the code printed in it says which paper it claims to be, and its
signature whether somebody changed it, added to it, or signed it in the authority's place. A number alone finds nothing:
numbers follow one another, and a made-up file would read out other people's papers.
"""

import re
from dataclasses import dataclass
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile

from applications.models import Document
from applications.uploads import BadUpload, inspect
from applications.uploads.inspecting import sha256

MOST_PAGES, MOST_SECONDS = 30, 3.0  # of an altered file that are read for its code
MOST_CODES = 5
CODE = re.compile(r"(?<![0-9A-Z])[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}(?![0-9A-Z])")

# What came of a file: ours byte for byte, ours before its seal, another of our papers, ours but changed, not ours.
SAME, DRAFT, OTHER, ALTERED, UNKNOWN = "same", "draft", "other", "altered", "unknown"


@dataclass(frozen=True)
class Finding:
    """
    What came of looking at a file. `document` is the paper it is or claims to be, None where it claims none.

    `signature` says in Chinese what its signature shows, "" where nothing was looked at; `problem` why a file was not
    looked into.
    """

    verdict: str
    sha256: str
    document: Document | None = None
    signature: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Seal:
    """How the seal of a paper stands: state (none, waiting, valid, broken, unread), and whose it is."""

    state: str
    signer: str = ""
    certificate: str = ""
    not_before: str = ""
    not_after: str = ""
    means: str = ""


def papers():
    """Return papers with what the check shows of them."""
    return Document.objects.select_related("authority", "replaces", "replaced_by")


def judge(file: UploadedFile, *, named: Document | None = None) -> Finding:
    """
    Return what came of a file; nothing of it is kept. `named` is the paper it is compared with, where one is known.

    The caller has refused what is too large.
    """
    digest = sha256(file)  # type: ignore[arg-type] # an uploaded file has a name by now
    if known := papers().filter(sha256=digest).first():
        same = named is None or named.pk == known.pk
        return Finding(SAME if same else OTHER, digest, known)
    if known := papers().filter(draft_sha256=digest).first():
        same = named is None or named.pk == known.pk
        return Finding(DRAFT if same else OTHER, digest, known)
    try:
        inspect(file, allowed={"pdf"})  # type: ignore[arg-type] # as above
    except BadUpload as problem:
        return Finding(ALTERED if named else UNKNOWN, digest, named, problem=str(problem))
    document = named or _claimed(file)
    return Finding(ALTERED if document else UNKNOWN, digest, document, signature=_signature(file, document))


def _claimed(file: UploadedFile) -> Document | None:
    """Return the paper whose code is printed in a file."""
    from applications import previews  # loads pdfium, which the start need not pay  # noqa: PLC0415

    try:
        pages, _ = previews.page_texts(cast(BinaryIO, file), most_pages=MOST_PAGES, seconds=MOST_SECONDS)
    except previews.CannotShow:
        return None
    codes = list(dict.fromkeys(CODE.findall("\n".join(pages))))[:MOST_CODES]
    return papers().filter(code__in=codes).order_by("pk").first() if codes else None


def _signature(file: UploadedFile, document: Document | None) -> str:
    """Say what the signature of a file that is not ours byte for byte shows."""
    from applications.sealing.signatures import signatures_of  # loads pyHanko  # noqa: PLC0415

    file.seek(0)
    found = signatures_of(file.read())
    file.seek(0)
    if not found:
        return "文件中没有数字签名。"
    broken = next((row for row in found if not row.holds), None)
    if broken is not None:
        return "数字签名无效：签名之后，文件内容被改动。"
    if document is None or not document.certificate:
        return "文件带有数字签名，但不是本平台登记的签名。"
    first, last = found[0], found[-1]
    if first.certificate != document.certificate:
        same_name = first.signer == document.signer
        words = "证书上的名称与该单位相同，但证书不是该单位登记的证书，系冒名签名。" if same_name else ""
        return f"数字签名不是该单位作出的。{words}"
    if len(found) > 1 or not last.whole:
        return "原有数字签名之后，文件又被追加了内容。"
    return "文件带有该单位的数字签名，但不是本平台就该核验码出具的文件。"


def seal_of(document: Document) -> Seal:
    """Return how the seal of a stored paper stands; reads and validates the file, which takes 20 ms."""
    if not document.needs_seal:
        return Seal("none")
    if document.signed_at is None:
        return Seal("waiting")
    from applications.sealing.signatures import signatures_of  # loads pyHanko  # noqa: PLC0415

    try:
        with document.file.open("rb") as file:
            found = signatures_of(file.read())
    except OSError:
        return Seal("unread", document.signer or "", document.certificate or "", means=document.sealer or "")
    good = len(found) == 1 and found[0].holds and found[0].whole and found[0].certificate == document.certificate
    in_time = good and found[0].not_before <= document.signed_at <= found[0].not_after
    return Seal(
        "valid" if in_time else "broken",
        document.signer or "",
        document.certificate or "",
        found[0].not_before.isoformat() if found else "",
        found[0].not_after.isoformat() if found else "",
        document.sealer or "",
    )
