"""The archive's tables, and the rolled-up ones that reports read."""

from history.models.archive import ArchivedMessage, Transcript
from history.models.reports import (
    Broad,
    BroadCount,
    BroadSpread,
    CountedConversation,
    HourlyCount,
    HourlyLoad,
    HourlySpread,
    ReportPosition,
)

__all__ = [
    "ArchivedMessage",
    "Broad",
    "BroadCount",
    "BroadSpread",
    "CountedConversation",
    "HourlyCount",
    "HourlyLoad",
    "HourlySpread",
    "ReportPosition",
    "Transcript",
]
