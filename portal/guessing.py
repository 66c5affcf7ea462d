"""Under which name failed log-ins are counted."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest


def counted_name(request: HttpRequest | None, credentials: Mapping[str, Any] | None = None) -> str:
    """
    Return the name that was tried, in capitals and without blanks around it.

    The log-in finds an account whatever the case of its letters (as the database folds them, by UPPER); counted as
    typed, every spelling of one name would have guesses of its own.
    """
    said = credentials.get("username") if credentials else request.POST.get("login") if request else ""
    return str(said or "").strip().upper()
