"""UUIDv7 (RFC 9562): 48 bits of milliseconds, then a counter so that ids made in one process keep their order."""

import secrets
import time
from uuid import UUID

_last = (0, 0)


def new_id() -> str:
    global _last
    ms, counter = _last
    now = time.time_ns() // 1_000_000
    if now > ms:
        ms, counter = now, secrets.randbits(11)
    else:
        counter += 1
        if counter > 0xFFF:
            ms, counter = ms + 1, 0
    _last = (ms, counter)
    value = ms << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(UUID(int=value))
