"""Small shapes that several models share: paired fields, private files, JSON that must be an object."""

import secrets

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import CheckConstraint, Q


def together(*names: str) -> CheckConstraint:
    """
    Return the constraint that nullable columns are all filled or all empty.

    Who and when travel together (`accepted_by` with `accepted_at`), so that no half of a fact can be stored.
    """
    filled = Q(**{f"{name}__isnull": False for name in names})
    empty = Q(**{f"{name}__isnull": True for name in names})
    return CheckConstraint(name=f"%(class)s_{names[0]}_complete", condition=filled | empty)


def private_storage() -> Storage:
    """Return the storage of files that are served only through a permission check."""
    return storages["private"]


def random_name(folder: str, extension: str) -> str:
    """Return a path nobody can guess and that says nothing about the file's origin."""
    name = secrets.token_hex(16)
    return f"{folder}/{name[:2]}/{name}.{extension}"


class Sealed(models.Model):
    """
    What the seal of an authority leaves on a paper: when, who signed, by which certificate and means.

    The bytes change once, from 待签章 to sealed; `draft_sha256` is the hash of what was before.
    """

    draft_sha256 = models.CharField("待签章稿摘要", max_length=64, blank=True)
    signed_at = models.DateTimeField("签章时间", null=True, blank=True)
    signer = models.CharField("签章人", max_length=200, null=True, blank=True)  # noqa: DJ001 - paired, null until sealed
    certificate = models.CharField("证书摘要", max_length=64, null=True, blank=True)  # noqa: DJ001 - as above
    sealer = models.CharField("签章方式", max_length=60, null=True, blank=True)  # noqa: DJ001 - as above

    class Meta:
        abstract = True

    @property
    def awaits_seal(self) -> bool:
        """Whether this is the paper 待签章."""
        return self.signed_at is None
