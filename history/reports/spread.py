"""Histograms with logarithmic buckets: two of them add up by adding their counts, which medians do not.

Each bucket is GROWTH times as wide as the one before, so the value that stands for a bucket is at most ERROR away from
any that fell into it (the mapping of DDSketch, Masson, Rim and Lee, 2019). Pure: no I/O.
"""

import math
from collections.abc import Mapping

ERROR = 0.025
GROWTH = (1 + ERROR) / (1 - ERROR)
_LOG_GROWTH = math.log(GROWTH)
# 68 years. What is longer stands in the last bucket.
_LAST = math.ceil(math.log(2**31) / _LOG_GROWTH) + 1


def bucket_of(seconds: float) -> int:
    """Bucket 0 holds everything under a second."""
    if seconds < 1:
        return 0
    return min(1 + math.floor(math.log(seconds) / _LOG_GROWTH), _LAST)


def value_of(bucket: int) -> float:
    """Return the value that stands for a bucket: as far from its lower end as from its upper one, relatively."""
    return 0.0 if bucket == 0 else GROWTH ** (bucket - 1) * (1 + ERROR)


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """Return the value at the nearest rank of `share` (0.5: the median), None of nothing."""
    bucket = bucket_at(counts, share)
    return None if bucket is None else value_of(bucket)


def bucket_at(counts: Mapping[int, int], share: float) -> int | None:
    """Return the bucket at that rank."""
    total = sum(counts.values())
    if total <= 0:
        return None
    rank = max(1, math.ceil(share * total))
    for bucket in sorted(counts):
        rank -= counts[bucket]
        if rank <= 0:
            return bucket
    raise AssertionError("a rank is at most the total")
