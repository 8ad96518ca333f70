"""Rules that are tried: what somebody wrote, put over the rules of now. Pure.

{"queues": {"Orders": {"strategy": "round_robin"}, "*": {…}}, "agents": {"Amy": {"capacity": 3}}, "brand":
{"total_capacity": 40}}, or one `--set Orders.strategy=round_robin`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from agents.routing.facts import LEAST_LOADED, LONGEST_IDLE, MANUAL, ROUND_ROBIN, AgentFacts, Desk, QueueRules

STRATEGIES = (LEAST_LOADED, ROUND_ROBIN, LONGEST_IDLE, MANUAL)
NUMBERS = ("priority",)
NUMBERS_OR_NONE = (
    "capacity", "relax_after_seconds", "sticky_seconds", "fair_share_count", "fair_share_minutes",
    "overflow_after_seconds",
)  # fmt: skip
QUEUE_FIELDS = ("strategy", *NUMBERS, *NUMBERS_OR_NONE, "matches_language", "overflow_queue")
ALL = "*"

Changes = dict[str, dict[str, dict[str, Any]]]


class BadChange(ValueError):
    """A change that names no queue, agent or rule, or gives it a value that it cannot have. Says which."""


def parse_settings(settings: Iterable[str]) -> Changes:
    """`Orders.strategy=round_robin`, `*.capacity=20`, `agents.Amy.capacity=3`, `brand.total_capacity=40`."""
    changes: Changes = {"queues": {}, "agents": {}, "brand": {}}
    for setting in settings:
        path, equals, value = setting.partition("=")
        owner, dot, field = path.rpartition(".")
        if not equals or not dot:
            raise BadChange(f"“{setting}” is not like Orders.strategy=round_robin.")
        if owner == "brand":
            changes["brand"].setdefault("", {})[field] = value
        elif owner.startswith("agents."):
            changes["agents"].setdefault(owner.removeprefix("agents."), {})[field] = value
        else:
            changes["queues"].setdefault(owner.removeprefix("queues."), {})[field] = value
    return changes


def parse_document(document: Any) -> Changes:
    """The same from a JSON document."""
    if not isinstance(document, dict) or not set(document) <= {"queues", "agents", "brand"}:
        raise BadChange("The rules are an object with `queues`, `agents` and `brand`.")
    parts = [document.get(part, {}) for part in ("queues", "agents", "brand")]
    if not all(isinstance(part, dict) for part in parts):
        raise BadChange("`queues`, `agents` and `brand` are objects.")
    queues, agents, brand = parts
    if not all(isinstance(fields, dict) for fields in [*queues.values(), *agents.values()]):
        raise BadChange("Each queue and each agent is an object of rules.")
    return {"queues": queues, "agents": agents, "brand": {"": brand} if brand else {}}


def apply_changes(desk: Desk, names: Mapping[UUID, str], changes: Changes) -> Desk:
    """A desk with the rules changed; `names` are those of the queues. Raises BadChange."""
    ids = {name: pk for pk, name in names.items()}
    rules = dict(desk.rules)
    for name, fields in changes["queues"].items():
        if name != ALL and name not in ids:
            raise BadChange(f"There is no queue “{name}”: {', '.join(sorted(ids))}.")
        for pk in rules if name == ALL else [ids[name]]:
            rules[pk] = changed_rules(rules[pk], fields, ids)
    agents = dict(desk.agents)
    for name, fields in changes["agents"].items():
        matching = [agent for agent in desk.agents.values() if name in (ALL, agent.name)]
        if not matching:
            raise BadChange(f"There is no agent “{name}”.")
        for agent in matching:
            agents[agent.id] = _changed_agent(agent, fields)
    total = desk.total_capacity
    for field, value in changes["brand"].get("", {}).items():
        if field != "total_capacity":
            raise BadChange(f"A brand has no rule “{field}”: total_capacity.")
        total = _number_or_none(field, value)
    return Desk(rules, agents, desk.default_queue_id, total)


def changed_rules(rules: QueueRules, fields: Mapping[str, Any], ids: Mapping[str, UUID]) -> QueueRules:
    for field, value in fields.items():
        if field not in QUEUE_FIELDS:
            raise BadChange(f"A queue has no rule “{field}”: {', '.join(QUEUE_FIELDS)}.")
        if field == "overflow_queue":
            rules = replace(rules, overflow_queue_id=_queue(value, ids))
        else:
            rules = replace(rules, **{field: _value(field, value)})
    return rules


def _changed_agent(agent: AgentFacts, fields: Mapping[str, Any]) -> AgentFacts:
    for field, value in fields.items():
        if field != "capacity":
            raise BadChange(f"An agent has no rule “{field}”: capacity.")
        agent = replace(agent, capacity=_number_or_none(field, value) or 0)
    return agent


def _value(field: str, value: Any) -> Any:
    if field == "strategy":
        if value not in STRATEGIES:
            raise BadChange(f"“{value}” is no strategy: {', '.join(STRATEGIES)}.")
        return value
    if field == "matches_language":
        if str(value).lower() not in ("true", "false"):
            raise BadChange("matches_language is true or false.")
        return str(value).lower() == "true"
    number = _number_or_none(field, value)
    if number is None and field in NUMBERS:
        raise BadChange(f"{field} is a number.")
    return number


def _number_or_none(field: str, value: Any) -> int | None:
    if value is None or value in ("", "none", "null"):
        return None
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdecimal() or len(str(value)) > 9:
        raise BadChange(f"{field} is a whole number or none, not “{value}”.")
    return int(value)


def _queue(value: Any, ids: Mapping[str, UUID]) -> UUID | None:
    if value in (None, "", "none", "null"):
        return None
    if value not in ids:
        raise BadChange(f"There is no queue “{value}”.")
    return ids[str(value)]
