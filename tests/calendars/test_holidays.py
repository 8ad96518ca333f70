from datetime import date

import pytest

from agents.calendars import hours_of
from agents.calendars.holidays import do_import, plan_from_json, plan_import, plan_to_json
from agents.models import Calendar, CalendarDay
from tenants.context import in_tenant
from tests.calendars.files import file

TODAY = date(2026, 11, 25)
CHRISTMAS = (
    "UID:christmas\r\nSUMMARY:Christmas\r\nDTSTART;VALUE=DATE:20201225\r\nDTEND;VALUE=DATE:20201227\r\n"
    "RRULE:FREQ=YEARLY"
)


@pytest.fixture
def office(acme):
    """Open from 9 to 17 on workdays, and Friday's night from 22 to 6."""
    spans = [{"day": day, "start": "09:00", "end": "17:00"} for day in range(5)]
    with in_tenant(acme):
        yield Calendar.objects.create(name="Office", spans=[*spans, {"day": 4, "start": "22:00", "end": "06:00"}])
        Calendar.objects.all().delete()


def imported(calendar, *events):
    plan = plan_import(calendar, file(*events), TODAY)
    do_import(calendar, plan)
    return plan


def days():
    return list(CalendarDay.objects.order_by("date").values_list("date", "name", "spans"))


def test_a_holiday_of_two_days_year_by_year(office):
    plan = imported(office, CHRISTMAS)
    assert [one.change for one in plan.days] == ["new"] * 8
    assert days()[:2] == [(date(2026, 12, 25), "Christmas", []), (date(2026, 12, 26), "Christmas", [])]
    assert hours_of(office).special[date(2029, 12, 26)] == ()


def test_importing_again_changes_nothing_and_a_moved_one_moves(office):
    imported(office, CHRISTMAS)
    assert {one.change for one in plan_import(office, file(CHRISTMAS), TODAY).days} == {"same"}
    moved = CHRISTMAS.replace("1225", "1224").replace("1227", "1226")
    plan = imported(office, moved)
    assert plan.gone == [date(year, 12, 26) for year in range(2026, 2030)]
    assert [day for day, *_ in days()][:2] == [date(2026, 12, 24), date(2026, 12, 25)]
    assert CalendarDay.objects.count() == 8


def test_what_was_written_by_hand_stays(office):
    CalendarDay.objects.create(calendar=office, date=date(2026, 12, 25), name="We work", spans=[])
    plan = imported(office, CHRISTMAS)
    assert plan.days[0].change == "kept"
    assert days()[0] == (date(2026, 12, 25), "We work", [])


def test_an_event_with_times_closes_only_then(office):
    event = "UID:party\r\nSUMMARY:Party\r\nDTSTART:20261204T110000\r\nDTEND:20261204T130000"
    imported(office, event)
    left = [("09:00", "11:00"), ("13:00", "17:00"), ("22:00", "06:00")]
    assert days() == [(date(2026, 12, 4), "Party", [{"start": start, "end": end} for start, end in left])]
    assert imported(office, event.replace("T110000", "T180000").replace("T130000", "T200000")).days == []


def test_a_day_that_is_closed_is_so_with_its_night(office):
    imported(office, "UID:x\r\nDTSTART;VALUE=DATE:20261204")
    assert days() == [(date(2026, 12, 4), "", [])]


def test_two_on_one_date_are_one_day(office):
    imported(
        office,
        "UID:a\r\nSUMMARY:A\r\nDTSTART:20261201T090000\r\nDTEND:20261201T120000",
        "UID:b\r\nSUMMARY:B\r\nDTSTART:20261201T110000\r\nDTEND:20261201T160000",
    )
    assert days() == [(date(2026, 12, 1), "A · B", [{"start": "16:00", "end": "17:00"}])]


def test_a_plan_goes_through_a_form(office):
    plan = plan_import(office, file(CHRISTMAS, "UID:x\r\nRRULE:FREQ=WEEKLY\r\nDTSTART;VALUE=DATE:20261204"), TODAY)
    again = plan_from_json(plan_to_json(plan))
    assert (again.days, again.gone) == (plan.days, plan.gone)
    assert len(plan.skipped) == 1


def test_the_past_is_left_alone(office):
    assert plan_import(office, file("UID:x\r\nDTSTART;VALUE=DATE:20261124"), TODAY).days == []
