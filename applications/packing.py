"""
Many letters in one file: a ZIP of them, or one PDF with contents and bookmarks, made in the background.

Packed in pieces. Each finished piece is a file of its own in the private storage, and the job says how many there are:
a worker that takes the job over goes on behind the last of them, so nothing is packed twice and a death costs one
piece. At the end the pieces are copied into the result, one entry after the other, so that memory stays flat however
many letters there are.
"""

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from tempfile import TemporaryFile
from typing import IO

from django.core.files import File
from django.core.files.storage import Storage
from django.utils import timezone

from applications import papers
from applications.documents import render
from applications.models import Document, Job
from applications.models.shapes import private_storage

KEPT = timedelta(days=14)  # a package repeats papers that stay where they are; it can be made again at any time
PIECE = 50  # letters
COPY = 1 << 20  # octets read at a time
CONTENTS_LINES = 200  # lines of the contents that are printed at once; longer tables take memory beyond their length
UNSAFE_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')

# Notes how many letters are done, with what else changes in the job. Raises NotOurs.
Note = Callable[..., None]


class NotOurs(Exception):
    """The job was cancelled or given to another worker: whoever works on it stops where he is."""


@dataclass(frozen=True)
class Letter:
    """One letter as the package names it: its file name, its line in the contents."""

    pk: int
    name: str
    title: str


def letters_of(job: Job) -> list[Letter]:
    """Return the letters of a job in the order of their numbers; the order and the names never change."""
    rows = Document.objects.filter(pk__in=job.payload["documents"]).order_by("year", "sequence", "pk")
    found, names = [], set[str]()
    for pk, number, code, applicant in rows.values_list("pk", "number", "code", "application__applicant__name"):
        plain = UNSAFE_IN_NAMES.sub("_", f"{number} {applicant}").strip(" .")
        name = plain if plain not in names else f"{plain} {code}"
        names.add(name)
        found.append(Letter(pk, f"{name}.pdf", f"{number}　{applicant}"))
    return found


def pack(job: Job, *, note: Note) -> None:
    """Make the package that a job asks for, from where an earlier worker left it. Raises NotOurs."""
    letters = letters_of(job)
    merges = job.kind == Job.Kind.MERGED
    state = job.payload | {"pieces": job.payload.get("pieces", 0), "pages": job.payload.get("pages", [])}
    for index in range(state["pieces"], -(-len(letters) // PIECE)):
        first = index * PIECE
        wanted = letters[first : first + PIECE]
        with TemporaryFile() as buffer:
            pages = (_merge_piece if merges else _zip_piece)(buffer, wanted, partial(_note_behind, note, first))
            _keep(private_storage(), piece_name(job, index), buffer)
        state |= {"pieces": index + 1, "pages": state["pages"] + pages}
        note(first + len(wanted), payload=state)
    job.payload = state
    beat = partial(note, len(letters))
    with TemporaryFile() as buffer:
        if merges:
            _join_merged(buffer, job, letters, beat)
        else:
            _join_zip(buffer, job, beat)
        buffer.seek(0)
        job.file.save("letters.pdf" if merges else "letters.zip", File(buffer), save=False)
    try:
        note(len(letters), file=job.file.name)
    except NotOurs:
        job.file.storage.delete(str(job.file.name))
        raise
    drop_pieces(job)


def _note_behind(note: Note, first: int, position: int) -> None:
    note(first + position)


def piece_name(job: Job, index: int) -> str:
    """Return where a piece is kept: the same place each time, so that one made again takes the place of the first."""
    return f"results/pieces/{job.pk}-{index}"


def drop_pieces(job: Job) -> None:
    """Delete what was kept of a job between its beginning and its end."""
    for index in range(-(-job.total // PIECE)):
        private_storage().delete(piece_name(job, index))


def drop_old(at: datetime) -> int:
    """Delete the files of packages that ended longer ago than `KEPT`; the jobs stay and say that they were made."""
    ended = Job.objects.filter(kind__in=PACKAGES, finished_at__lt=at - KEPT).exclude(payload__has_key="dropped")
    dropped = 0
    for job in ended.iterator():
        drop_pieces(job)
        if name := str(job.file.name or ""):
            job.file.storage.delete(name)
        Job.objects.filter(pk=job.pk).update(file="", payload=job.payload | {"dropped": True})
        dropped += 1
    return dropped


PACKAGES = (Job.Kind.ARCHIVE, Job.Kind.MERGED)


def _keep(storage: Storage, name: str, buffer: IO[bytes]) -> None:
    buffer.seek(0)
    storage.delete(name)
    kept = storage.save(name, File(buffer))
    assert kept == name, "two workers keep one piece"


def _made(letters: list[Letter], beat: Callable[[int], None]) -> Iterator[tuple[Letter, Document]]:
    """Yield each letter with its document, whose PDF is made now if it was not before."""
    documents = Document.objects.in_bulk([letter.pk for letter in letters])
    for position, letter in enumerate(letters, start=1):
        yield letter, papers.make(documents.pop(letter.pk), at=timezone.now())
        beat(position)


def _zip_piece(out: IO[bytes], letters: list[Letter], beat: Callable[[int], None]) -> list[int]:
    """Write a ZIP of some letters: stored and not deflated, since a PDF is compressed already."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for letter, document in _made(letters, beat):
            moment = timezone.localtime(document.made_at).timetuple()[:6]
            entry = zipfile.ZipInfo(letter.name, date_time=moment)
            with document.file.open("rb") as file, archive.open(entry, "w") as target:
                shutil.copyfileobj(file, target, COPY)
    return []


def _merge_piece(out: IO[bytes], letters: list[Letter], beat: Callable[[int], None]) -> list[int]:
    """Write one PDF of some letters and return how many pages each has."""
    from applications.documents.merging import Merger  # noqa: PLC0415 - loads pypdf, which only a worker needs

    merger, pages = Merger(out), []
    for _, document in _made(letters, beat):
        with document.file.open("rb") as file:
            pages.append(merger.add(file))
    merger.finish()
    return pages


def _join_zip(out: IO[bytes], job: Job, beat: Callable[[], None]) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for index in range(job.payload["pieces"]):
            with private_storage().open(piece_name(job, index)) as file, zipfile.ZipFile(file) as piece:
                for entry in piece.infolist():
                    copy = zipfile.ZipInfo(entry.filename, date_time=entry.date_time)
                    with piece.open(entry) as source, archive.open(copy, "w") as target:
                        shutil.copyfileobj(source, target, COPY)
            beat()


def _join_merged(out: IO[bytes], job: Job, letters: list[Letter], beat: Callable[[], None]) -> None:
    """Write the PDF of all pieces, with the contents in front; bookmarks lead to the first page of each letter."""
    from applications.documents.merging import Merger, Title  # noqa: PLC0415 - as above

    merger = Merger(out)
    for index in range(job.payload["pieces"]):
        with private_storage().open(piece_name(job, index)) as file:
            merger.add(file)
        beat()
    titles, page = [], 0
    for letter, pages in zip(letters, job.payload["pages"], strict=True):
        titles.append(Title(letter.title, page))
        page += pages
    for first in range(0, len(titles), CONTENTS_LINES):
        lines = [
            {"position": n, "title": row.text, "page": row.page + 1}
            for n, row in enumerate(titles[first : first + CONTENTS_LINES], start=first + 1)
        ]
        context = {"lines": lines, "first": first == 0, "count": len(titles), "pages": page}
        with TemporaryFile() as sheet:
            sheet.write(render.sheet("contents.html", context))
            merger.add_front(sheet)
        beat()
    merger.finish(titles)
