"""Puts a case together as one ZIP: its parts as JSON, its files, a page to read, and the program that proves it."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files import File
from django.template import Context, Engine
from django.utils import timezone

from applications.chains import Link, link_of
from applications.dossier.parts import PARTS, Held, Part
from applications.models import Application, DailyDigest, DigestHead, Event, Job
from applications.workflow import VERBS

FORMAT = 1
KEPT = timedelta(days=30)  # a dossier repeats files and names of people; it can be made again at any time
PIECE = 1 << 20

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE.parents[1] / "templates" / "dossier"


def make(job: Job, *, beat: Callable[[], None], at: datetime) -> None:
    """Make the dossier that a job asks for and keep it with its hash; the case's own rows stay as they are."""
    related = ("authority", "policy", "clause__policy", "applicant", "round", "assessment", "assigned_to")
    assert job.application_id is not None, "a dossier names its case, says the database"
    case = Application.objects.select_related(*related).get(pk=job.application_id)
    with TemporaryFile() as buffer:
        head = write(case, buffer, by=str(job.requested_by), at=at, words=job.payload.get("words", {}), beat=beat)
        buffer.seek(0)
        digest = hashlib.file_digest(buffer, "sha256").hexdigest()
        buffer.seek(0)
        job.file.save("dossier.zip", File(buffer), save=False)
    job.payload |= {"sha256": digest, "head": head}
    Job.objects.filter(pk=job.pk).update(file=job.file.name, payload=job.payload, current=1, total=1)


def drop_old(at: datetime) -> int:
    """Delete the files of dossiers that are older than `KEPT`; the job stays and says that one was made."""
    rows = Job.objects.filter(kind=Job.Kind.DOSSIER, finished_at__lt=at - KEPT).exclude(file="")
    dropped = 0
    for job in rows.iterator():
        name = str(job.file.name)
        Job.objects.filter(pk=job.pk).update(file="")
        job.file.storage.delete(name)
        dropped += 1
    return dropped


def write(
    case: Application,
    out: IO[bytes],
    *,
    by: str,
    at: datetime,
    words: dict[str, str] | None = None,
    beat: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """
    Write the ZIP and return the head of the chain that it holds.

    `words` names acts of the history that the table of transitions does not. A stored file that is missing or was
    changed does not stop the dossier: it is written down as a problem, and `verify.py` says so.
    """
    events = [link_of(event) for event in case.events.select_related("by").order_by("sequence")]
    parts = [part(case) for part in PARTS]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        box = _Box(archive, at, beat)
        for part in parts:
            box.put_json(f"parts/{part.name}.json", [row.data for row in part.rows])
            for held in part.files:
                box.put_stored(held)
        box.put_json("events.json", _events(case, events))
        box.put("index.html", _page(case, parts, events, box, by=by, at=at, words=words or {}))
        box.put("dossier.css", (TEMPLATES / "dossier.css").read_bytes())
        box.put("verify.py", (HERE / "verify.py").read_bytes())
        manifest = _manifest(case, events, box, by=by, at=at)
        box.put_json("manifest.json", manifest)
    return manifest["head"]


class _Box:
    """The ZIP as it fills: every entry is hashed on its way in."""

    def __init__(self, archive: zipfile.ZipFile, at: datetime, beat: Callable[[], None]):
        self.archive, self.beat = archive, beat
        self.moment = timezone.localtime(at).timetuple()[:6]
        self.files: dict[str, dict[str, Any]] = {}
        self.problems: list[str] = []

    def put(self, path: str, data: bytes) -> None:
        """Write an entry."""
        self.archive.writestr(self._entry(path, zipfile.ZIP_DEFLATED), data)
        self.files[path] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}

    def put_json(self, path: str, value: Any) -> None:
        """Write an entry as JSON that a person can read too."""
        self.put(path, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())

    def put_stored(self, held: Held) -> None:
        """Copy a stored file, and compare it with the hash that was recorded when it came."""
        self.beat()
        try:
            with held.file.open("rb") as source, TemporaryFile() as copy:
                shutil.copyfileobj(source, copy, PIECE)
                size = copy.tell()
                copy.seek(0)
                found = hashlib.file_digest(copy, "sha256").hexdigest()
                copy.seek(0)
                # Stored and not deflated: PDF and pictures are compressed already.
                with self.archive.open(self._entry(held.path, zipfile.ZIP_STORED), "w") as entry:
                    shutil.copyfileobj(copy, entry, PIECE)
        except FileNotFoundError:
            self.problems.append(f"平台上的文件已不存在（{held.path}，{held.label}）")
            return
        self.files[held.path] = {"sha256": found, "size": size}
        if found != held.sha256:
            self.problems.append(f"平台上的文件与登记的摘要不符（{held.path}，{held.label}）")

    def _entry(self, path: str, how: int) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(path, date_time=self.moment)
        entry.compress_type = how
        entry.external_attr = 0o644 << 16
        return entry


