"""Writing into the sums: differences are added by upsert, what comes down to nothing is removed."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from history.models import HourlyCount, HourlySpread
from history.reports.parts import Parts, Place, moment_of

COUNTS = tuple(
    field.name for field in HourlyCount._meta.concrete_fields if field.name not in ("id", "hour")
    and not field.name.endswith("_id")
)  # fmt: skip
_PLACE = "hour, queue_id, agent_id, tag_id"
_PLACE_TYPES = ["timestamptz", "uuid", "uuid", "uuid"]


def add_to_sums(change: Parts) -> None:
    """Add a difference to the brand's sums. The transaction must hold the lock of the position's row."""
    _add_counts(change)
    _add_spreads(change)


def _add_counts(change: Parts) -> None:
    by_place: dict[Place, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for (place, name), n in change.counts.items():
        if n:
            by_place[place][name] = n
    rows = [(*_place(place), *counts.values()) for place, counts in by_place.items()]
    _upsert(HourlyCount._meta.db_table, _PLACE, COUNTS, _PLACE_TYPES + ["bigint"] * len(COUNTS), rows)


def _add_spreads(change: Parts) -> None:
    rows = [(*_place(key.place), *key[1:], n, change.totals[key]) for key, n in change.spreads.items()]
    # A score or duration that only changed its total cannot be: the bucket says which scores, not which seconds.
    rows = [row for row in rows if row[-2] or row[-1]]
    types = _PLACE_TYPES + ["smallint"] * 3 + ["bigint"] * 2
    _upsert(HourlySpread._meta.db_table, f"{_PLACE}, measure, time, bucket", ("count", "total"), types, rows)


def _place(place: Place) -> tuple[Any, ...]:
    return (moment_of(place.hour), place.queue or None, place.agent or None, place.tag or None)


def _upsert(table: str, key: str, sums: Sequence[str], types: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
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
            hours = sorted({row[0] for row in rows})
            cursor.execute(f"DELETE FROM {table} WHERE hour = ANY(%s::timestamptz[]) AND {nothing}", [hours])
