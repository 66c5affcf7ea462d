"""
The same request twice is one act: a key from the form or the header, kept with the answer it got.

The key is written in the transaction of the act. Two requests with one key meet at the unique index (PostgreSQL) or
at the IMMEDIATE lock (SQLite): the second waits, finds the answer and gets it again without acting.
"""

import hashlib
import json
from collections.abc import Callable
from functools import wraps

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from applications.models import IdempotencyKey
from portal.requests import Request

FIELD = "idempotency_key"
HEADER = "Idempotency-Key"
LONGEST = 80

View = Callable[..., HttpResponse]


class _NotKept(Exception):
    """Carries an answer that is not to be remembered out of the transaction, which is rolled back."""

    def __init__(self, response: HttpResponse):
        super().__init__()
        self.response = response


def idempotent(view: View) -> View:
    """
    Answer a repeated POST with the answer of the first; only redirects after a success are kept.

    A refused or faulty request (409, 422) leaves no key, so that the person may correct it and send it again. The
    same key with another content is answered 422. A request without a key acts each time it is sent.
    """

    @wraps(view)
    def wrapped(request: Request, *args, **kwargs) -> HttpResponse:
        key = request.headers.get(HEADER) or request.POST.get(FIELD, "")
        if request.method != "POST" or not key:
            return view(request, *args, **kwargs)
        try:
            return _once(request, key[:LONGEST], lambda: view(request, *args, **kwargs))
        except _NotKept as answer:
            return answer.response

    return wrapped


def _once(request: Request, key: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    digest = _digest(request)
    with transaction.atomic():
        row, fresh = _take(request, key, digest)
        if not fresh:
            return _again(request, row, digest)
        response = act()
        if not isinstance(response, HttpResponseRedirect):
            raise _NotKept(response)
        row.status, row.location = response.status_code, response.url
        row.save(update_fields=["status", "location"])
    return response


def _take(request: Request, key: str, digest: str) -> tuple[IdempotencyKey, bool]:
    """Return the row of this key and whether it was made now; waits for a request that holds the same key."""
    try:
        with transaction.atomic():
            made = IdempotencyKey.objects.create(
                user=request.user, key=key, path=request.path[:200], body_sha256=digest
            )
    except IntegrityError:
        return IdempotencyKey.objects.get(user=request.user, key=key), False
    return made, True


def _again(request: Request, row: IdempotencyKey, digest: str) -> HttpResponse:
    if row.path != request.path[:200] or row.body_sha256 != digest:
        return render(request, "422.html", status=422)
    return HttpResponseRedirect(row.location)


def _digest(request: Request) -> str:
    """Return a hash over what was sent, files by their bytes, without the token and the key itself."""
    said = [
        [name, request.POST.getlist(name)]
        for name in sorted(request.POST)
        if name not in {FIELD, "csrfmiddlewaretoken"}
    ]
    files = [
        [name, [[file.name, _sha256(file)] for file in request.FILES.getlist(name)]] for name in sorted(request.FILES)
    ]
    return hashlib.sha256(json.dumps([said, files]).encode()).hexdigest()


def _sha256(file: UploadedFile) -> str:
    """Hash an uploaded file and leave it at its beginning for the view."""
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()
