"""Reading iCal files: what holidays look like, and what an attacker may send instead."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.calendars.ical import MAX_BYTES, BadFile, read_holidays
from tests.calendars.files import file

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)


def read(*events, zone=SHANGHAI, head=""):
    return read_holidays(file(*events, head=head), zone=zone, first=FIRST, last=LAST)


def times(found):
    return [(holiday.start, holiday.end) for holiday in found.holidays]


def test_a_whole_day_and_several():
    found = read(
        "UID:new-year\r\nSUMMARY:元旦\r\nDTSTART;VALUE=DATE:20260101",
        "UID:spring\r\nSUMMARY:春节\r\nDTSTART;VALUE=DATE:20260215\r\nDTEND;VALUE=DATE:20260224",
    )
    assert [(one.uid, one.name) for one in found.holidays] == [("new-year", "元旦"), ("spring", "春节")]
    assert times(found) == [
        (datetime(2026, 1, 1), datetime(2026, 1, 2)),
        (datetime(2026, 2, 15), datetime(2026, 2, 24)),
    ]


def test_times_are_on_the_clocks_of_the_calendar():
    found = read(
        "UID:1\r\nDTSTART:20260301T060000Z\r\nDTEND:20260301T080000Z",
        "UID:2\r\nDTSTART;TZID=America/New_York:20260302T090000\r\nDURATION:PT90M",
        "UID:3\r\nDTSTART:20260303T140000\r\nDTEND:20260303T180000",
    )
    assert times(found) == [
        (datetime(2026, 3, 1, 14), datetime(2026, 3, 1, 16)),
        (datetime(2026, 3, 2, 22), datetime(2026, 3, 2, 23, 30)),
        (datetime(2026, 3, 3, 14), datetime(2026, 3, 3, 18)),
    ]


@pytest.mark.parametrize(
    ("rule", "dates"),
    [
        ("FREQ=YEARLY", ["2026-12-25", "2027-12-25", "2028-12-25"]),
        ("FREQ=YEARLY;INTERVAL=2", ["2026-12-25", "2028-12-25"]),
        ("FREQ=YEARLY;COUNT=8", ["2026-12-25", "2027-12-25"]),
        ("FREQ=YEARLY;UNTIL=20271231", ["2026-12-25", "2027-12-25"]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", ["2026-11-26", "2027-11-25", "2028-11-23"]),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", ["2026-05-25", "2027-05-31", "2028-05-29"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", []),
    ],
)
def test_year_by_year(rule, dates):
    found = read(f"UID:x\r\nDTSTART;VALUE=DATE:20201225\r\nRRULE:{rule}")
    assert [holiday.start.date().isoformat() for holiday in found.holidays] == dates
    assert found.skipped == []


@pytest.mark.parametrize(
    ("start", "until", "years"),
    [
        # Midnight of 1 January 2027 in Shanghai, and a second before.
        ("DTSTART;TZID=Asia/Shanghai:20200101T000000", "20261231T160000Z", [2026, 2027]),
        ("DTSTART;TZID=Asia/Shanghai:20200101T000000", "20261231T155959Z", [2026]),
        ("DTSTART:20200101T090000", "20270101T080000", [2026]),
        ("DTSTART:20200101T090000", "20270101", [2026, 2027]),
        # Against the standard, and common: dates that end by the clock.
        ("DTSTART;VALUE=DATE:20200101", "20270101T000000Z", [2026, 2027]),
    ],
)
def test_the_last_one_is_on_the_clocks_of_the_calendar(start, until, years):
    found = read(f"UID:x\r\n{start}\r\nDURATION:PT8H\r\nRRULE:FREQ=YEARLY;UNTIL={until}")
    assert [holiday.start.year for holiday in found.holidays] == years
    assert found.skipped == []


@pytest.mark.parametrize(("until", "years"), [("20270102T010000Z", [2026, 2027]), ("20270101T010000Z", [2026])])
def test_west_of_greenwich_the_last_one_is_a_day_before(until, years):
    event = f"DTSTART;TZID=America/New_York:20200101T200000\r\nDURATION:PT1H\r\nRRULE:FREQ=YEARLY;UNTIL={until}"
    found = read(f"UID:x\r\n{event}", zone=ZoneInfo("America/New_York"))
    assert [holiday.start.year for holiday in found.holidays] == years


@pytest.mark.parametrize(
    "rule",
    ["FREQ=WEEKLY", "FREQ=SECONDLY", "FREQ=YEARLY;BYDAY=TH", "FREQ=YEARLY;BYSETPOS=1", "FREQ=YEARLY;COUNT=0", "X=Y"],
)
def test_other_recurrences_are_named_and_left_out(rule):
    found = read(
        f"UID:x\r\nSUMMARY:Standup\r\nDTSTART;VALUE=DATE:20260105\r\nRRULE:{rule}", "DTSTART;VALUE=DATE:20260106"
    )
    assert [one.start.date() for one in found.holidays] == [date(2026, 1, 6)]
    assert found.skipped == ["“Standup” is left out: it does not recur year by year."]


def test_exceptions_and_moved_ones():
    found = read(
        "UID:x\r\nDTSTART;VALUE=DATE:20260501\r\nRRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20280501",
        "UID:x\r\nRECURRENCE-ID;VALUE=DATE:20270501\r\nDTSTART;VALUE=DATE:20270503",
        "UID:y\r\nDTSTART;VALUE=DATE:20260601\r\nSTATUS:CANCELLED",
    )
    assert [one.start.date() for one in found.holidays] == [date(2026, 5, 1), date(2027, 5, 3)]


def test_only_what_touches_the_window():
    found = read(
        "UID:a\r\nDTSTART;VALUE=DATE:20251230\r\nDTEND;VALUE=DATE:20260102", "UID:b\r\nDTSTART;VALUE=DATE:20290101"
    )
    assert [one.uid for one in found.holidays] == ["a"]


def test_folded_lines_alarms_and_own_time_zones_do_no_harm():
    head = (
        "BEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nRRULE:FREQ=SECONDLY;UNTIL=20380101T"
        "000000Z\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    alarm = "BEGIN:VALARM\r\nSUMMARY:Alarm\r\nEND:VALARM"
    event = f"UID:x\r\nSUMMARY:A long\r\n  name\r\n{alarm}\r\nDTSTART;VALUE=DATE:20260501"
    found = read(event, "UID:own\r\nDTSTART;TZID=Own:20260502T100000\r\nDURATION:PT1H", head=head)
    assert found.holidays[0].name == "A long name"
    assert len(found.holidays) + len(found.skipped) == 2


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not an iCal"),
        (b"\x89PNG\r\n", "UTF-8"),
        (b"<html>BEGIN</html>", "not an iCal"),
        (b"BEGIN:VCALENDAR\r\n" + b"x" * MAX_BYTES, "1 MB"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 2001, "2000 events"),
        (file(*["DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=YEARLY"] * 400), "1000 days"),
    ],
)
def test_what_is_no_calendar_of_holidays_is_refused_with_a_sentence(data, says):
    with pytest.raises(BadFile, match=says):
        read_holidays(data, zone=SHANGHAI, first=FIRST, last=LAST)


@pytest.mark.parametrize(
    "event",
    [
        "SUMMARY:No date",
        "DTSTART:99999999",
        "DTSTART;VALUE=DATE:20260230",
        "DTSTART;VALUE=DATE:20260105\r\nDTEND;VALUE=DATE:20260101",
        "DTSTART;VALUE=DATE:20260105\r\nDURATION:P9999999D",
        "DTSTART;VALUE=DATE:20260105\r\nDURATION:-P1D",
        "DTSTART;TZID=../../etc/passwd:20260101T000000\r\nDURATION:PT1H",
        "DTSTART;VALUE=DATE:00010101\r\nRRULE:FREQ=YEARLY",
        "DTSTART;VALUE=DATE:20260105\r\nDTSTART;VALUE=DATE:20260106",
        "DTSTART;VALUE=DATE:20260105\r\nRRULE:FREQ=YEARLY\r\nRRULE:FREQ=YEARLY",
        "DTSTART;VALUE=DATE:20260105\r\nRRULE:FREQ=YEARLY;BYMONTH=99",
        "DTSTART;VALUE=DATE:20260105\r\nRRULE:FREQ=YEARLY;COUNT=99999999999999999999",
        "DTSTART;VALUE=DATE:20260105\r\nRRULE:FREQ=YEARLY;BYDAY=9MO",
        "RRULE;;;=:::",
    ],
)
def test_a_broken_event_is_named_and_the_others_are_there(event):
    found = read(event, "UID:good\r\nDTSTART;VALUE=DATE:20260501")
    assert "good" in {one.uid for one in found.holidays}
    assert len(found.holidays) > 1 or len(found.skipped) == 1


def test_nul_and_markup_in_names_stay_text():
    found = read(
        "UID:a\r\nSUMMARY:<script>\x07alert(1)\r\nDTSTART;VALUE=DATE:20260101",
        "SUMMARY:a\x00b\r\nDTSTART;VALUE=DATE:20260102",
    )
    assert [one.name for one in found.holidays] == ["<script>alert(1)", ""]


lines = st.one_of(
    st.sampled_from(
        ["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VALARM", "DTSTART;VALUE=DATE:20260501", "END:VCALENDAR"]
    ),
    st.builds(
        lambda name, value: f"{name}{value}",
        st.sampled_from(["DTSTART", "DTEND", "RRULE", "EXDATE", "DURATION", "UID", "SUMMARY", "RECURRENCE-ID", " "]),
        st.text(max_size=40),
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(lines, max_size=30))
def test_whatever_comes_is_read_or_refused(given_lines):
    data = "\r\n".join(["BEGIN:VCALENDAR", *given_lines]).encode("utf-8", "surrogatepass")
    try:
        found = read_holidays(data, zone=SHANGHAI, first=FIRST, last=LAST)
    except BadFile:
        return
    for holiday in found.holidays:
        assert holiday.start.date() <= LAST and holiday.end.date() >= FIRST and "\x00" not in holiday.name + holiday.uid
