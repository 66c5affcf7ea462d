"""Papers that officers add to a case: stored as they came, named by their hash in the history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files import File

from applications.models import Application, DeskFile, User
from applications.uploads import Upload


@dataclass(frozen=True)
class Paper:
    """A file that was looked into (`uploads.inspect`), on its way into a case."""

    file: File
    upload: Upload


def columns_of(paper: Paper, *, by: User, at: datetime) -> dict[str, Any]:
    """Return what every table of uploaded files says of one; the uploader's file name is data and not a path."""
    paper.file.name = f"upload.{paper.upload.extension}"
    return {
        "file": paper.file,
        "original_name": paper.upload.name,
        "content_type": paper.upload.content_type,
        "size": paper.upload.size,
        "sha256": paper.upload.sha256,
        "uploaded_by": by,
        "uploaded_at": at,
    }


def keep(application: Application, kind: str, paper: Paper | None, *, by: User, at: datetime) -> DeskFile | None:
    """
    Store a paper of a case whose row the caller has locked; None stays None.

    The last thing an act does before its history row: a file outlives the rollback of a refused act.
    """
    if paper is None:
        return None
    return DeskFile.objects.create(application=application, kind=kind, **columns_of(paper, by=by, at=at))


def told(row: DeskFile | None) -> dict[str, object]:
    """Return what the history says about a paper: its row and its hash, nothing for none."""
    return {"file": row.pk, "sha256": row.sha256} if row else {}
