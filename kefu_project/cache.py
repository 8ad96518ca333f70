"""Django's Redis cache on connections of the process."""

from functools import lru_cache

from django.core.cache.backends.redis import RedisCache as DjangoRedisCache
from django.core.cache.backends.redis import RedisCacheClient


class RedisCache(DjangoRedisCache):
    """Django keeps a cache per thread, and under ASGI each request has a thread of its own: it would open a connection
    to Redis for every request that looks into the cache."""

    @property
    def _cache(self) -> RedisCacheClient:
        return _client(tuple(self._servers))  # type: ignore[attr-defined]


@lru_cache
def _client(servers: tuple[str, ...]) -> RedisCacheClient:
    return RedisCacheClient(list(servers))
