"""What runs inside Redis. All keys of one call belong to one brand."""

# Events of several conversations at once: a call costs our side as much as one command, however many events it holds.
# KEYS: sorted sets. ARGV: how many events are kept, for how many seconds, then for each key n and n times seq, frame.
NOTE = """
local at = 3
for i = 1, #KEYS do
    local n = tonumber(ARGV[at])
    redis.call('ZADD', KEYS[i], unpack(ARGV, at + 1, at + 2 * n))
    redis.call('ZREMRANGEBYRANK', KEYS[i], 0, -1 - tonumber(ARGV[1]))
    redis.call('EXPIRE', KEYS[i], ARGV[2])
    at = at + 1 + 2 * n
end
return #KEYS
"""

# What was read from PostgreSQL after a miss, unless the conversation was forgotten since `generation` was read.
# KEYS: generation, sorted set. ARGV: generation, kept, seconds, first seq, last seq, then seq, frame, …
REFILL = """
if (redis.call('GET', KEYS[1]) or '0') ~= ARGV[1] then
    return 0
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], ARGV[4], ARGV[5])
redis.call('ZADD', KEYS[2], unpack(ARGV, 6))
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[2]))
redis.call('EXPIRE', KEYS[2], ARGV[3])
return 1
"""
