"""Business hours and SLA policies in the admin; holidays from a file are looked at before anything changes."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from agents.models import AuditEntry, Calendar, CalendarDay, Queue, SlaPolicy
from tenants.context import in_tenant
from tenants.models import Tenant

CALENDARS = "/admin/agents/calendar/"
POLICIES = "/admin/agents/slapolicy/"
SOON = (timezone.now() + timedelta(days=40)).date()


@pytest.fixture(autouse=True)
def put_back(acme: Tenant) -> Iterator[None]:
    yield
    with in_tenant(acme):
        LogEntry.objects.all().delete()
        AuditEntry.objects.all().delete()
        Queue.objects.update(calendar=None, sla=None)
        SlaPolicy.objects.all().delete()
        Calendar.objects.all().delete()


@pytest.fixture
def office(acme: Tenant) -> Calendar:
    spans = [{"day": day, "start": "09:00", "end": "17:00"} for day in range(7)]
    with in_tenant(acme):
        return Calendar.objects.create(name="Office", time_zone="Asia/Shanghai", spans=spans)


def calendar_form(**values: Any) -> dict[str, Any]:
    form = {"name": "Office", "time_zone": "Asia/Shanghai", "days-TOTAL_FORMS": 0, "days-INITIAL_FORMS": 0}
    return {**form, **values}


def upload(client: Client, calendar: Calendar, text: str) -> HttpResponse:
    data = f"BEGIN:VCALENDAR\r\n{text}\r\nEND:VCALENDAR\r\n".encode()
    file = SimpleUploadedFile("holidays.ics", data, content_type="text/calendar")
    return client.post(import_url(client, calendar), {"file": file})


def import_url(client: Client, calendar: Calendar) -> str:
    """As the calendar's page links to it."""
    page = client.get(f"{CALENDARS}{calendar.pk}/change/").content.decode()
    found = re.search(r'href="(/admin/agents/calendar/[^"]*import[^"]*)"', page)
    assert found, "the page has no link to the import"
    return found[1]


def event(name: str = "Holiday") -> str:
    return f"BEGIN:VEVENT\r\nUID:h\r\nSUMMARY:{name}\r\nDTSTART;VALUE=DATE:{SOON:%Y%m%d}\r\nEND:VEVENT"


def test_hours_are_written_as_people_write_them(alice_admin: Client, acme: Tenant) -> None:
    days = {
        "days-TOTAL_FORMS": 1,
        "days-0-date": f"{SOON}",
        "days-0-name": "Eve",
        "days-0-hours": "9:00–12:00",
    }
    form = calendar_form(day_0="9:00-12:00, 13:00 – 17:30", day_4="22:00-06:00", **days)
    assert alice_admin.post(f"{CALENDARS}add/", form).status_code == 302
    with in_tenant(acme):
        calendar = Calendar.objects.get()
        assert calendar.spans == [
            {"day": 0, "start": "09:00", "end": "12:00"},
            {"day": 0, "start": "13:00", "end": "17:30"},
            {"day": 4, "start": "22:00", "end": "06:00"},
        ]
        assert list(CalendarDay.objects.values_list("name", "spans")) == [("Eve", [{"start": "09:00", "end": "12:00"}])]
    page = alice_admin.get(f"{CALENDARS}{calendar.pk}/change/").content.decode()
    assert 'value="09:00-12:00, 13:00-17:30"' in page and 'value="09:00-12:00"' in page
    assert "Office" in alice_admin.get(CALENDARS).content.decode()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"day_0": "9-17"}, "is no time of day"),
        ({"day_0": "morning"}, "Write spans like"),
        ({"day_0": "09:00-12:00, 11:00-13:00"}, "overlap"),
        ({"day_0": "22:00-06:00", "day_1": "05:00-09:00"}, "Monday: 22:00–06:00 and 05:00–09:00 overlap."),
        ({"time_zone": "Mars/Base"}, "Select a valid choice"),
    ],
)
def test_hours_that_cannot_be_are_refused(alice_admin: Client, acme: Tenant, wrong: dict[str, str], says: str) -> None:
    answer = alice_admin.post(f"{CALENDARS}add/", calendar_form(**wrong))
    assert answer.status_code == 200 and says in answer.content.decode()
    with in_tenant(acme):
        assert not Calendar.objects.exists()


def test_holidays_are_looked_at_and_then_written(alice_admin: Client, acme: Tenant, office: Calendar) -> None:
    preview = upload(alice_admin, office, event("<b>Feast</b>"))
    page = preview.content.decode()
    assert preview.status_code == 200 and "&lt;b&gt;Feast" in page and "<b>Feast" not in page
    with in_tenant(acme):
        assert not CalendarDay.objects.exists()
    signed = preview.context_data["signed"]
    assert alice_admin.post(import_url(alice_admin, office), {"plan": signed}).status_code == 302
    with in_tenant(acme):
        day = CalendarDay.objects.get()
        assert (day.date, day.spans, day.source_uid) == (SOON, [], "h")
        assert AuditEntry.objects.exists()


