"""From a calendar's rows to hours. What is stored was checked; should it be broken nevertheless, that is an error."""

from datetime import date
from uuid import UUID

from agents.calendars.checks import check_day_spans, check_week_spans, check_zone
from agents.calendars.hours import Hours
from agents.models import Calendar, CalendarDay


def hours_of(calendar: Calendar | None, *, since: date | None = None) -> Hours:
    """The hours of a calendar, with its special days (from `since` on); always open without one."""
    if calendar is None:
        return Hours.always()
    days = CalendarDay.objects.filter(calendar=calendar)
    if since is not None:
        days = days.filter(date__gte=since)
    special = {day: check_day_spans(spans) for day, spans in days.values_list("date", "spans")}
    return Hours(check_zone(calendar.time_zone), check_week_spans(calendar.spans), special)


def read_hours(calendar_id: UUID | None) -> Hours:
    """`hours_of` by id; a calendar that is gone is none."""
    return hours_of(Calendar.objects.filter(pk=calendar_id).first() if calendar_id else None)
