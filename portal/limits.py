"""How often one address may ask: a count per client and window in the cache. Without a cache the limit is wider."""

from django.core.cache import cache
from django.http import HttpRequest

from portal.middleware import client_ip


def too_many(request: HttpRequest, scope: str, *, most: int, seconds: int) -> bool:
    """Count this request and return whether its client has passed `most` in a window of `seconds`."""
    key = f"limit:{scope}:{client_ip(request)}"
    if cache.add(key, 1, seconds):
        return False
    try:
        return cache.incr(key) > most
    except ValueError:  # the window ended between the two calls
        return False
