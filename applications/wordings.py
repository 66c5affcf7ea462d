"""Wordings of letters as an authority keeps them: what counts, what waits, and how one would look."""

import hashlib
from collections.abc import Mapping

from django.core.files.base import ContentFile

from applications.documents import characters, render, wording
from applications.documents.specimens import specimen
from applications.models import Authority, Job, LetterTemplate


def problems(kind: str, parts: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with each part of a wording, by part; the texts are stripped, all parts are asked for."""
    found = {}
    for part in wording.KINDS[kind].parts:
        text = parts.get(part.key, "")
        if reason := wording.problem(part, text):
            found[part.key] = reason
        elif lacking := characters.missing(text):
            found[part.key] = f"字库没有下列字符，无法印出：{characters.named(lacking)}。"
    return found


def texts(kind: str, template: LetterTemplate | None) -> dict[str, str]:
    """Return every part as it stands: the version's text, else the built-in one."""
    said = template.parts if template else {}
    return {part.key: wording.text_of(kind, part.key, said) for part in wording.KINDS[kind].parts}


def make_preview(job: Job) -> None:
    """Make the letter of an invented case in the wording of a version (payload: authority, kind, parts)."""
    authority = Authority.objects.get(pk=job.payload["authority"])
    letter = specimen(job.payload["kind"], authority.name, authority.letter_sign, job.payload["parts"])
    data = render.pdf(letter)
    job.file.save(f"{hashlib.sha256(data).hexdigest()[:12]}.pdf", ContentFile(data), save=False)
    Job.objects.filter(pk=job.pk).update(file=job.file.name)
