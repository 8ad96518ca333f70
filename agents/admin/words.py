"""Actions, conditions and filters as sentences of a list."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.actions import KINDS
from agents.actions.kinds import ME
from agents.automation.fields import ATTRIBUTE, FIELDS, OPERATORS, find_field
from agents.models import Agent, CannedReply, Queue, Skill
from chat.models import Conversation, Tag

MODELS: dict[str, Any] = {"tag": Tag, "queue": Queue, "agent": Agent, "skill": Skill, "canned": CannedReply}
MAX_TEXT = 40
# In the order in which they are told; agents/inbox/filters.py says what they mean.
FILTERS: dict[str, Any] = {
    "status": gettext_lazy("status"),
    "agent": gettext_lazy("agent"),
    "queue": gettext_lazy("queue"),
    "tag": gettext_lazy("tag"),
    "priority": gettext_lazy("priority"),
    "language": gettext_lazy("language"),
    "rating": gettext_lazy("rating"),
    "unread": gettext_lazy("unread"),
    "left_message": gettext_lazy("left message"),
    "snoozed": gettext_lazy("snoozed"),
    "awaiting": gettext_lazy("awaits a reply"),
    "created_from": gettext_lazy("created from"),
    "created_to": gettext_lazy("created until"),
    "active_from": gettext_lazy("active from"),
    "active_to": gettext_lazy("active until"),
    "text": gettext_lazy("visitor"),
}


def actions_in_words(actions: Any) -> str:
    rows = actions if isinstance(actions, list) else []
    return "; ".join(action_in_words(row) for row in rows if isinstance(row, dict)) or "–"


def action_in_words(action: dict[str, Any]) -> str:
    kind = KINDS.get(str(action.get("do")))
    if kind is None:
        return str(action.get("do"))
    key = kind.or_takes if kind.or_takes and action.get(kind.or_takes) else kind.takes
    return f"{kind.label} {_value(key, action.get(key))}".strip() if key else str(kind.label)


def conditions_in_words(conditions: Any) -> str:
    rows = conditions if isinstance(conditions, list) else []
    return "; ".join(_condition(row) for row in rows if isinstance(row, dict)) or _("always")


def _condition(row: dict[str, Any]) -> str:
    name = str(row.get("field"))
    field, operator = find_field(name), OPERATORS.get(str(row.get("is")))
    if field is None or operator is None:
        return name
    label = name.removeprefix(ATTRIBUTE) if name not in FIELDS else field.label
    if not operator.takes_value:
        return f"{label} {operator.label}"
    choices = dict(field.choices)
    value = choices[row["value"]] if row.get("value") in choices else _value(field.of, row.get("value"))
    return f"{label} {operator.label} {value}"


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key == "agent" and value == ME:
        return _("whoever runs it")
    if key == "priority":
        return str(dict(Conversation.Priority.choices).get(value, value))
    if key in MODELS:
        row = MODELS[key].objects.filter(pk=value).first() if value else None
        return f"“{row}”" if row else _("(gone)")
    text = " ".join(str(value).split())
    return f"“{text[:MAX_TEXT]}…”" if len(text) > MAX_TEXT else f"“{text}”"


def filters_in_words(filters: Mapping[str, Any]) -> str:
    """What a saved view holds, with names in place of ids."""
    told = [f"{label}: {_filter_value(name, filters[name])}" for name, label in FILTERS.items() if name in filters]
    return "; ".join(told) or "–"


def _filter_value(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_filter_value(name, one) for one in value)
    if name == "agent" and value == ME:
        return _("whoever looks")
    if value == "none":
        return _("nobody") if name == "agent" else _("none")
    if name == "status":
        return str(dict(Conversation.Status.choices).get(value, value))
    if name.endswith(("_from", "_to")):
        return date_format(timezone.localtime(datetime.fromtimestamp(value / 1000, UTC)), "SHORT_DATETIME_FORMAT")
    if name in ("language", "rating"):
        return str(value)
    return _value(name, value)
