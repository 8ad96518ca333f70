"""Settings of a brand that contradict each other, each with the field to correct and a sentence that says why."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

# Field to correct (or None for the whole), sentence.
Problem = tuple[str | None, str]


def of_brand(values: Mapping[str, Any]) -> list[Problem]:
    """`values` by the names of the model's fields; those that are not there are not looked at."""
    found: list[Problem] = []
    if values.get("total_capacity") == 0:
        sentence = _("With 0 nobody would ever be assigned anything. Leave it empty for no limit.")
        found.append(("total_capacity", sentence))
    days, hours = values.get("archive_after_days"), values.get("reopen_hours")
    if days is not None and hours is not None and 24 * days < hours:
        sentence = _(
            "A visitor's message reopens a conversation for %(hours)s hours, but an archived one cannot be reopened: "
            "at least %(least)s here, or a shorter time to reopen."
        )
        found.append(("archive_after_days", sentence % {"hours": hours, "least": -(-hours // 24)}))
    return found
