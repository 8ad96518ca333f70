"""What one row of a report shows. Pure: no I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from history.models import HourlySpread
from history.reports.spread import value_of
from history.reports.sums import COUNTS

Measure = HourlySpread.Measure
NAMES = {Measure.WAITED: "waited", Measure.FIRST_RESPONSE: "first_response", Measure.RESOLUTION: "resolution"}
GOOD_SCORE = 4  # of 5: what counts as satisfied
PROMISES = ("first", "next", "resolution")


@dataclass(frozen=True, slots=True)
class Spread:
    """Many values of one measure: how many, their total, the buckets of their median and of the 90th percentile, and
    how often each score was given (of ratings)."""

    count: int
    total: int
    p50: int | None
    p90: int | None
    scores: dict[str, int] | None


NOTHING = Spread(0, 0, None, None, None)


@dataclass
class Sums:
    """What one row of a report is made of."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    spreads: dict[int, Spread] = field(default_factory=dict)
    load: dict[str, int] | None = None

    def take_counts(self, counts: Iterable[int]) -> None:
        self.counts = dict(zip(COUNTS, counts, strict=True))

    def shown(self) -> dict[str, Any]:
        promised = {
            kind: {"kept": self.counts[f"{kind}_kept"], "broken": self.counts[f"{kind}_broken"]} for kind in PROMISES
        }
        plain = {name: n for name, n in self.counts.items() if not name.endswith(("_kept", "_broken"))}
        spreads = {name: self._spread(measure) for measure, name in NAMES.items()}
        return {**plain, "sla": promised, **spreads, "csat": self._csat(), "load": self.load}

    def _spread(self, measure: int) -> dict[str, Any]:
        one = self.spreads.get(measure, NOTHING)
        return {
            "count": one.count,
            "mean": round(one.total / one.count, 1) if one.count else None,
            "p50": _seconds(one.p50),
            "p90": _seconds(one.p90),
        }

    def _csat(self) -> dict[str, Any]:
        one = self.spreads.get(Measure.RATING, NOTHING)
        scores = [(one.scores or {}).get(str(score), 0) for score in range(1, 6)]
        return {
            "count": one.count,
            "mean": round(one.total / one.count, 2) if one.count else None,
            "good": round(sum(scores[GOOD_SCORE - 1 :]) / one.count, 4) if one.count else None,
            "scores": scores,
        }


def _seconds(bucket: int | None) -> float | None:
    return None if bucket is None else round(value_of(bucket), 1)
