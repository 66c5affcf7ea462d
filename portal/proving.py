"""Whether a person has just shown who they are: by logging in, or by the password again, within the last minutes."""

import time

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from portal.requests import Request

RECENT = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT  # seconds


def proved_recently(request: Request) -> bool:
    """Whether the session saw the person's password (or code) in the last minutes."""
    records = get_authentication_records(request, request.user)
    return any(time.time() - record.get("at", 0) < RECENT for record in records)


def prove_url(back: str) -> str:
    """Return the address at which a person proves once more who they are, and comes back."""
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}"
