"""The closing table: one line per brand and one for all. Figures are computed here and nowhere else."""

import math
from collections.abc import Sequence
from typing import Any

from kefu_project.replay.play import Show
from kefu_project.replay.readback import Found

FIGURES = {
    "dialogues": "Dialogues",
    "sent": "Messages sent",
    "acked": "acknowledged",
    "stored": "stored",
    "missing": "missing",
    "unexpected": "unexpected",
    "changed": "changed",
    "out_of_order": "out of order",
    "foreign": "found in another brand",
    "failed": "Dialogues that failed",
    "ack_p50_ms": "Acknowledged within, P50 ms",
    "ack_p99_ms": "P99 ms",
    "rate": "Messages per second",
}
COUNTED = ("stored", "missing", "unexpected", "changed", "out_of_order", "foreign")


def table_of(show: Show, found: Sequence[Found]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Headings and rows: a line per figure, a column per brand and one for all."""
    brands = rows_of(show, found)
    headings = {"figure": ""} | {row["brand"]: row["brand"] for row in brands}
    rows = [{"figure": title} | {row["brand"]: row[name] for row in brands} for name, title in FIGURES.items()]
    return headings, rows


def rows_of(show: Show, found: Sequence[Found]) -> list[dict[str, Any]]:
    brands = sorted({one.played.site.name for one in found})
    rows = [_row(brand, show, [one for one in found if one.played.site.name == brand]) for brand in brands]
    return [*rows, _row("All", show, found)]


def summary_of(show: Show, found: Sequence[Found]) -> dict[str, Any]:
    """Everything, for programs."""
    late = [one.played.late_seconds for one in found]
    return {
        "passed": all(one.is_right for one in found),
        "seconds": round(show.seconds, 1),
        "late_start_p99_ms": percentile(late, 0.99),
        "not_pushed_asked_for": sum(one.played.asked_again for one in found),
        "rate_limited": show.rate_limited,
        "failures": failures_of(found)[:20],
        "brands": rows_of(show, found),
    }


def failures_of(found: Sequence[Found]) -> list[str]:
    reasons = [(one.played.dialogue.number, one.played.failure or one.failure) for one in found]
    return [f"dialogue {number}: {reason}" for number, reason in reasons if reason]


def percentile(seconds: Sequence[float], share: float) -> float:
    """In milliseconds; the nearest rank."""
    ranked = sorted(seconds)
    return round(ranked[max(0, math.ceil(share * len(ranked)) - 1)] * 1000, 1) if ranked else 0.0


def _row(brand: str, show: Show, found: Sequence[Found]) -> dict[str, Any]:
    acks = [seconds for one in found for seconds in one.played.ack_seconds]
    return {
        "brand": brand,
        "dialogues": len(found),
        "sent": sum(one.played.sent for one in found),
        "acked": sum(len(one.played.said) for one in found),
        **{name: sum(getattr(one, name) for one in found) for name in COUNTED},
        "failed": sum(bool(one.failure or one.played.failure) for one in found),
        "ack_p50_ms": percentile(acks, 0.5),
        "ack_p99_ms": percentile(acks, 0.99),
        "rate": round(len(acks) / show.seconds, 1) if show.seconds else 0.0,
    }
