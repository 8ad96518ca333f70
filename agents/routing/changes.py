"""Rules that are tried: what somebody wrote or a form says, put over the rules of now. Pure.

{"queues": {"Orders": {"strategy": "round_robin", "skills": ["Refunds"]}, "*": {…}}, "agents": {"Amy": {"capacity": 3,
"languages": ["en"], "skills": [], "queues": {"Orders": null, "Returns": 2}}}, "brand": {"total_capacity": 40}}, or one
`--set Orders.strategy=round_robin`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from agents.languages import clean_language, is_language
from agents.routing.facts import LEAST_LOADED, LONGEST_IDLE, MANUAL, ROUND_ROBIN, AgentFacts, Desk, QueueRules

STRATEGIES = (LEAST_LOADED, ROUND_ROBIN, LONGEST_IDLE, MANUAL)
NUMBERS = ("priority",)
NUMBERS_OR_NONE = (
    "capacity", "relax_after_seconds", "sticky_seconds", "fair_share_count", "fair_share_minutes",
    "overflow_after_seconds", "max_waiting_count", "max_waiting_seconds",
)  # fmt: skip
QUEUE_FIELDS = ("strategy", *NUMBERS, *NUMBERS_OR_NONE, "matches_language", "skills", "overflow_queue")
AGENT_FIELDS = ("capacity", "languages", "skills", "queues")
ALL = "*"
NONE = (None, "", "none", "null")
UNNAMED: Mapping[UUID, str] = MappingProxyType({})

Changes = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Ids:
    """Of what names stand for."""

    queues: Mapping[str, UUID]
    skills: Mapping[str, UUID]


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


def apply_changes(
    desk: Desk, queues: Mapping[UUID, str], changes: Changes, skills: Mapping[UUID, str] = UNNAMED
) -> Desk:
    """A desk with the rules changed; `queues` and `skills` say how they are called. Raises BadChange."""
    ids = Ids({name: pk for pk, name in queues.items()}, {name: pk for pk, name in skills.items()})
    rules = dict(desk.rules)
    for name, fields in changes["queues"].items():
        for pk in rules if name == ALL else [_queue(name, ids)]:
            rules[pk] = changed_rules(rules[pk], fields, ids)
    agents = dict(desk.agents)
    for name, fields in changes["agents"].items():
        matching = [agent for agent in desk.agents.values() if name in (ALL, agent.name)]
        if not matching:
            raise BadChange(f"There is no agent “{name}”.")
        for agent in matching:
            agents[agent.id] = _changed_agent(agent, fields, ids)
    total = desk.total_capacity
    for field, value in changes["brand"].get("", {}).items():
        if field != "total_capacity":
            raise BadChange(f"A brand has no rule “{field}”: total_capacity.")
        total = _number_or_none(field, value)
    return Desk(rules, agents, desk.default_queue_id, total)


def with_queue(desk: Desk, rules: QueueRules, members: Mapping[UUID, int | None]) -> Desk:
    """With one queue replaced, or one more; `members` are all who serve it, with their capacity in it."""
    agents = {}
    for pk, agent in desk.agents.items():
        serves = {queue: own for queue, own in agent.memberships.items() if queue != rules.id}
        agents[pk] = replace(agent, memberships=serves | ({rules.id: members[pk]} if pk in members else {}))
    return Desk({**desk.rules, rules.id: rules}, agents, desk.default_queue_id or rules.id, desk.total_capacity)


def with_agent(desk: Desk, agent: AgentFacts) -> Desk:
    """With one agent replaced, at its place in the order, or one more."""
    before = desk.agents.get(agent.id)
    agents = {**desk.agents, agent.id: replace(agent, order=before.order if before else len(desk.agents))}
    return Desk(desk.rules, agents, desk.default_queue_id, desk.total_capacity)


def without_agent(desk: Desk, agent_id: UUID) -> Desk:
    """As if the agent did not work here; what it has is nobody's load."""
    agents = {pk: agent for pk, agent in desk.agents.items() if pk != agent_id}
    return Desk(desk.rules, agents, desk.default_queue_id, desk.total_capacity)


def changed_rules(rules: QueueRules, fields: Mapping[str, Any], ids: Ids) -> QueueRules:
    """The rules with these fields as they are given; `ids` are the names they may use. Raises BadChange."""
    for field, value in fields.items():
        if field not in QUEUE_FIELDS:
            raise BadChange(f"A queue has no rule “{field}”: {', '.join(QUEUE_FIELDS)}.")
        if field == "overflow_queue":
            rules = replace(rules, overflow_queue_id=None if value in NONE else _queue(value, ids))
        elif field == "skills":
            rules = replace(rules, skills=_skills(value, ids))
        else:
            rules = replace(rules, **{field: _value(field, value)})
    return rules


def _changed_agent(agent: AgentFacts, fields: Mapping[str, Any], ids: Ids) -> AgentFacts:
    for field, value in fields.items():
        if field == "capacity":
            agent = replace(agent, capacity=_number_or_none(field, value) or 0)
        elif field == "languages":
            agent = replace(agent, languages=tuple(_language(code) for code in _names(field, value)))
        elif field == "skills":
            agent = replace(agent, skills=_skills(value, ids))
        elif field == "queues":
            agent = replace(agent, memberships=_memberships(value, ids))
        else:
            raise BadChange(f"An agent has no rule “{field}”: {', '.join(AGENT_FIELDS)}.")
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
    if value in NONE:
        return None
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdecimal() or len(str(value)) > 9:
        raise BadChange(f"{field} is a whole number or none, not “{value}”.")
    return int(value)


def _names(field: str, value: Any) -> list[str]:
    """A list, or a text with commas; none: empty."""
    parts = value if isinstance(value, list) else [] if value in NONE else str(value).split(",")
    if not all(isinstance(part, str) for part in parts):
        raise BadChange(f"{field} is a list of names.")
    return [part.strip() for part in parts]


def _language(code: str) -> str:
    code = clean_language(code)
    if not is_language(code):
        raise BadChange(f"“{code}” is no language: write them like en, zh-hans.")
    return code


def _skills(value: Any, ids: Ids) -> frozenset[UUID]:
    names = _names("skills", value)
    for name in names:
        if name not in ids.skills:
            raise BadChange(f"There is no skill “{name}”: {', '.join(sorted(ids.skills)) or 'none at all'}.")
    return frozenset(ids.skills[name] for name in names)


def _memberships(value: Any, ids: Ids) -> dict[UUID, int | None]:
    """`Orders, Returns:2`, a list of such, or an object: queues, some with a capacity of their own."""
    if isinstance(value, dict):
        return {_queue(name, ids): _number_or_none("capacity", own) for name, own in value.items()}
    found: dict[UUID, int | None] = {}
    for part in _names("queues", value):
        name, colon, own = part.rpartition(":")
        has_own = bool(colon) and part not in ids.queues
        found[_queue(name.strip() if has_own else part, ids)] = _number_or_none("capacity", own) if has_own else None
    return found


def _queue(value: Any, ids: Ids) -> UUID:
    if not isinstance(value, str) or value not in ids.queues:
        raise BadChange(f"There is no queue “{value}”: {', '.join(sorted(ids.queues))}.")
    return ids.queues[value]
