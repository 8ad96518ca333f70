"""Do all conditions hold? Are they ones that can? Stored as [{"field": …, "is": …, "value": …}]."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from agents.actions import values
from agents.automation.fields import ATTRIBUTE, CHOICE, FLAG, NUMBER, OPERATORS, ROW, ROWS, Field, find_field
from chat.errors import Invalid, Refusal

Condition = dict[str, Any]
MAX_CONDITIONS = 20
MAX_VALUE_CHARS = 1000
ROW_READERS = {
    "queue": lambda value: str(values.read_queue(value).pk),
    "agent": lambda value: str(values.read_agent(value).pk),
    "tag": lambda value: str(values.read_tag(value)),
    "skill": lambda value: str(values.read_skill(value)),
}


class BadConditions(Invalid):
    """`problems` are sentences for people."""

    title = "The conditions cannot hold."

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


def holds(conditions: Iterable[Condition], facts: Mapping[str, Any]) -> bool:
    """Tell whether all of the conditions hold; an unknown field or comparison never does. Pure."""
    return all(_holds(condition, facts) for condition in conditions)


def needed_fields(conditions: Iterable[Condition]) -> set[str]:
    """The fields that are asked about: what takes a query is read only when it is among them. Pure."""
    return {str(condition.get("field")) for condition in conditions}


def check_conditions(conditions: Any, event: str) -> list[Condition]:
    """Return the conditions as they are stored. Raises BadConditions with all that is wrong."""
    if not isinstance(conditions, list):
        raise BadConditions([_("Conditions are a list.")])
    if len(conditions) > MAX_CONDITIONS:
        raise BadConditions([_("At most %(limit)s conditions.") % {"limit": MAX_CONDITIONS}])
    checked: list[Condition] = []
    problems: list[str] = []
    for number, condition in enumerate(conditions, 1):
        try:
            checked.append(_check(condition, event))
        except Refusal as refusal:
            problems.append(_("Condition %(number)s: %(problem)s") % {"number": number, "problem": refusal.detail})
    problems += [] if problems else contradictions(checked)
    if problems:
        raise BadConditions(problems)
    return checked


def contradictions(conditions: Sequence[Condition]) -> list[str]:
    """Sentences about conditions of one field that can never hold together. Pure."""
    by_field: dict[str, list[Condition]] = defaultdict(list)
    for condition in conditions:
        by_field[condition["field"]].append(condition)
    sentence = _("“%(field)s” can never be all of this at once.")
    return [sentence % {"field": _label(name)} for name, these in by_field.items() if _exclude_each_other(these)]


def _holds(condition: Condition, facts: Mapping[str, Any]) -> bool:
    field, operator = find_field(condition.get("field")), OPERATORS.get(condition.get("is", ""))
    if field is None or operator is None or field.kind not in operator.kinds:
        return False
    try:
        return operator.compare(facts.get(field.name), condition.get("value"))
    except (TypeError, AttributeError):
        return False  # stored by hand, or by another version: a value of another kind


def _check(condition: Any, event: str) -> Condition:
    if not isinstance(condition, dict):
        raise values.BadValue(_("Choose a field."))
    field, name = find_field(condition.get("field")), condition.get("is")
    if field is None:
        raise values.BadValue(_("Choose a field."))
    operator = OPERATORS.get(name) if isinstance(name, str) else None
    if operator is None or field.kind not in operator.kinds:
        raise values.BadValue(_("“%(field)s” cannot be compared like this.") % {"field": field.label})
    if field.events and event not in field.events:
        raise values.BadValue(_("Only a rule for “a visitor writes” knows the message's text."))
    checked = {"field": field.name, "is": operator.name}
    return {**checked, "value": _read(field, condition.get("value"))} if operator.takes_value else checked


def _read(field: Field, value: Any) -> Any:
    if field.kind in (ROW, ROWS):
        return ROW_READERS[field.of](value)
    if field.kind == NUMBER:
        return values.read_number(value, field.low, field.high)
    if field.kind == FLAG:
        if value not in (True, False, "yes", "no"):
            raise values.BadValue(_("Choose yes or no."))
        return value in (True, "yes")
    if field.kind == CHOICE:
        if value not in [key for key, _label in field.choices]:
            raise values.BadValue(_("Choose one of the list."))
        return value
    text = values.read_text(value)
    if len(text) > MAX_VALUE_CHARS:
        raise values.BadValue(_("A text has at most %(limit)s characters.") % {"limit": MAX_VALUE_CHARS})
    return text


def _exclude_each_other(these: Sequence[Condition]) -> bool:
    def of(name: str) -> list[Any]:
        return [one.get("value") for one in these if one["is"] == name]

    equal = {str(value).casefold() for value in of("equal")}
    unequal = {str(value).casefold() for value in of("not_equal")}
    lowest, highest = max(of("at_least"), default=None), min(of("at_most"), default=None)
    is_empty = bool(of("empty"))
    return (
        len(equal) > 1
        or bool(equal & unequal)
        or bool(set(of("has")) & set(of("has_not")))
        or (lowest is not None and highest is not None and lowest > highest)
        or any((lowest is not None and v < lowest) or (highest is not None and v > highest) for v in of("equal"))
        or (is_empty and bool(of("filled") or equal or of("has") or of("contains") or of("words") or of("begins")))
        or (is_empty and (lowest is not None or highest is not None))
    )


def _label(name: str) -> str:
    field = find_field(name)
    return name.removeprefix(ATTRIBUTE) if name.startswith(ATTRIBUTE) else str(field.label) if field else name
