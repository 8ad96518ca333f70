"""The time zone that days are counted in: always said, never guessed."""

from collections.abc import Mapping
from zoneinfo import available_timezones

from chat.errors import Invalid


def read_zone(query: Mapping[str, str]) -> str:
    """Return the time zone that a query names; Invalid without one: a day is another one elsewhere."""
    zone = query.get("tz", "")
    if zone not in available_timezones():
        raise Invalid("`tz` is a time zone like Asia/Shanghai.")
    return zone
