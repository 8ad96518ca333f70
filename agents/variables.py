"""Variables of canned replies and of what macros and rules say: `{{visitor.name}}`, `{{visitor.name|there}}`.

They are replaced once and by plain text: what a visitor calls itself can bring in no further variable. What stands
after the `|` is said where there is no value; without it the variable stays as it is, and whoever sends the text
decides what that means (docs/composer.md). frontend/src/console/state/completion.ts has the same rule.
"""

import re
from collections.abc import Mapping

from agents.models import Agent
from chat.models import Conversation
from chat.text import clean_line
from tenants.context import current_tenant

VARIABLES = (
    "visitor.name",
    "visitor.email",
    "visitor.phone",
    "agent.name",
    "brand.name",
    "conversation.id",
    "queue.name",
)
_VARIABLE = re.compile(r"([ \t]*)(\{\{\s*([a-z]+(?:\.[a-z_]+)+)\s*(?:\|([^{}\n]*))?\}\})")
# Whatever a reader would take for a variable that nobody filled.
_OPEN = re.compile(r"\{\{[^{}\n]{1,200}\}\}")


def substitute(text: str, values: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Put in the values once, as plain text; returns the text and the names of those that stayed."""
    unknown: dict[str, None] = {}

    def value_of(match: "re.Match[str]") -> str:
        blank, whole, name, instead = match.groups()
        if value := values.get(name, ""):
            return f"{blank}{value}"
        if instead is None or name not in values:
            unknown[name] = None
            return f"{blank}{whole}"
        # "Hello {{visitor.name|}}, …": where nothing is said, nor is the blank before it.
        return f"{blank}{instead.strip()}" if instead.strip() else ""

    return _VARIABLE.sub(value_of, text), tuple(unknown)


def open_variables(text: str) -> list[str]:
    """What in a text looks like a variable that nothing took the place of."""
    return list(dict.fromkeys(_OPEN.findall(text)))


def variables_of(conversation: Conversation, agent: Agent | None) -> dict[str, str]:
    """Their values here; `agent` None: nobody answers by name (a rule)."""
    visitor = conversation.visitor
    values = {
        "visitor.name": visitor.name,
        "visitor.email": visitor.email,
        "visitor.phone": visitor.phone,
        "agent.name": agent.display_name if agent else "",
        "brand.name": current_tenant().name,
        "conversation.id": str(conversation.pk),
        "queue.name": conversation.queue_name,
    }
    return {name: plain_value(value) for name, value in values.items()}


def plain_value(value: str) -> str:
    """One line, without what would make it a variable of its own, or a link that says something else than where it
    leads: a macro or a rule sends it, or notes it for agents, before anybody has read it."""
    return clean_line(value, 200).replace("{{", "").replace("}}", "").replace("](", "] (")
