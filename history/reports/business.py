"""The business time of queues: how many seconds of their hours lie between two moments."""

from collections.abc import Mapping

from history.reports.story import BusinessTime


def business_times() -> Mapping[str, BusinessTime]:
    """Return by queue id how to count its business time; queues without hours are not in it."""
    return {}
