"""What a calendar may hold. Each refusal is a sentence that says what is wrong where."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents.calendars.hours import DAY_MINUTES, Span, Week

MAX_SPANS_A_DAY = 10
WEEK_MINUTES = 7 * DAY_MINUTES
DAY_NAMES = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


class BadHours(ValueError):
    """The hours cannot be; the message is a sentence for whoever wrote them."""


def check_zone(name: str) -> ZoneInfo:
    """Return the zone. Raises BadHours: only names that are listed, since others are looked up as files."""
    if name not in known_zones():
        raise BadHours(gettext("There is no time zone “%(name)s”. Write it like Asia/Shanghai.") % {"name": name[:64]})
    return ZoneInfo(name)


@lru_cache
def known_zones() -> frozenset[str]:
    """All names, once per process: they are found by walking through files."""
    return frozenset(available_timezones())


def check_week_spans(spans: Any) -> Week:
    """Read `[{"day": 0, "start": "09:00", "end": "17:30"}, …]`, Monday is 0. Raises BadHours."""
    days: list[list[Span]] = [[] for _day in range(7)]
    for entry in _entries(spans, {"day", "start", "end"}):
        day = entry["day"]
        if isinstance(day, bool) or not isinstance(day, int) or not 0 <= day <= 6:
            raise BadHours(gettext("A day is a number from 0 (Monday) to 6 (Sunday)."))
        days[day].append(_span(entry))
    for number, found in enumerate(days):
        _check_count(found, str(DAY_NAMES[number]))
    _check_apart(
        [
            (number * DAY_MINUTES + start, number * DAY_MINUTES + end)
            for number, day in enumerate(days)
            for start, end in day
        ]
    )
    return tuple(tuple(sorted(day)) for day in days)


def check_day_spans(spans: Any) -> tuple[Span, ...]:
    """Read `[{"start": "10:00", "end": "14:00"}, …]` of one date; none: closed. Raises BadHours."""
    found = sorted(_span(entry) for entry in _entries(spans, {"start", "end"}))
    _check_count(found, gettext("this date"))
    for one, other in pairwise(found):
        if other[0] < one[1]:
            raise BadHours(_overlap(one, other, ""))
    return tuple(found)


def _entries(spans: Any, names: set[str]) -> Iterable[dict[str, Any]]:
    if not isinstance(spans, list):
        raise BadHours(gettext("Hours are a list of spans."))
    for entry in spans:
        if not isinstance(entry, dict) or set(entry) != names:
            raise BadHours(gettext("A span has exactly: %(names)s.") % {"names": ", ".join(sorted(names))})
        yield entry


def _span(entry: dict[str, Any]) -> Span:
    start, end = _minutes(entry["start"]), _minutes(entry["end"], is_end=True)
    # An end before or at the start is on the next day.
    return (start, end) if end > start else (start, end + DAY_MINUTES)


def _minutes(text: Any, *, is_end: bool = False) -> int:
    if is_end and text == "24:00":
        return DAY_MINUTES
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise BadHours(gettext("“%(time)s” is no time of day. Write it like 09:00.") % {"time": str(text)[:20]})
    return int(match[1]) * 60 + int(match[2])


def _check_count(spans: Sequence[Span], where: str) -> None:
    if len(spans) > MAX_SPANS_A_DAY:
        raise BadHours(gettext("More than %(count)d spans on %(day)s.") % {"count": MAX_SPANS_A_DAY, "day": where})


def _check_apart(spans: list[Span]) -> None:
    """No two overlap, counted from Monday 0:00; Sunday's last may reach into Monday."""
    spans = sorted(spans)
    if not spans:
        return
    around = (spans[0][0] + WEEK_MINUTES, spans[0][1] + WEEK_MINUTES)
    for one, other in zip(spans, [*spans[1:], around], strict=True):
        if len(spans) > 1 and other[0] < one[1]:
            raise BadHours(_overlap(one, other, str(DAY_NAMES[one[0] // DAY_MINUTES % 7])))


def _overlap(one: Span, other: Span, day: str) -> str:
    spans = {"one": _shown(one), "other": _shown(other), "day": day}
    if day:
        return gettext("%(day)s: %(one)s and %(other)s overlap.") % spans
    return gettext("%(one)s and %(other)s overlap.") % spans


def _shown(span: Span) -> str:
    return "–".join(shown_time(minutes) for minutes in span)


def shown_time(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
