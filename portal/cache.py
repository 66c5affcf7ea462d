"""The cache: Redis that is allowed to be away."""

import time
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

PAUSE = 5.0  # seconds without a try after a failure, so that a dead server costs one time-out and not one per key


class ForgivingRedisCache(RedisCache):
    """
    A Redis cache whose failures are misses.

    The cache holds counts and rate limits only: without it pages are a little slower and limits a little wider, while
    an error would close the portal. Locks after failed log-ins are kept in the database.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._away_until = 0.0

    def _try(self, call: Any, instead: Any) -> Any:
        if time.monotonic() < self._away_until:
            return instead
        try:
            return call()
        except (RedisError, OSError) as error:
            self._away_until = time.monotonic() + PAUSE
            log.warning("cache_away", error=type(error).__name__)
            return instead

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Return True when nothing could be asked: the caller is the first, as far as anyone knows."""
        return self._try(lambda: super(ForgivingRedisCache, self).add(*args, **kwargs), True)

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """Return the default when the server is away."""
        return self._try(lambda: super(ForgivingRedisCache, self).get(key, default, version), default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Store, or not."""
        self._try(lambda: super(ForgivingRedisCache, self).set(*args, **kwargs), None)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        """Return False when the server is away."""
        return self._try(lambda: super(ForgivingRedisCache, self).touch(*args, **kwargs), False)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Return False when the server is away."""
        return self._try(lambda: super(ForgivingRedisCache, self).delete(*args, **kwargs), False)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Return nothing found when the server is away."""
        return self._try(lambda: super(ForgivingRedisCache, self).get_many(*args, **kwargs), {})

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        """Return False when the server is away."""
        return self._try(lambda: super(ForgivingRedisCache, self).has_key(*args, **kwargs), False)

    def set_many(self, data: dict[Any, Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Return every key as not stored when the server is away."""
        return self._try(lambda: super(ForgivingRedisCache, self).set_many(data, *args, **kwargs), list(data))

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        """Delete, or not."""
        self._try(lambda: super(ForgivingRedisCache, self).delete_many(*args, **kwargs), None)

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        """Return the delta as the first count when the server is away; a missing key is still a ValueError."""
        return self._try(lambda: super(ForgivingRedisCache, self).incr(key, delta, version), delta)
