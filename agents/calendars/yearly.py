"""The recurrence that holidays have: once or a few times a year. Pure; at most one look per year.

`FREQ=YEARLY` with INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY and BYDAY ("the fourth Thursday of November"). Other
rules are refused with a reason: a general reader of rules can be kept busy for ever by a rule that never comes true.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext

KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Nothing that counts from before then is a holiday that somebody plans for.
MAX_YEARS = 400


class NotYearly(ValueError):
    """The rule is none of those; the message ends a sentence."""


def yearly_dates(start: date, rule: Mapping[str, Any], window: tuple[date, date]) -> Iterator[date]:
    """The dates of a rule within the window. `rule`: names to lists of values. Raises NotYearly."""
    if [str(freq).upper() for freq in rule.get("FREQ", [])] != ["YEARLY"] or not set(rule) <= KNOWN:
        raise NotYearly(gettext("it does not recur year by year"))
    interval, count, until = _number(rule, "INTERVAL") or 1, _number(rule, "COUNT"), _until(rule)
    first, last = window
    if last.year - start.year > MAX_YEARS:
        raise NotYearly(gettext("it began too long ago"))
    seen = 0
    for year in range(start.year, last.year + 1, interval):
        for day in _dates_of_year(year, start, rule):
            if day < start:
                continue
            seen += 1
            if (count is not None and seen > count) or (until is not None and day > until) or day > last:
                return
            if day >= first:
                yield day


def _dates_of_year(year: int, start: date, rule: Mapping[str, Any]) -> list[date]:
    months = sorted({int(month) for month in rule.get("BYMONTH", [start.month])})
    if not all(1 <= month <= 12 for month in months):
        raise NotYearly(gettext("it does not recur year by year"))
    if "BYDAY" in rule:
        return sorted({day for month in months for text in rule["BYDAY"] for day in _weekdays(year, month, str(text))})
    numbers = sorted({int(number) for number in rule.get("BYMONTHDAY", [start.day])})
    # 29 February, and other dates that a year does not have, are left out, as the standard says.
    return [
        date(year, month, number) for month in months for number in numbers if 1 <= number <= monthrange(year, month)[1]
    ]


def _weekdays(year: int, month: int, text: str) -> list[date]:
    """`4TH`: the fourth Thursday; `-1MO`: the last Monday. Every Thursday is no holiday."""
    name, number = text[-2:].upper(), text[:-2]
    if name not in DAYS or number.lstrip("+-") not in ("1", "2", "3", "4", "5"):
        raise NotYearly(gettext("it does not recur year by year"))
    days = range(1, monthrange(year, month)[1] + 1)
    found = [date(year, month, day) for day in days if date(year, month, day).weekday() == DAYS.index(name)]
    nth = int(number)
    place = nth - 1 if nth > 0 else len(found) + nth
    return [found[place]] if 0 <= place < len(found) else []


def _number(rule: Mapping[str, Any], name: str) -> int | None:
    if name not in rule:
        return None
    number = int(rule[name][0])
    if not 1 <= number <= 10_000:
        raise NotYearly(gettext("it does not recur year by year"))
    return number


def _until(rule: Mapping[str, Any]) -> date | None:
    if "UNTIL" not in rule:
        return None
    until = rule["UNTIL"][0]
    if isinstance(until, datetime):
        return until.date()
    if isinstance(until, date):
        return until
    raise NotYearly(gettext("it does not recur year by year"))
