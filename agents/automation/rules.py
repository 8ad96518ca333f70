"""Rules: checked as a whole, saved, and read for those who run them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from agents.actions import BadActions, check_actions
from agents.automation.conditions import BadConditions, check_conditions
from agents.models import AutomationRule
from chat.authors import Author
from chat.errors import Invalid


class BadRule(Invalid):
    """Sentences for people, by the field that they are about."""

    title = "The rule cannot be kept."

    def __init__(self, by_field: Mapping[str, Sequence[str]]) -> None:
        self.by_field = {field: list(problems) for field, problems in by_field.items()}
        self.problems = [problem for problems in self.by_field.values() for problem in problems]
        super().__init__(" ".join(self.problems))


def check_rule(rule: AutomationRule) -> None:
    """Check conditions and actions and put in their stored form. Raises BadRule with all that is wrong."""
    problems: dict[str, list[str]] = {}
    try:
        rule.conditions = check_conditions(rule.conditions, rule.event)
    except BadConditions as refused:
        problems["conditions"] = refused.problems
    try:
        rule.actions = check_actions(rule.actions, has_agent=False)
    except BadActions as refused:
        problems["actions"] = refused.problems
    if problems:
        raise BadRule(problems)


def save_rule(rule: AutomationRule, now: datetime) -> None:
    """Save a checked rule. Switched on, it looks at what happens from now on; changed, it goes on as it is now."""
    check_rule(rule)
    if not rule.is_active:
        rule.active_since = None
    elif rule.active_since is None:
        rule.active_since = now
    rule.save()


def active_rules() -> list[AutomationRule]:
    """In the order in which they look at a row."""
    return list(AutomationRule.objects.filter(is_active=True, active_since__isnull=False))


def rule_author(rule: AutomationRule) -> Author:
    """Who a rule is in a log: the system, with the rule's id and name. Visitors do not see the name."""
    return Author("system", rule.pk, rule.name)


def is_done_by_rule(author_kind: str, author_id: UUID | None) -> bool:
    """The system's rows that carry an id are a rule's: they start no rule."""
    return author_kind == "system" and author_id is not None
