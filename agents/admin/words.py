"""Actions and conditions as sentences of a list."""

from typing import Any

from django.utils.translation import gettext as _

from agents.actions import KINDS
from agents.actions.kinds import ME
from agents.automation.fields import ATTRIBUTE, FIELDS, OPERATORS, find_field
from agents.models import Agent, CannedReply, Queue, Skill
from chat.models import Conversation, Tag

MODELS: dict[str, Any] = {"tag": Tag, "queue": Queue, "agent": Agent, "skill": Skill, "canned": CannedReply}
MAX_TEXT = 40


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
