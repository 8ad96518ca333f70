"""Token buckets of participants that ask without a connection. Bounded: who has not asked for longest is forgotten."""

import time
from collections import OrderedDict
from uuid import UUID

from chat.consumers.bucket import TokenBucket
from chat.participants.participant import Participant

PER_SECOND = 10.0
AT_ONCE = 40.0
MAX_KNOWN = 10_000


class Buckets:
    def __init__(self) -> None:
        self._known: OrderedDict[tuple[UUID, UUID], TokenBucket] = OrderedDict()

    def of(self, who: Participant) -> TokenBucket:
        """The participant's bucket in this process, shared by all its questions."""
        key = who.tenant.pk, who.me
        bucket = self._known.get(key)
        if bucket is None:
            bucket = self._known[key] = TokenBucket(PER_SECOND, AT_ONCE, time.monotonic())
            if len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return bucket


buckets = Buckets()
