"""`{% idempotency_key %}`: the hidden field that makes a form one act, however often it is sent."""

import secrets

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.idempotency import FIELD

register = template.Library()


def new_key() -> str:
    """Return a fresh key; one for each form that is shown."""
    return secrets.token_urlsafe(24)


@register.simple_tag
def idempotency_key() -> SafeString:
    """Return the hidden input with a fresh key."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_key())
