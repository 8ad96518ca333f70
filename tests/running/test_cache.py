"""The cache's connections are the process's: each request has a thread of its own."""

from django.core.cache import cache

from chat.redis_clients import redis_client
from tests.threads import run_together


def test_one_request_after_another_opens_no_connections(acme):
    def look(_number):
        cache.set("seen", 1, 5)
        return cache.get("seen")

    def opened():
        return redis_client().info("stats")["total_connections_received"]

    look(0)
    before = opened()
    assert [run_together(1, look) for _ in range(5)] == [[1]] * 5
    assert opened() == before
