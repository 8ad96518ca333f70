"""Token buckets in Redis, shared by all processes: what limits of rates are counted in."""

import time

import redis

# KEYS[1] bucket; ARGV rate per second, size, now, how many to take, the lowest that it may get. Answers what was there.
# What would go lower takes nothing: several who come back when they were told to would else empty it for each other
# before it holds one again, and none would ever be answered.
_TAKE = """
local bucket = redis.call('HMGET', KEYS[1], 't', 'n')
local rate, size, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local there = tonumber(bucket[1]) or size
there = math.min(size, there + math.max(0, now - (tonumber(bucket[2]) or now)) * rate)
if tonumber(ARGV[4]) > 0 then
  local left = there - tonumber(ARGV[4])
  if left < tonumber(ARGV[5]) then left = there end
  redis.call('HSET', KEYS[1], 't', tostring(left), 'n', tostring(now))
  redis.call('EXPIRE', KEYS[1], math.ceil((size - left) / rate) + 1)
end
return tostring(there)
"""


def take(client: redis.Redis, key: str, *, per_second: float, size: float, count: int = 1, lowest: float = 0) -> float:
    """Take `count` tokens out of a bucket of `size` that fills at `per_second`; returns how many were there before.

    Takes nothing where fewer than `lowest` would be left. Raises RedisError.
    """
    arguments = [per_second, size, time.time(), count, lowest]
    return float(client.register_script(_TAKE)(keys=[key], args=arguments))
