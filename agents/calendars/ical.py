"""Reading holidays out of iCal files (RFC 5545). Pure. Files come from anywhere, so nothing in them is believed.

Only the few lines that matter are taken out of each event, in time that grows with the file; each event is then read by
itself, so that one that is broken is named and the others are still there. Time zones that a file defines itself are
left out: rules in them can keep a reader busy for ever.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from icalendar import Event

from agents.calendars.yearly import NotYearly, yearly_dates
from chat.errors import Invalid
from chat.text import clean_line

MAX_BYTES = 1024 * 1024
MAX_EVENTS = 2000
MAX_LINE = 4000
MAX_DAYS = 1000
LONGEST = timedelta(days=366)
WANTED = re.compile(r"(DTSTART|DTEND|DURATION|RRULE|EXDATE|RDATE|SUMMARY|UID|STATUS|RECURRENCE-ID)[;:]", re.IGNORECASE)


class BadFile(ValueError):
    """The file cannot be read; the message is a sentence for whoever gave it."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A closed time: from `start` to `end` on the clocks of the calendar's zone; whole days begin and end at 0:00."""

    uid: str
    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """`skipped`: a sentence for each event that was not taken."""

    holidays: list[Holiday]
    skipped: list[str]


def read_holidays(data: bytes, *, zone: ZoneInfo, first: date, last: date) -> Found:
    """The closed times in the file that touch the dates from `first` to `last`. Raises BadFile."""
    found = Found([], [])
    moved: dict[str, set[date]] = {}
    events: list[tuple[str, Any]] = []
    for text in _event_texts(_decoded(data)):
        try:
            event: Any = Event.from_ical(text)
            events.append((_uid(event), event))
            if "RECURRENCE-ID" in event:
                moved.setdefault(_uid(event), set()).add(_wall(event["RECURRENCE-ID"].dt, zone).date())
        except Exception:
            # Whatever the parser may raise on what it was not made for.
            found.skipped.append(gettext("An event that cannot be read: %(text)s") % {"text": _shown(text)})
    for uid, event in events:
        try:
            found.holidays.extend(_occurrences(uid, event, zone, (first, last), moved.get(uid, set())))
        except (Invalid, NotYearly, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            reason = str(error) if isinstance(error, NotYearly) else gettext("its dates cannot be read")
            found.skipped.append(
                gettext("“%(name)s” is left out: %(reason)s.") % {"name": _name(event), "reason": reason}
            )
        if len(found.holidays) > MAX_DAYS:
            raise BadFile(gettext("More than %(count)d days: is this a calendar of holidays?") % {"count": MAX_DAYS})
    return found


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise BadFile(gettext("The file is larger than 1 MB."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile(gettext("The file is not written in UTF-8.")) from None
    if "BEGIN:VCALENDAR" not in text[:1000].upper():
        raise BadFile(gettext("This is not an iCal file."))
    return text


def _event_texts(text: str) -> Iterator[str]:
    """Each event with its wanted lines only, alarms and the like inside it left out."""
    lines: list[str] | None = None
    inside, count = 0, 0
    for line in _unfolded(text):
        start = line[:30].strip().upper()
        if start == "BEGIN:VEVENT" and lines is None:
            lines, inside, count = [], 0, count + 1
            if count > MAX_EVENTS:
                raise BadFile(gettext("More than %(count)d events.") % {"count": MAX_EVENTS})
        elif start == "END:VEVENT" and lines is not None and not inside:
            yield "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])
            lines = None
        elif start.startswith("BEGIN:"):
            inside += 1
        elif start.startswith("END:"):
            inside = max(0, inside - 1)
        elif lines is not None and not inside and len(line) <= MAX_LINE and WANTED.match(line):
            lines.append(line)


def _unfolded(text: str) -> Iterator[str]:
    """Lines, with those that go on in the next one (which then begins with a space) put together."""
    parts: list[str] = []
    for raw in re.split(r"\r\n|\n|\r", text):
        if raw[:1] in (" ", "\t") and parts:
            parts.append(raw[1:])
            continue
        yield "".join(parts)
        parts = [raw]
    yield "".join(parts)


def _occurrences(
    uid: str, event: Any, zone: ZoneInfo, window: tuple[date, date], moved: set[date]
) -> Iterator[Holiday]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    start = _wall(event["DTSTART"].dt, zone)
    length = _length(event, start, zone)
    if not length:
        return
    first, last = window
    # One that began earlier may reach into the window.
    dates = {
        *_dates(event, start, (first - length, last), zone),
        *(one.date() for one in _listed(event, "RDATE", zone)),
    }
    left_out = {one.date() for one in _listed(event, "EXDATE", zone)}
    if "RECURRENCE-ID" not in event:
        left_out |= moved
    for day in sorted(dates - left_out):
        begins = datetime.combine(day, start.time())
        if begins.date() <= last and (begins + length).date() >= first:
            yield Holiday(uid, _name(event), begins, begins + length)


def _dates(event: Any, start: datetime, window: tuple[date, date], zone: ZoneInfo) -> list[date]:
    if "RRULE" not in event:
        return [start.date()]
    rule = event["RRULE"]
    if isinstance(rule, list):
        raise NotYearly(gettext("it recurs by more than one rule"))
    rule = {key.upper(): value for key, value in rule.items()}
    if isinstance(event["DTSTART"].dt, datetime) and "UNTIL" in rule:
        rule["UNTIL"] = [_last_date(until, start, zone) for until in rule["UNTIL"]]
    return list(yearly_dates(start.date(), rule, window))


def _last_date(until: date | datetime, start: datetime, zone: ZoneInfo) -> date:
    """The last date on which something may still begin at the time of `start`. In UTC the end may be a day before."""
    if not isinstance(until, datetime):
        return until
    return (_wall(until, zone) - (start - datetime.combine(start, time()))).date()


def _listed(event: Any, name: str, zone: ZoneInfo) -> list[datetime]:
    given = event.get(name, [])
    return [_wall(one.dt, zone) for many in (given if isinstance(given, list) else [given]) for one in many.dts]


def _length(event: Any, start: datetime, zone: ZoneInfo) -> timedelta:
    if "DTEND" in event:
        length = _wall(event["DTEND"].dt, zone) - start
    elif "DURATION" in event:
        length = event["DURATION"].dt
    else:
        length = timedelta(days=1) if not isinstance(event["DTSTART"].dt, datetime) else timedelta()
    if not timedelta() <= length <= LONGEST:
        raise Invalid
    return length


def _wall(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """On the zone's clocks; what has no zone is meant for wherever one is."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0)


def _uid(event: Any) -> str:
    return clean_line(str(event.get("UID", "")), 255) or f"{_name(event)}-{event['DTSTART'].dt}"[:255]


def _name(event: Any) -> str:
    try:
        return clean_line(str(event.get("SUMMARY", "")), 80)
    except Invalid:
        return ""


def _shown(text: str) -> str:
    return " ".join(text.split())[13:73]
