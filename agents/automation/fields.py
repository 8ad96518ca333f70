"""What conditions can ask about, and how each can be compared. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from agents.automation.texts import fold, has_any_word
from agents.models import AutomationRule
from chat.models import Conversation

Event = AutomationRule.Event
# What a condition compares with: kinds of fields.
TEXT, ROW, ROWS, NUMBER, FLAG, CHOICE = "text", "row", "rows", "number", "flag", "choice"
# A field of the visitor's attributes is named by its key: visitor.attributes.plan.
ATTRIBUTE = "visitor.attributes."


@dataclass(frozen=True)
class Field:
    name: str
    label: Any
    kind: str
    # Whose ids the value is: queue, agent, tag, skill.
    of: str = ""
    low: int = 0
    high: int = 1_000_000
    choices: tuple[tuple[str, Any], ...] = ()
    # Events that know it; empty: all of them.
    events: frozenset[str] = frozenset()


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("message.text", _("message: text"), TEXT, events=frozenset({Event.MESSAGE_CREATED.value})),
        Field("conversation.queue", _("conversation: queue"), ROW, of="queue"),
        Field("conversation.agent", _("conversation: agent"), ROW, of="agent"),
        Field("conversation.tag", _("conversation: tags"), ROWS, of="tag"),
        Field("conversation.skill", _("conversation: skills"), ROWS, of="skill"),
        Field("conversation.priority", _("conversation: priority"), NUMBER, low=1, high=4),
        Field("conversation.language", _("conversation: language"), TEXT),
        Field(
            "conversation.status",
            _("conversation: status"),
            CHOICE,
            choices=tuple(Conversation.Status.choices),
        ),
        Field(
            "conversation.close_reason",
            _("conversation: closed by"),
            CHOICE,
            choices=tuple(Conversation.CloseReason.choices),
        ),
        Field("conversation.left_message", _("conversation: left message"), FLAG),
        Field("conversation.rating", _("conversation: rating"), NUMBER, low=1, high=5),
        Field("hours.open", _("queue's business hours: open"), FLAG),
        Field("page.url", _("page: address"), TEXT),
        Field("page.title", _("page: title"), TEXT),
        Field("page.referrer", _("page: came from"), TEXT),
        Field("visitor.name", _("visitor: name"), TEXT),
        Field("visitor.email", _("visitor: e-mail"), TEXT),
        Field("visitor.phone", _("visitor: phone"), TEXT),
        Field("visitor.locale", _("visitor: language"), TEXT),
        Field("visitor.external_id", _("visitor: external id"), TEXT),
        Field("visitor.identified", _("visitor: identity verified"), FLAG),
        Field("visitor.returning", _("visitor: was here before"), FLAG),
    )
}


def find_field(name: Any) -> Field | None:
    if not isinstance(name, str):
        return None
    if name.startswith(ATTRIBUTE) and 0 < len(name) - len(ATTRIBUTE) <= 60:
        return Field(name, name, TEXT)
    return FIELDS.get(name)


Compare = Callable[[Any, Any], bool]


@dataclass(frozen=True)
class Operator:
    name: str
    label: Any
    kinds: frozenset[str]
    compare: Compare
    takes_value: bool = True


def _same(found: Any, value: Any) -> bool:
    if isinstance(found, str) and isinstance(value, str):
        return fold(found) == fold(value)
    return bool(found == value)


def _contains(found: Any, value: Any) -> bool:
    return fold(value) in fold(found or "")


def _is_empty(found: Any) -> bool:
    return found is None or found in ("", [])


OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator("equal", _("is"), frozenset({TEXT, ROW, NUMBER, FLAG, CHOICE}), _same),
        Operator(
            "not_equal", _("is not"), frozenset({TEXT, ROW, CHOICE}), lambda found, value: not _same(found, value)
        ),
        Operator("contains", _("contains"), frozenset({TEXT}), _contains),
        Operator("not_contains", _("does not contain"), frozenset({TEXT}), lambda f, value: not _contains(f, value)),
        Operator("begins", _("begins with"), frozenset({TEXT}), lambda f, value: fold(f or "").startswith(fold(value))),
        Operator("words", _("has one of the words"), frozenset({TEXT}), lambda f, value: has_any_word(f or "", value)),
        Operator("has", _("have"), frozenset({ROWS}), lambda found, value: value in found),
        Operator("has_not", _("do not have"), frozenset({ROWS}), lambda found, value: value not in found),
        # What is not there is neither: a conversation without a rating matches no comparison of it.
        Operator("at_least", _("is at least"), frozenset({NUMBER}), lambda f, value: f is not None and f >= value),
        Operator("at_most", _("is at most"), frozenset({NUMBER}), lambda f, value: f is not None and f <= value),
        Operator(
            "empty", _("is empty"), frozenset({TEXT, ROW, ROWS, NUMBER}), lambda f, _v: _is_empty(f), takes_value=False
        ),
        Operator(
            "filled",
            _("is not empty"),
            frozenset({TEXT, ROW, ROWS, NUMBER}),
            lambda f, _v: not _is_empty(f),
            takes_value=False,
        ),
    )
}
