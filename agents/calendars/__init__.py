"""Business hours: what a calendar means in time, its checks, and holidays from iCal files (docs/hours.md)."""

from agents.calendars.checks import BadHours, check_day_spans, check_week_spans, check_zone
from agents.calendars.hours import Hours, add_business_time, business_seconds, is_open, next_opening
from agents.calendars.reading import hours_of, read_hours

__all__ = [
    "BadHours",
    "Hours",
    "add_business_time",
    "business_seconds",
    "check_day_spans",
    "check_week_spans",
    "check_zone",
    "hours_of",
    "is_open",
    "next_opening",
    "read_hours",
]
