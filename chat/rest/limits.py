"""Rate limits: token buckets in Redis, shared by all processes. Without Redis everything is let through, and logged."""

import logging
from dataclasses import dataclass

import redis

from chat.keys import bucket_key
from chat.redis_clients import redis_client
from tenants.buckets import take
from tenants.models import Tenant

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many per second on the long run, and `burst` at once."""

    name: str
    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Taken:
    rate: Rate
    left: int
    retry_after: float  # seconds; 0 when it may go on

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.rate.burst),
            "RateLimit-Remaining": str(max(0, self.left)),
            "RateLimit-Reset": str(max(0, round((self.rate.burst - self.left) / self.rate.per_second))),
        }


# An integrator's key, an address that starts visitor sessions, a visitor that asks, uploads, tells where it is.
KEY_RATE = Rate("key", 100.0, 1000)
VISITOR_RATE = Rate("visitor", 10.0, 200)
SESSION_RATE = Rate("session", 5.0, 300)
UPLOAD_RATE = Rate("upload", 0.5, 20)
# Of all visitors of an address together, since visitors are made for nothing.
UPLOAD_ADDRESS_RATE = Rate("upload-address", 1.0, 60)
# In megabytes. Of what lies an hour without a message the sweep makes room: one address cannot fill the visitors' room.
UPLOAD_SIZE_RATE = Rate("upload-megabytes", 0.25, 500)
# Messages that are left: of a visitor, and from an address, as above.
LEFT_RATE = Rate("left", 1 / 60, 5)
LEFT_ADDRESS_RATE = Rate("left-address", 0.1, 30)
TRAIL_RATE = Rate("trail", 0.5, 20)


def take_token(tenant: Tenant, rate: Rate, subject: str, count: int = 1) -> Taken:
    """Take a token, or `count`, of `subject` (a key, an address, a visitor) in this brand."""
    try:
        key = bucket_key(tenant, rate.name, subject)
        left = take(redis_client(), key, per_second=rate.per_second, size=rate.burst, count=count) - count
    except (redis.RedisError, OSError):
        logger.warning("rate limit not checked: Redis does not answer", exc_info=True)
        return Taken(rate, rate.burst, 0.0)
    return Taken(rate, int(max(0.0, left)), 0.0 if left >= 0 else -left / rate.per_second)
