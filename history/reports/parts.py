"""What one conversation puts into the sums: counts and durations by hour, queue and agent. Pure: no I/O."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from history.models import HourlySpread
from history.reports.spread import bucket_of

Measure = HourlySpread.Measure
Time = HourlySpread.Time
HOUR = 3600


class Place(NamedTuple):
    """An hour (since 1970, UTC) and whose: ids as text, '' for nobody's."""

    hour: int
    queue: str
    agent: str
    tag: str = ""


class CountKey(NamedTuple):
    place: Place
    name: str


class SpreadKey(NamedTuple):
    place: Place
    measure: int
    time: int
    bucket: int


def hour_of(moment: datetime) -> int:
    return int(moment.timestamp()) // HOUR


def moment_of(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * HOUR, UTC)


@dataclass
class Parts:
    """Sums that add up: of one conversation, of many, or the difference between two."""

    counts: Counter[CountKey] = field(default_factory=Counter)
    # The same keys: how many, and their values' total.
    spreads: Counter[SpreadKey] = field(default_factory=Counter)
    totals: Counter[SpreadKey] = field(default_factory=Counter)

    def count(self, place: Place, name: str) -> None:
        self.counts[CountKey(place, name)] += 1

    def measure(self, place: Place, measure: int, time: int, seconds: float) -> None:
        self._add_spread(SpreadKey(place, measure, time, bucket_of(seconds)), round(seconds))

    def rate(self, place: Place, score: int) -> None:
        self._add_spread(SpreadKey(place, Measure.RATING, Time.BOTH, score), score)

    def _add_spread(self, key: SpreadKey, total: int) -> None:
        self.spreads[key] += 1
        self.totals[key] += total

    def add(self, other: "Parts", sign: int = 1) -> None:
        for mine, theirs in self._pairs(other):
            for key, value in theirs.items():
                mine[key] += sign * value

    def _pairs(self, other: "Parts") -> list[tuple[Counter[Any], Counter[Any]]]:
        return [(self.counts, other.counts), (self.spreads, other.spreads), (self.totals, other.totals)]

    def with_tags(self, tags: Iterable[str]) -> "Parts":
        """The same once without a tag and once for each."""
        whole = Parts()
        for tag in ["", *tags]:
            whole.add(self._tagged(tag))
        return whole

    def _tagged(self, tag: str) -> "Parts":
        return Parts(*(Counter({_with_tag(key, tag): n for key, n in mine.items()}) for mine, _ in self._pairs(self)))

    def packed(self) -> dict[str, Any]:
        """As JSON; the same sums are always the same JSON."""
        return {
            "counts": sorted([*key.place, key.name, n] for key, n in self.counts.items() if n),
            "spreads": sorted([*key.place, *key[1:], n, self.totals[key]] for key, n in self.spreads.items() if n),
        }

    @classmethod
    def unpacked(cls, packed: dict[str, Any]) -> Self:
        parts = cls()
        for *place, name, n in packed["counts"]:
            parts.counts[CountKey(Place(*place), name)] = n
        for *rest, n, total in packed["spreads"]:
            key = SpreadKey(Place(*rest[:4]), *rest[4:])
            parts.spreads[key], parts.totals[key] = n, total
        return parts


def _with_tag(key: Any, tag: str) -> Any:
    return key._replace(place=key.place._replace(tag=tag))