def _events(case: Application, events: list[Link]) -> dict[str, Any]:
    """Return the chain with exactly what is hashed, and beside it the names behind the numbers of people."""
    people = Event.objects.filter(application=case).exclude(by=None).values_list("by_id", "by__name", "by__username")
    return {
        "chain": f"case:{case.pk}",
        "names": {str(pk): name or username for pk, name, username in people},
        "events": [
            {
                "chain": link.chain,
                "sequence": link.sequence,
                "application": link.application_id,
                "authority": link.authority_id,
                "action": link.action,
                "before": link.before,
                "after": link.after,
                "by": link.by_id,
                "duty": link.duty,
                "at": link.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "note": link.note,
                "detail": link.detail,
                "previous": link.previous_hash,
                "hash": link.hash,
            }
            for link in events
        ],
    }


def _manifest(case: Application, events: list[Link], box: _Box, *, by: str, at: datetime) -> dict[str, Any]:
    """Return the list of everything, with the head of the chain and the newest digest that has seen it."""
    heads = DigestHead.objects.filter(chain=f"case:{case.pk}").order_by("day")
    digest = DailyDigest.objects.order_by("-day").values("day", "hash").first()
    return {
        "format": FORMAT,
        "case": case.number,
        "authority": case.authority.name,
        "policy": case.policy.title,
        "made_at": timezone.localtime(at).isoformat(timespec="seconds"),
        "made_by": by,
        "head": {"sequence": events[-1].sequence, "hash": events[-1].hash},
        "digest": {"day": digest["day"].isoformat(), "hash": digest["hash"]} if digest else None,
        "digest_heads": [
            [day.isoformat(), sequence, link] for day, sequence, link in heads.values_list("day", "sequence", "hash")
        ],
        "problems": box.problems,
        "files": dict(sorted(box.files.items())),
    }


def _page(
    case: Application,
    parts: list[Part],
    events: list[Link],
    box: _Box,
    *,
    by: str,
    at: datetime,
    words: dict[str, str],
) -> bytes:
    """Return the page that opens without a portal; everything in it is escaped by the template engine."""
    names = dict(Event.objects.filter(application=case).exclude(by=None).values_list("by_id", "by__name"))
    labels = {verb: row.label for verb, row in VERBS.items()}
    context = {
        "case": case,
        "parts": [part for part in parts if any(row.shown for row in part.rows)],
        "files": [
            (held.path, held.label, box.files.get(held.path, {}).get("sha256", "缺失"))
            for part in parts
            for held in part.files
        ],
        "acts": [
            {
                "sequence": link.sequence,
                "words": labels.get(link.action) or words.get(link.action, link.action),
                "at": timezone.localtime(link.at),
                "by": names.get(link.by_id, "系统") if link.by_id else "系统",
                "note": link.note,
                "hash": link.hash,
            }
            for link in events
        ],
        "problems": box.problems,
        "made_at": timezone.localtime(at),
        "made_by": by,
        "head": events[-1],
    }
    engine = Engine(dirs=[str(TEMPLATES)], autoescape=True)
    return engine.get_template("index.html").render(Context(context, use_l10n=False, use_tz=False)).encode()
