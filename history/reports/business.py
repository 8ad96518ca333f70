"""The business time of queues: how many seconds of their hours lie between two moments.

By the calendar as it is when a conversation is counted: after a calendar was changed, what is counted stays until it is
counted again (`kefu reports rebuild`).
"""

from collections.abc import Mapping
from functools import partial

from agents.calendars import business_seconds, hours_of
from agents.models import Calendar, Queue
from history.reports.story import BusinessTime


def business_times() -> Mapping[str, BusinessTime]:
    """Return by queue id how to count its business time; queues without hours are not in it."""
    used = Queue.objects.filter(calendar__isnull=False).values_list("pk", "calendar_id")
    calendars = {calendar_id for _, calendar_id in used}
    hours = {one.pk: hours_of(one) for one in Calendar.objects.filter(pk__in=calendars)}
    return {str(queue): partial(business_seconds, hours[calendar]) for queue, calendar in used if calendar in hours}
