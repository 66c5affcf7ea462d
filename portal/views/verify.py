"""
Whether a paper is genuine: what it says by its code, how it stands, whose seal it has, and whether a file is it.

The same answers for people and for programs (`Accept: application/json`). Nothing that is sent here is kept.
"""

import re
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

import rules
from applications import authenticity, judgments
from applications.authenticity import ALTERED, OTHER, SAME, Finding, Seal
from applications.models import Document
from portal.limits import too_many

LARGEST_LETTER = 20 * 1024 * 1024
TRIES = {"most": 40, "seconds": 60}  # a reader checks a handful of papers; a guesser would need 59 bits
FILES = {"most": 12, "seconds": 60}  # a file costs more to look at than a code
SEAL_KEPT = 3600  # seconds for which a validated seal is not validated again; the bytes under its hash do not change
HASH = re.compile(r"[0-9a-fA-F]{64}")

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
SAYINGS_OF_KIND: dict[tuple[str, str], tuple[str, str, str]] = {
    (Document.Kind.REC_DECISION, Document.Standing.REVOKED): (
        "bad",
        "文书真实，已被撤销",
        "本平台确有该文书，但所载追回决定已被复议机关或者人民法院撤销，不再具有效力。",
    ),
    (Document.Kind.RESTRICT, Document.Standing.SUPERSEDED): (
        "warn",
        "文书真实，限制已经解除",
        "本平台确有该文书，但所载限制已经解除，以解除限制申报决定书为准。",
    ),
}
SEALS = {
    "none": ("rest", "不加盖印章", "该文种不加盖印章，以本页内容和文件摘要核验。"),
    "waiting": ("ask", "待签章", "该文书尚未签章，所载“待签章”稿不作为正式文书使用。"),
    "valid": ("good", "签章有效", "签章时证书在有效期内，签章后文件未被改动。"),
    "broken": ("bad", "签章无效", "本平台存放的文件与签章不符，请向作出单位核实。"),
    "unread": ("wait", "暂时不能核验签章", "文件暂时无法读取，请稍后再试。"),
}
UNKNOWN_WORDS = "该文件不是本平台出具的文书，也没有载明本平台的核验码。"


