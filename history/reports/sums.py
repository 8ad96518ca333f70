"""Writing into the sums: differences are added by upsert, what comes down to nothing is removed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from history.models import Broad, BroadCount, BroadSpread, HourlyCount, HourlySpread
from history.models.reports import Counts
from history.reports.broad import broader
from history.reports.parts import Parts, Place, moment_of

COUNTS = tuple(field.name for field in Counts._meta.local_fields)
_PLACE = "hour, queue_id, agent_id, tag_id"
_PLACE_TYPES = ["timestamptz", "uuid", "uuid", "uuid"]
_BROAD = "kind, start, owner_id"
_BROAD_TYPES = ["smallint", "timestamptz", "uuid"]
_COUNT_TYPES = ["bigint"] * len(COUNTS)
_SPREAD_TYPES = ["smallint"] * 3 + ["bigint"] * 2
# Where a row belongs, as the key's columns have it.
Key = tuple[Any, ...]


def add_to_sums(change: Parts, broad_until: datetime | None = None) -> None:
    """Add a difference to the brand's sums; to the broad ones as far as they hold hours (before `broad_until`; None:
    all). The transaction must hold the lock of the position's row."""
    _add(change, lambda place: [_place(place)], (HourlyCount, HourlySpread), _PLACE, _PLACE_TYPES)

    def broad(place: Place) -> list[Key]:
        return broader(place) if broad_until is None or moment_of(place.hour) < broad_until else []

    _add(change, broad, (BroadCount, BroadSpread), _BROAD, _BROAD_TYPES)


def _add(
    change: Parts, keys_of: Callable[[Place], list[Key]], models: tuple[Any, Any], key: str, types: Sequence[str]
) -> None:
    counts: dict[Key, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for (place, name), n in change.counts.items():
        for one in keys_of(place):
            counts[one][name] += n
    spreads: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for cell, n in change.spreads.items():
        for one in keys_of(cell.place):
            sums = spreads[*one, *cell[1:]]
            sums[0] += n
            sums[1] += change.totals[cell]
    _upsert(models[0]._meta.db_table, key, COUNTS, [*types, *_COUNT_TYPES], _rows(counts, dict.values))
    # A score or duration that only changed its total cannot be: the bucket says which scores, not which seconds.
    more = f"{key}, measure, time, bucket"
    _upsert(models[1]._meta.db_table, more, ("count", "total"), [*types, *_SPREAD_TYPES], _rows(spreads, list))


def _rows(sums: dict[Key, Any], values: Callable[[Any], Iterable[int]]) -> list[Key]:
    rows = [(key, tuple(values(one))) for key, one in sums.items()]
    return [(*key, *numbers) for key, numbers in rows if any(numbers)]


def _place(place: Place) -> Key:
    return (moment_of(place.hour), place.queue or None, place.agent or None, place.tag or None)


def _upsert(table: str, key: str, sums: Sequence[str], types: Sequence[str], rows: list[Key]) -> None:
    if not rows:
        return
    columns = f"{key}, {', '.join(sums)}"
    arrays = ", ".join(f"%s::{one}[]" for one in types)
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in sums)
    nothing = " AND ".join(f"{name} = 0" for name in sums)
    rows.sort(key=lambda row: tuple(str(part) for part in row))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT * FROM unnest({arrays}) ON CONFLICT ({key}) DO UPDATE SET {added}",
            [list(column) for column in zip(*rows, strict=True)],
        )
        if any(value < 0 for row in rows for value in row[-len(sums) :]):
            at = types.index("timestamptz")
            moments = sorted({row[at] for row in rows})
            name = key.split(", ")[at]
            # The broad sums' key begins with what kind they are.
            kinds = f"kind = ANY('{{{','.join(str(kind) for kind in Broad.Kind.values)}}}') AND " if at else ""
            cursor.execute(f"DELETE FROM {table} WHERE {kinds}{name} = ANY(%s::timestamptz[]) AND {nothing}", [moments])
