"""Whether a paper is genuine: what it says by its code, and whether a file is byte for byte the one given out."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import Document
from portal.limits import too_many

LARGEST_LETTER = 20 * 1024 * 1024
TRIES = {"most": 40, "seconds": 60}  # a reader checks a handful of papers; a guesser would need 59 bits

SAYINGS = {
    Document.Standing.VALID: ("good", "文书真实有效", "本平台确有该文书，目前有效。"),
    Document.Standing.SUPERSEDED: (
        "warn",
        "文书真实，已被替代",
        "本平台确有该文书，但已被替代，请以新文书为准。",
    ),
    Document.Standing.REVOKED: ("bad", "文书真实，已被撤销", "本平台确有该文书，但主管单位已决定撤销，不再具有效力。"),
    Document.Standing.RECOVERED: ("bad", "文书真实，资金已追回", "本平台确有该文书，但所载奖补资金已被追回。"),
}


@dataclass(frozen=True)
class Comparison:
    """What came of comparing a file with the paper given out: same bytes, other bytes, or a sentence why not."""

    same: bool = False
    problem: str = ""
    sha256: str = ""


def normal(code: str) -> str:
    """Return a code as it is printed, however it was typed: three groups of four capitals."""
    letters = re.sub(r"[^0-9A-Z]", "", code.upper())[:20]
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


@login_not_required
@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the code of a paper and lead to its page."""
    code = normal(request.GET.get("code", ""))
    if code:
        return redirect("verify_code", code=code)
    return render(request, "public/verify.html", {"asked": "code" in request.GET})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Say what the paper with this code says and how it stands; a POST compares a file with it."""
    if too_many(request, "verify", **TRIES):
        return render(request, "429.html", status=429)
    papers = Document.objects.select_related("authority", "application__clause__policy")
    document = papers.filter(code=normal(code)).first()
    if document is None:
        return render(request, "public/verify_unknown.html", {"code": normal(code)}, status=404)
    comparison = compare(document, request.FILES.get("file")) if request.method == "POST" else None
    status = 422 if comparison and comparison.problem else 200
    return render(request, "public/verify_code.html", _page(document, comparison), status=status)


def compare(document: Document, file: UploadedFile | None) -> Comparison:
    """Hash a file in pieces and compare it with the bytes given out; nothing of it is kept."""
    if file is None:
        return Comparison(problem="请选择要比对的 PDF 文件。")
    if not document.sha256:
        return Comparison(problem="该文书的电子文件正在生成，请稍后再比对。")
    if (file.size or 0) > LARGEST_LETTER:
        return Comparison(problem="文件超过 20 MB，不是本平台出具的文书。")
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return Comparison(same=digest.hexdigest() == document.sha256, sha256=digest.hexdigest())


def _page(document: Document, comparison: Comparison | None) -> dict[str, Any]:
    tone, title, text = SAYINGS[Document.Standing(document.standing)]
    return {
        "document": document,
        "said": document.content,
        "tone": tone,
        "title": title,
        "text": text,
        "comparison": comparison,
    }
