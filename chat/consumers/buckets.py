"""Token buckets of participants: one for all that they ask and send in this process. Bounded: who has not asked for
longest is forgotten."""

import time
from collections import OrderedDict
from uuid import UUID

from chat.consumers.bucket import FRAMES_AT_ONCE, FRAMES_PER_SECOND, TokenBucket
from chat.participants.participant import Participant

MAX_KNOWN = 10_000


class Buckets:
    """One bucket for each participant in this process, shared by all its questions."""

    def __init__(self, per_second: float, at_once: float) -> None:
        self._per_second, self._at_once = per_second, at_once
        self._known: OrderedDict[tuple[UUID, UUID], TokenBucket] = OrderedDict()

    def of(self, who: Participant) -> TokenBucket:
        key = who.tenant.pk, who.me
        bucket = self._known.get(key)
        if bucket is None:
            bucket = self._known[key] = TokenBucket(self._per_second, self._at_once, time.monotonic())
            if len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return bucket


# Questions: a talk answers a long poll up to twenty times a second, in each of its tabs.
frames_of = Buckets(FRAMES_PER_SECOND, FRAMES_AT_ONCE)
questions_of = Buckets(50.0, 200.0)


def bucket_of_connection(who: Participant) -> TokenBucket:
    """What a connection's frames are drawn from: a visitor has one bucket for all tabs and requests together, others
    have one for each connection."""
    if who.kind == "visitor":
        return frames_of.of(who)
    return TokenBucket(FRAMES_PER_SECOND, FRAMES_AT_ONCE, time.monotonic())
