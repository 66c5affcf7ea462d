"""What whoever seals must do, and who does it in this house."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from applications.models import Authority


class SealFailed(RuntimeError):
    """A letter was not sealed. The message is a Chinese sentence for the officer and holds no secret."""


@dataclass(frozen=True)
class Place:
    """Where the seal goes: page (from 0) and the centre of the seal, in points from the lower left corner."""

    page: int
    x: float
    y: float


@dataclass(frozen=True)
class Description:
    """
    Whose seal it is: who signs, the SHA-256 of the certificate (hex), until when it holds, and by which means.

    `means` is kept with every letter, at most 60 characters.
    """

    signer: str
    certificate: str
    not_after: datetime
    means: str


class Sealer(Protocol):
    """
    Seals letters for authorities. Named by `SEALER`, made once per process without arguments.

    The contract: `seal` returns a PDF that begins with the bytes given, byte for byte, and adds an incremental update
    with one signature (ETSI.CAdES.detached) over all of it, by the certificate that `describe` tells. It draws the
    seal at the place itself. It may take seconds, may be called from several processes, and is never called inside
    a transaction. What it cannot do now it says by SealFailed; the caller tries again later, with the same bytes or
    not. No message or log line of it holds a password, a key or a token.
    """

    def why_not(self, authority: Authority) -> str:
        """Return why letters of this authority cannot be sealed now, "" when they can; fast and without network."""

    def describe(self, authority: Authority) -> Description:
        """Return whose seal it is. Raises SealFailed when there is none."""

    def seal(self, pdf: bytes, *, authority: Authority, place: Place) -> bytes:
        """Return the PDF with the seal. Raises SealFailed."""


@cache
def _made(path: str) -> Sealer:
    return import_string(path)()


def sealer() -> Sealer:
    """Return who seals in this house."""
    return _made(settings.SEALER)
