"""Small shapes that several models share: paired fields, private files, JSON that must be an object."""

import secrets

from django.core.files.storage import Storage, storages
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
