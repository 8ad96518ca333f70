"""Holidays of an iCal file as special days of a calendar: first a plan that can be looked at, then the plan is done.

Importing the same file again changes what it made before and adds nothing. Days that somebody wrote by hand stay.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from django.db import transaction
from django.db.models import Q

from agents.calendars.checks import check_week_spans, check_zone, shown_time
from agents.calendars.hours import DAY_MINUTES, Span
from agents.calendars.ical import Holiday, read_holidays
from agents.models import Calendar, CalendarDay

YEARS_AHEAD = 3
Change = Literal["new", "changed", "same", "kept"]


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """`kept`: somebody wrote this date by hand, so it stays as it is."""

    date: date
    name: str
    uid: str
    spans: list[dict[str, str]]
    change: Change


@dataclass(frozen=True, slots=True)
class Plan:
    days: list[PlannedDay]
    # Dates that an earlier import made and that are not in the file any more.
    gone: list[date]
    skipped: list[str]


def plan_import(calendar: Calendar, data: bytes, today: date) -> Plan:
    """What importing the file would change, from today on for three years. Writes nothing. Raises BadFile, BadHours."""
    zone = check_zone(calendar.time_zone)
    last = date(today.year + YEARS_AHEAD, 12, 31)
    found = read_holidays(data, zone=zone, first=today, last=last)
    known = {day.date: day for day in CalendarDay.objects.filter(calendar=calendar, date__range=(today, last))}
    by_date = _by_date(found.holidays, today, last)
    planned = [one for day, parts in by_date if (one := _planned(day, parts, calendar, known.get(day)))]
    uids = {holiday.uid for holiday in found.holidays}
    dates = {one.date for one in planned}
    gone = sorted(day.date for day in known.values() if day.source_uid in uids and day.date not in dates)
    return Plan(planned, gone, found.skipped)


def do_import(calendar: Calendar, plan: Plan) -> int:
    """Write the plan and return how many dates it changed. What was written by hand meanwhile stays."""
    with transaction.atomic():
        calendar = Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
        days = CalendarDay.objects.filter(calendar=calendar)
        by_hand = set(days.filter(source_uid="").values_list("date", flat=True))
        wanted = [one for one in plan.days if one.change in ("new", "changed") and one.date not in by_hand]
        replaced = Q(date__in=[one.date for one in wanted]) | Q(date__in=plan.gone)
        days.exclude(source_uid="").filter(replaced).delete()
        CalendarDay.objects.bulk_create(
            CalendarDay(calendar=calendar, date=one.date, name=one.name, spans=one.spans, source_uid=one.uid)
            for one in wanted
        )
        return len(wanted) + len(plan.gone)


def _by_date(holidays: Iterable[Holiday], first: date, last: date) -> list[tuple[date, list[Holiday]]]:
    """Each date with the holidays that lie on it."""
    by_date: dict[date, list[Holiday]] = {}
    for holiday in holidays:
        day = max(first, holiday.start.date())
        while day <= last and datetime.combine(day, time()) < holiday.end:
            by_date.setdefault(day, []).append(holiday)
            day += timedelta(days=1)
    return sorted(by_date.items())


def _planned(day: date, holidays: list[Holiday], calendar: Calendar, known: CalendarDay | None) -> PlannedDay | None:
    """None: nothing is closed that was open, as by an event in the evening."""
    usual = list(check_week_spans(calendar.spans)[day.weekday()])
    spans = usual
    for holiday in holidays:
        spans = [part for span in spans for part in _without(span, *_minutes(day, holiday))]
    if usual and spans == usual:
        return None
    written = [{"start": shown_time(start), "end": shown_time(end)} for start, end in spans]
    name = " · ".join(dict.fromkeys(holiday.name for holiday in holidays if holiday.name))[:80]
    uid = holidays[0].uid
    change: Change = "new"
    if known is not None:
        is_same = (known.name, known.spans, known.source_uid) == (name, written, uid)
        change = "kept" if not known.source_uid else "same" if is_same else "changed"
    return PlannedDay(day, name, uid, written, change)


def _minutes(day: date, holiday: Holiday) -> Span:
    """The holiday in minutes after the date's midnight. A date that is closed whole is so with the night after it."""
    midnight = datetime.combine(day, time())
    start = max(0, int((holiday.start - midnight).total_seconds() // 60))
    end = -int(-(holiday.end - midnight).total_seconds() // 60)
    return start, (2 * DAY_MINUTES if end >= DAY_MINUTES and start == 0 else end)


def _without(span: Span, start: int, end: int) -> list[Span]:
    """What is left of a span when it is closed from start to end."""
    parts = [(span[0], min(span[1], start)), (max(span[0], end), span[1])]
    return [(opens, closes) for opens, closes in parts if opens < closes]


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """As the form carries it between looking and doing, signed."""
    return {
        "days": [[one.date.isoformat(), one.name, one.uid, one.spans, one.change] for one in plan.days],
        "gone": [day.isoformat() for day in plan.gone],
    }


def plan_from_json(data: dict[str, Any]) -> Plan:
    days = [PlannedDay(date.fromisoformat(day), *rest) for day, *rest in data["days"]]
    return Plan(days, [date.fromisoformat(day) for day in data["gone"]], [])
