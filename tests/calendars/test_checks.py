import pytest

from agents.calendars.checks import BadHours, check_day_spans, check_week_spans, check_zone

NINE, NOON, FIVE = "09:00", "12:00", "17:00"


def day(number, start, end):
    return {"day": number, "start": start, "end": end}


def test_a_week_is_read():
    week = check_week_spans(
        [day(0, "13:00", FIVE), day(0, NINE, NOON), day(4, "22:00", "06:00"), day(6, NOON, "24:00")]
    )
    assert week[0] == ((540, 720), (780, 1020)) and week[4] == ((1320, 1800),) and week[6] == ((720, 1440),)
    assert check_week_spans([day(2, "00:00", "00:00")])[2] == ((0, 1440),)
    assert check_week_spans([]) == ((),) * 7


@pytest.mark.parametrize(
    ("spans", "says"),
    [
        ("09:00", "list of spans"),
        ([{"day": 0, "start": NINE}], "exactly: day, end, start"),
        ([{**day(0, NINE, FIVE), "note": ""}], "exactly"),
        (["x"], "exactly"),
        ([day(7, NINE, FIVE)], "from 0"),
        ([day(True, NINE, FIVE)], "from 0"),
        ([day("0", NINE, FIVE)], "from 0"),
        ([day(0, "9:00", FIVE)], "“9:00” is no time of day"),
        ([day(0, "24:00", FIVE)], "no time of day"),
        ([day(0, NINE, "25:00")], "no time of day"),
        ([day(0, NINE, "１２:00")], "no time of day"),
        ([day(0, None, 5)], "no time of day"),
        ([day(0, NINE, NOON), day(0, "11:59", FIVE)], "Monday: 09:00–12:00 and 11:59–17:00 overlap."),
        ([day(0, "22:00", "06:00"), day(1, "05:00", NOON)], "Monday: 22:00–06:00 and 05:00–12:00 overlap."),
        ([day(6, "22:00", "06:00"), day(0, "05:00", NOON)], "Sunday: 22:00–06:00 and 05:00–12:00 overlap."),
        ([day(0, f"{hour:02}:00", f"{hour:02}:30") for hour in range(11)], "More than 10 spans on Monday."),
    ],
)
def test_a_week_that_cannot_be_is_refused_with_a_sentence(spans, says):
    with pytest.raises(BadHours, match=says):
        check_week_spans(spans)


def test_spans_may_touch():
    assert check_week_spans([day(0, NINE, NOON), day(0, NOON, FIVE), day(0, "17:00", NINE), day(1, NINE, FIVE)])


def test_a_date_is_read_or_refused():
    assert check_day_spans([]) == ()
    assert check_day_spans([{"start": "14:00", "end": "18:00"}, {"start": "10:00", "end": "12:00"}])[0] == (600, 720)
    with pytest.raises(BadHours, match="10:00–12:00 and 11:00–13:00 overlap"):
        check_day_spans([{"start": "10:00", "end": "12:00"}, {"start": "11:00", "end": "13:00"}])
    with pytest.raises(BadHours, match="exactly: end, start"):
        check_day_spans([day(0, NINE, NOON)])


@pytest.mark.parametrize("name", ["", "Mars/Base", "../../etc/passwd", "/etc/localtime", "asia/shanghai", "UTC\x00"])
def test_only_zones_that_are_listed(name):
    with pytest.raises(BadHours, match="no time zone"):
        check_zone(name)


def test_a_zone():
    assert check_zone("Asia/Shanghai").key == "Asia/Shanghai"