def test_a_day_that_is_changed_by_hand_is_kept_from_then_on(
    alice_admin: Client, acme: Tenant, office: Calendar
) -> None:
    signed = upload(alice_admin, office, event()).context_data["signed"]
    alice_admin.post(import_url(alice_admin, office), {"plan": signed})
    with in_tenant(acme):
        day = CalendarDay.objects.get()
    inline = {
        "days-TOTAL_FORMS": 1,
        "days-INITIAL_FORMS": 1,
        "days-0-id": str(day.pk),
        "days-0-date": f"{SOON}",
        "days-0-name": "We work",
        "days-0-hours": "10:00-12:00",
    }
    assert alice_admin.post(f"{CALENDARS}{office.pk}/change/", calendar_form(**inline)).status_code == 302
    assert "kept: written by hand" in upload(alice_admin, office, event()).content.decode()


def test_what_is_no_file_of_holidays_is_refused_with_a_sentence(alice_admin: Client, office: Calendar) -> None:
    for content, says in ((b"hello", "not an iCal file"), (b"BEGIN:VCALENDAR" + b"x" * 1024 * 1024, "1 MB")):
        answer = alice_admin.post(import_url(alice_admin, office), {"file": SimpleUploadedFile("x.ics", content)})
        assert answer.status_code == 422 and says in answer.content.decode()
    assert alice_admin.post(import_url(alice_admin, office), {}).status_code == 422


def test_a_plan_counts_only_as_it_was_signed_and_for_its_calendar(
    alice_admin: Client, acme: Tenant, office: Calendar
) -> None:
    signed = upload(alice_admin, office, event()).context_data["signed"]
    with in_tenant(acme):
        other = Calendar.objects.create(name="Other", spans=[])
    for calendar, plan in ((other, signed), (office, signed[:-1] + "x"), (office, "")):
        alice_admin.post(import_url(alice_admin, calendar), {"plan": plan})
    with in_tenant(acme):
        assert not CalendarDay.objects.exists()


def test_mallory_finds_nothing_of_acmes(mallory_admin: Client, alice_admin: Client, office: Calendar) -> None:
    address = import_url(alice_admin, office)
    missing = address.replace(str(office.pk), "0197fb00-0000-7000-8000-000000000000")
    answers = [mallory_admin.get(page) for page in (address, missing)]
    assert [(one.status_code, one["Location"]) for one in answers] == [(302, "/admin/")] * 2


def test_an_sla_policy_has_targets_that_can_be_met(alice_admin: Client, acme: Tenant, office: Calendar) -> None:
    empty = alice_admin.post(f"{POLICIES}add/", {"name": "Gold"}).content.decode()
    assert "A policy has at least one target" in empty
    wrong = {"name": "Gold", "first_minutes": 60, "resolution_minutes": 30}
    assert "sooner than it is answered" in alice_admin.post(f"{POLICIES}add/", wrong).content.decode()
    late = {"name": "Gold", "next_minutes": 60, "resolution_minutes": 30}
    assert "no answer may take longer" in alice_admin.post(f"{POLICIES}add/", late).content.decode()
    right = {"name": "Gold", "calendar": str(office.pk), "first_minutes": 60, "resolution_minutes": 480}
    assert alice_admin.post(f"{POLICIES}add/", right).status_code == 302
    with in_tenant(acme):
        assert SlaPolicy.objects.get().calendar == office
    assert "Gold" in alice_admin.get(POLICIES).content.decode()
    assert alice_admin.get("/admin/agents/slatarget/").status_code == 200


def test_one_that_is_never_open_is_saved_with_a_warning(alice_admin: Client, acme: Tenant) -> None:
    """Its queues take messages at all times: that is allowed, and often a slip."""
    page = alice_admin.post(f"{CALENDARS}add/", calendar_form(), follow=True).content.decode()
    assert "Never open: visitors of its queues can only leave messages." in page
    page = alice_admin.post(f"{CALENDARS}add/", calendar_form(name="Other", day_0="9:00-12:00"), follow=True)
    assert "Never open: visitors" not in page.content.decode()


def test_an_sla_policy_counts_by_hours_that_come(alice_admin: Client, acme: Tenant, office: Calendar) -> None:
    with in_tenant(acme):
        never = Calendar.objects.create(name="Never", time_zone="UTC", spans=[])
        SlaPolicy.objects.create(name="Gold", calendar=office, first_minutes=5)
    wrong = {"name": "Silver", "calendar": str(never.pk), "first_minutes": 60}
    assert "“Never” is never open" in alice_admin.post(f"{POLICIES}add/", wrong).content.decode()
    change = f"{CALENDARS}{office.pk}/change/"
    closed = alice_admin.post(change, calendar_form()).content.decode()
    assert "The SLA policy “Gold” counts by these hours" in closed
    day = {"days-TOTAL_FORMS": 1, "days-0-date": f"{SOON}", "days-0-name": "Sale", "days-0-hours": "9:00-12:00"}
    with in_tenant(acme):
        assert Calendar.objects.get(pk=office.pk).spans
    # A day that is to come is enough, and one without a policy may close for good.
    assert alice_admin.post(change, calendar_form(**day)).status_code == 302


def test_a_calendar_that_is_used_cannot_be_deleted(alice_admin: Client, acme: Tenant, office: Calendar) -> None:
    with in_tenant(acme):
        Queue.objects.update(calendar=office)
    alice_admin.post(f"{CALENDARS}{office.pk}/delete/", {"post": "yes"})
    with in_tenant(acme):
        assert Calendar.objects.exists()
