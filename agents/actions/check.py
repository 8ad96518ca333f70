"""Are these actions ones that can be done, in this order? Says everything that is wrong, each with its number."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from agents.actions import values
from agents.actions.kinds import KINDS, ME, Action, Kind
from chat.errors import Invalid, Refusal

MAX_ACTIONS = 10


class BadActions(Invalid):
    """`problems` are sentences for people."""

    title = "The actions cannot be done."

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


def check_actions(actions: Any, *, has_agent: bool) -> list[Action]:
    """Return the actions as they are stored. `has_agent`: a person runs them (a macro). Raises BadActions."""
    if not isinstance(actions, list) or not actions:
        raise BadActions([_("Name at least one action.")])
    if len(actions) > MAX_ACTIONS:
        raise BadActions([_("At most %(limit)s actions.") % {"limit": MAX_ACTIONS}])
    checked: list[Action] = []
    problems: list[str] = []
    for number, action in enumerate(actions, 1):
        try:
            checked.append(_check(action, has_agent=has_agent))
        except Refusal as refusal:
            problems.append(_("Action %(number)s: %(problem)s") % {"number": number, "problem": refusal.detail})
    problems += [] if problems else contradictions(checked)
    if problems:
        raise BadActions(problems)
    return checked


def read_value(action: Action) -> Any:
    """What the action's verb needs. Raises BadValue where the value is none, or names something that is gone."""
    kind = kind_of(action)
    if kind.or_takes and action.get(kind.or_takes):
        return values.read_canned(action[kind.or_takes])
    return kind.read(action.get(kind.takes))


def kind_of(action: Any) -> Kind:
    name = action.get("do") if isinstance(action, dict) else None
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise values.BadValue(_("Choose what to do."))
    return kind


def contradictions(actions: Sequence[Action]) -> list[str]:
    """Sentences about actions that undo or forbid each other. Pure."""
    names = [action["do"] for action in actions]
    found = []
    if "conversation.close" in names and names.index("conversation.close") < len(names) - 1:
        found.append(_("Close last: what comes after it would be done to a closed conversation."))
    if "conversation.close" in names and "snooze.set" in names:
        found.append(_("Snooze or close, not both."))
    for name in ("agent.assign", "queue.set", "priority.set", "snooze.set"):
        if names.count(name) > 1:
            label = KINDS[name].label
            found.append(_("“%(action)s” stands there twice: only the last would count.") % {"action": label})
    if "agent.assign" in names and "queue.set" in names[names.index("agent.assign") :]:
        found.append(_("Move to the queue first: moving takes the conversation from its agent again."))
    tags = {
        kind: {action.get("tag") for action in actions if action["do"] == kind} for kind in ("tag.add", "tag.remove")
    }
    if tags["tag.add"] & tags["tag.remove"]:
        found.append(_("The same tag is added and removed."))
    return found


def _tags(actions: Sequence[Action], do: str) -> set[str]:
    return {action.get("tag", "") for action in actions if action["do"] == do}


def _check(action: Any, *, has_agent: bool) -> Action:
    kind = kind_of(action)
    if kind.name == "agent.assign" and action.get("agent") == ME and not has_agent:
        raise values.BadValue(_("A rule is nobody: name an agent."))
    value = read_value(action)
    if kind.check is not None:
        kind.check(value, has_agent)
    if kind.or_takes and action.get(kind.or_takes):
        return {"do": kind.name, kind.or_takes: str(value.pk)}
    if not kind.takes:
        return {"do": kind.name}
    if kind.name == "agent.assign" and value is None:
        return {"do": kind.name, "agent": ME}
    return {"do": kind.name, kind.takes: value if isinstance(value, int | str) else str(getattr(value, "pk", value))}