def normal(code: str) -> str:
    """Return a code as it is printed, however it was typed: three groups of four capitals."""
    letters = re.sub(r"[^0-9A-Z]", "", code.upper())[:20]
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _for_a_program(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _refused(request: HttpRequest) -> HttpResponse | None:
    """Return the answer to somebody who asks too often."""
    often = too_many(request, "verify", **TRIES)
    if request.method == "POST":
        often = too_many(request, "verify_file", **FILES) or often
    if not often:
        return None
    if _for_a_program(request):
        return JsonResponse({"verdict": "too_many", "words": "查询过于频繁，请稍后再试。"}, status=429)
    return render(request, "429.html", status=429)


@login_not_required
@vary_on_headers("Accept")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a code and lead to its page; a POST finds the paper that a file is, or claims to be."""
    if request.method == "POST":
        if refused := _refused(request):
            return refused
        finding = look_at(request.FILES.get("file"))
        if finding.document is not None:
            return _answer(request, finding.document, finding)
        return _no_paper(request, finding)
    if code := normal(request.GET.get("code", "")):
        return redirect("verify_code", code=code)
    if digest := request.GET.get("sha256", ""):
        return _by_hash(request, digest)
    return render(request, "public/verify.html", {"asked": "code" in request.GET})


def _by_hash(request: HttpRequest, digest: str) -> HttpResponse:
    """Find a paper by the SHA-256 of its file, so that a program need not send the file."""
    if refused := _refused(request):
        return refused
    found = HASH.fullmatch(digest) and authenticity.papers().filter(sha256=digest.lower()).first()
    if found:
        return _answer(request, found, Finding(SAME, digest.lower(), found))
    return _no_paper(request, Finding(authenticity.UNKNOWN, digest.lower()[:64]), status=404)


@login_not_required
@vary_on_headers("Accept")
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Say what the paper with this code says and how it stands; a POST compares a file with it."""
    if refused := _refused(request):
        return refused
    document = authenticity.papers().filter(code=normal(code)).first()
    if document is None:
        if _for_a_program(request):
            return JsonResponse({"verdict": "unknown", "words": "本平台没有该核验码的文书。"}, status=404)
        return render(request, "public/verify_unknown.html", {"code": normal(code)}, status=404)
    finding = look_at(request.FILES.get("file"), document) if request.method == "POST" else None
    return _answer(request, document, finding)


def look_at(file: UploadedFile | None, document: Document | None = None) -> Finding:
    """Return what came of a file that was sent in; one that is missing or too large is not looked at."""
    problem = ""
    if file is None:
        problem = "请选择要核验的 PDF 文件。"
    elif (file.size or 0) > LARGEST_LETTER:
        problem = "文件超过 20 MB，不是本平台出具的文书。"
    elif document is not None and not document.sha256:
        problem = "该文书的电子文件正在生成，请稍后再比对。"
    if problem:
        return Finding("", "", document, problem=problem)
    assert file is not None
    return authenticity.judge(file, named=document)


def seal_shown(document: Document) -> Seal:
    """Return how the seal of a paper stands, validated at most once an hour."""
    if document.signed_at is None:
        return authenticity.seal_of(document)
    key = f"seal:{document.sha256}"
    if (kept := cache.get(key)) is not None:
        return Seal(**kept)
    seal = authenticity.seal_of(document)
    if seal.state == "valid":
        cache.set(key, asdict(seal), SEAL_KEPT)
    return seal


def _answer(request: HttpRequest, document: Document, finding: Finding | None) -> HttpResponse:
    standing = Document.Standing(document.standing)
    tone, title, text = SAYINGS_OF_KIND.get((document.kind, standing)) or SAYINGS[standing]
    seal = seal_shown(document)
    waits = seal.state == "waiting" and document.standing == Document.Standing.VALID
    if waits:
        tone, title, text = "warn", "文书真实，待签章", "本平台确有该文书，尚未签章。签章后请重新下载。"
    if judged := _judged(document):
        tone, title, text = "warn", "文书真实，内容已被变更", f"本平台确有该文书。{judged}"
    mismatch = finding is not None and finding.verdict in (ALTERED, OTHER)
    if finding is not None and mismatch:
        tone, title = "bad", "文件被改动" if finding.verdict == ALTERED else "文件与核验码不符"
        text = "您提交的文件不是本平台出具的原件，不能作为该文书使用。以下为原件载明的内容。"
    status = 422 if finding is not None and not finding.verdict else 200
    context = {
        "document": document,
        "said": document.content,
        "decided_on": _day(document.content.get("decided_on"), document),
        "tone": tone,
        "title": title,
        "text": text,
        "seal": seal,
        "seal_words": SEALS[seal.state],
        "seal_ends": _moment(seal.not_after),
        "replaces": document.replaces,
        "replaced_by": getattr(document, "replaced_by", None),
        "comparison": finding,
        "mismatch": mismatch,
        "other": finding.document if finding is not None and finding.verdict == OTHER else None,
    }
    if _for_a_program(request):
        return JsonResponse(_plain(context), status=status, json_dumps_params={"ensure_ascii": False})
    return render(request, "public/verify_code.html", context, status=status)


def _judged(document: Document) -> str:
    """What an appeal has made of a recovery decision that still stands; other papers are not asked about."""
    decides = document.kind == Document.Kind.REC_DECISION and document.standing == Document.Standing.VALID
    return judgments.on(document.recovery_id) if decides and document.recovery_id else ""


def _no_paper(request: HttpRequest, finding: Finding, status: int = 200) -> HttpResponse:
    """Answer to a file that is no paper of ours, or was not looked at."""
    status = 422 if not finding.verdict else status
    if _for_a_program(request):
        body = {
            "verdict": finding.verdict or "refused",
            "words": finding.problem or UNKNOWN_WORDS,
            "file": {"sha256": finding.sha256, "signature": finding.signature},
        }
        return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    context = {"comparison": finding, "unknown_words": UNKNOWN_WORDS}
    return render(request, "public/verify.html", context, status=status)


def _day(printed: Any, document: Document) -> date:
    """Return the date as it stands on the paper."""
    return date.fromisoformat(printed) if printed else timezone.localdate(document.issued_at)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _plain(context: dict[str, Any]) -> dict[str, Any]:
    """Return what the page says as plain data: the same facts, no more."""
    document, said, seal, finding = (context[name] for name in ("document", "said", "seal", "comparison"))
    amount = said.get("amount_fen")
    answer = {
        "verdict": "altered" if context["mismatch"] else document.standing,
        "words": f"{context['title']}。{context['text']}",
        "demo": bool(said.get("demo")),
        "paper": {
            "kind": document.get_kind_display(),
            "number": document.number,
            "authority": said["authority_name"],
            "applicant": said["applicant_name"],
            "case_number": said["case_number"],
            "policy": said["policy_title"],
            "clause": f"{said['clause_article']}“{said['clause_title']}”",
            "amount_yuan": rules.yuan(amount) if amount else None,
            "decided_on": context["decided_on"].isoformat(),
            "code": document.code,
            "standing": document.standing,
            "sha256": document.sha256,
            "replaces": _link(context["replaces"]),
            "replaced_by": _link(context["replaced_by"]),
        },
        "seal": {
            "state": seal.state,
            "words": context["seal_words"][2],
            "signer": seal.signer,
            "certificate_sha256": seal.certificate,
            "signed_at": timezone.localtime(document.signed_at).isoformat() if document.signed_at else None,
            "valid_until": seal.not_after or None,
            "means": seal.means,
        },
    }
    if finding is not None:
        answer["file"] = {
            "verdict": finding.verdict or "refused",
            "sha256": finding.sha256,
            "signature": finding.signature,
            "problem": finding.problem,
        }
    return answer


def _link(document: Document | None) -> dict[str, str] | None:
    if document is None:
        return None
    return {"number": document.number, "url": reverse("verify_code", args=[document.code])}
