"""Rate limits: token buckets in Redis, shared by all processes. Without Redis everything is let through, and logged."""

import logging
import time
from dataclasses import dataclass

import redis
from redis.commands.core import Script

from chat.keys import bucket_key
from chat.presence import redis_client
from tenants.models import Tenant

logger = logging.getLogger(__name__)

# KEYS[1] bucket; ARGV rate per second, burst, now. Answers tokens left after taking one (negative: none was there).
_TAKE = """
local bucket = redis.call('HMGET', KEYS[1], 't', 'n')
local rate, burst, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local tokens = tonumber(bucket[1]) or burst
local before = tonumber(bucket[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - before) * rate)
local left = tokens - 1
if left >= 0 then tokens = left end
redis.call('HSET', KEYS[1], 't', tostring(tokens), 'n', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return tostring(left)
"""


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
# Messages that are left: of a visitor, and from an address, since visitors are made for nothing.
LEFT_RATE = Rate("left", 1 / 60, 5)
LEFT_ADDRESS_RATE = Rate("left-address", 0.1, 30)
TRAIL_RATE = Rate("trail", 0.5, 20)


def take_token(tenant: Tenant, rate: Rate, subject: str) -> Taken:
    """Take one token of `subject` (a key, an address, a visitor) in this brand."""
    try:
        key = bucket_key(tenant, rate.name, subject)
        answer = _script()(keys=[key], args=[rate.per_second, rate.burst, time.time()])
    except (redis.RedisError, OSError):
        logger.warning("rate limit not checked: Redis does not answer", exc_info=True)
        return Taken(rate, rate.burst, 0.0)
    left = float(answer)
    return Taken(rate, int(max(0.0, left)), 0.0 if left >= 0 else -left / rate.per_second)


def _script() -> Script:
    return redis_client().register_script(_TAKE)
