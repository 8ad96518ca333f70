"""Facts about a visitor that a site, a program or an agent keeps: names and short values. Pure."""

from collections.abc import Mapping
from typing import Any

from chat.errors import Invalid
from chat.text import clean_line

MAX_ATTRIBUTES = 50


def merge_attributes(current: dict[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return `current` with `new` put over it; None removes. Values are short strings, numbers or booleans."""
    merged = dict(current)
    for key, value in new.items():
        name = clean_line(str(key), 60)
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, bool | int | float):
            if isinstance(value, float) and value - value != 0:  # NaN and infinities have no place in JSON
                raise Invalid("Attributes are texts, numbers or booleans.")
            merged[name] = value
        elif isinstance(value, str):
            merged[name] = clean_line(value, 500)
        else:
            raise Invalid("Attributes are texts, numbers or booleans.")
    if len(merged) > MAX_ATTRIBUTES:
        raise Invalid(f"A visitor has at most {MAX_ATTRIBUTES} attributes.")
    return merged
