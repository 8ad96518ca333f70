"""The time zone that days are counted in: always said, never guessed."""

from collections.abc import Mapping

from agents.calendars import BadHours, check_zone
from chat.errors import Invalid


def read_zone(query: Mapping[str, str]) -> str:
    """Return the time zone that a query names; Invalid without one: a day is another one elsewhere."""
    try:
        return check_zone(query.get("tz", "")).key
    except BadHours:
        raise Invalid("`tz` is a time zone like Asia/Shanghai.") from None
