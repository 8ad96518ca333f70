"""The choice: which agent gets this conversation, or why nobody does. Pure: facts in, a choice with its reasons out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from msgspec import Struct

from agents.routing.facts import (
    LEAST_LOADED,
    LONGEST_IDLE,
    MANUAL,
    ONLINE,
    ROUND_ROBIN,
    AgentFacts,
    Desk,
    QueueRules,
    Waiting,
)

MAX_NAMED = 20

Rank = tuple[float, ...]


class Verdict(Struct, frozen=True):
    """What was thought of one agent, with the numbers of that moment: as the reasons of an assignment name it."""

    id: UUID
    name: str
    availability: str
    load: int  # before
    capacity: int
    languages: tuple[str, ...]
    verdict: str
    score: float | None

    @classmethod
    def of(cls, agent: AgentFacts, verdict: str, score: float | None = None) -> "Verdict":
        return cls(
            agent.id, agent.name, agent.availability, agent.load, agent.capacity, agent.languages, verdict, score
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """`agent` None: nobody, and `held` says why (manual, brand_full, queue_full, sticky, nobody)."""

    waiting: Waiting
    strategy: str
    waited_seconds: int
    agent: AgentFacts | None = None
    held: str = ""
    relaxed: bool = False
    why: tuple[str, ...] = ()
    verdicts: list[Verdict] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Needs:
    """What an agent must be able to do, and whether that is insisted on still."""

    skills: frozenset[UUID]
    language: str
    relaxed: bool

    def lacking(self, agent: AgentFacts) -> str:
        """`skill` or `language` where the agent lacks it, otherwise ''."""
        if not self.skills <= agent.skills:
            return "skill"
        return "language" if self.language and not agent.speaks(self.language) else ""


def choose(waiting: Waiting, desk: Desk, now: float, *, with_verdicts: bool = True) -> Choice:
    """Choose for one conversation; the caller counts it with `desk.give`. A simulation needs no verdicts.

    Costs as much as the queue has agents with room, whatever the number of conversations.
    """
    rules = desk.rules[waiting.queue_id]
    waited = int(max(0, now - waiting.waiting_since))
    if held := _held(desk, rules):
        return Choice(waiting, rules.strategy, waited, held=held)
    needs = needs_of(waiting, rules, desk, now)
    fit = sorted(_fitting(waiting, desk, rules, needs), key=_ranking(rules, needs, waiting))
    last = _last_agent(waiting, rules, desk)
    if last is not None and last in fit:
        chosen, why = last, "sticky"
    elif last is not None and _waits_for(last, waiting, rules, needs, now):
        return Choice(waiting, rules.strategy, waited, held="sticky")
    elif fit:
        chosen, why = fit[0], rules.strategy
    else:
        return Choice(waiting, rules.strategy, waited, held="nobody")
    relaxed = needs.relaxed and bool(needs.lacking(chosen))
    verdicts = _verdicts(waiting, desk, needs, chosen, fit) if with_verdicts else []
    return Choice(waiting, rules.strategy, waited, chosen, "", relaxed, (why, *_matches(needs, chosen)), verdicts)


def _fitting(waiting: Waiting, desk: Desk, rules: QueueRules, needs: Needs) -> list[AgentFacts]:
    """Against whom nothing speaks. Agents are asked one by one only where something differs from one to the other."""
    if needs.relaxed:
        return [agent for agent in desk.free(rules.id) if not _objection(agent, waiting, rules, needs)]
    able = desk.able(rules.id, needs.skills, needs.language)
    if not waiting.gave_back and not desk.is_limited(rules):
        return able
    return [agent for agent in able if not _objection(agent, waiting, rules, needs)]


def needs_of(waiting: Waiting, rules: QueueRules, desk: Desk, now: float) -> Needs:
    language = waiting.language if rules.matches_language else ""
    if language and not desk.is_spoken(rules.id, language):
        language = ""
    limit = rules.relax_after_seconds
    return Needs(rules.skills | waiting.skills, language, limit is not None and now - waiting.queued_at >= limit)


def judge(agent: AgentFacts, waiting: Waiting, rules: QueueRules, needs: Needs) -> str:
    """One word for this agent and this conversation; `eligible` where nothing speaks against it."""
    if agent.availability != ONLINE:
        return "away" if agent.availability == "away" else "offline"
    return _objection(agent, waiting, rules, needs) or ("full" if agent.load >= agent.capacity else "eligible")


def _held(desk: Desk, rules: QueueRules) -> str:
    if rules.strategy == MANUAL:
        return "manual"
    if desk.is_full():
        return "brand_full"
    return "queue_full" if desk.is_queue_full(rules) else ""


def _objection(agent: AgentFacts, waiting: Waiting, rules: QueueRules, needs: Needs) -> str:
    """What speaks against an agent that is there, apart from its own capacity."""
    if not needs.relaxed and agent.id in waiting.gave_back:
        return waiting.gave_back[agent.id]
    if not needs.relaxed and (lacking := needs.lacking(agent)):
        return lacking
    own = agent.memberships.get(rules.id)
    if own is not None and agent.load_by_queue.get(rules.id, 0) >= own:
        return "queue_full"
    share = rules.fair_share_count
    if share and rules.fair_share_minutes and agent.recent_by_queue.get(rules.id, 0) >= share:
        return "fair_share"
    return ""


def _last_agent(waiting: Waiting, rules: QueueRules, desk: Desk) -> AgentFacts | None:
    if rules.sticky_seconds is None or waiting.last_agent_id is None:
        return None
    agent = desk.agents.get(waiting.last_agent_id)
    return agent if agent in desk.members(rules.id) else None


def _waits_for(agent: AgentFacts, waiting: Waiting, rules: QueueRules, needs: Needs, now: float) -> bool:
    """A last agent that is there but busy or away is waited for; one that is gone, or may not have it, is not. Nor is
    anybody when the rules are relaxed: whoever waited for so long goes to anybody."""
    if needs.relaxed or judge(agent, waiting, rules, needs) not in ("full", "away", "queue_full", "fair_share"):
        return False
    return now - waiting.queued_at < (rules.sticky_seconds or 0)


def _ranking(rules: QueueRules, needs: Needs, waiting: Waiting) -> Callable[[AgentFacts], Rank]:
    """Lower is better. Who can do what was asked comes first, even when that was dropped; then the strategy."""
    strategy = RANKS[rules.strategy]
    if not needs.relaxed:
        return strategy  # whoever fits lacks nothing

    def rank(agent: AgentFacts) -> Rank:
        return (agent.id in waiting.gave_back, bool(needs.lacking(agent)), *strategy(agent))

    return rank


def _least_loaded(agent: AgentFacts) -> Rank:
    return agent.load / agent.capacity, agent.last_assigned_at, agent.order


def _round_robin(agent: AgentFacts) -> Rank:
    return agent.last_assigned_at, agent.order


def _longest_idle(agent: AgentFacts) -> Rank:
    if not agent.load:
        return 0, agent.idle_since, agent.last_assigned_at, agent.order
    return 1, agent.load / agent.capacity, agent.last_assigned_at, agent.order


RANKS: dict[str, Callable[[AgentFacts], Rank]] = {
    LEAST_LOADED: _least_loaded,
    ROUND_ROBIN: _round_robin,
    LONGEST_IDLE: _longest_idle,
}


def _matches(needs: Needs, chosen: AgentFacts) -> Iterator[str]:
    if needs.language and chosen.languages and chosen.speaks(needs.language):
        yield "language"
    if needs.skills and needs.skills <= chosen.skills:
        yield "skill"


def _verdicts(waiting: Waiting, desk: Desk, needs: Needs, chosen: AgentFacts, fit: list[AgentFacts]) -> list[Verdict]:
    """The chosen one, the best others of `fit`, which stand in order, and why further agents could not have it."""
    rules = desk.rules[waiting.queue_id]
    score = _score(rules.strategy)
    named = [Verdict.of(chosen, "chosen", score(chosen))]
    named += [Verdict.of(agent, "eligible", score(agent)) for agent in fit[:MAX_NAMED] if agent is not chosen]
    if len(named) >= MAX_NAMED or len(fit) == len(desk.members(rules.id)):
        return named[:MAX_NAMED]
    fitting = {agent.id for agent in fit}
    for agent in desk.members(rules.id):
        if len(named) == MAX_NAMED:
            break
        if agent.id not in fitting:
            named.append(Verdict.of(agent, judge(agent, waiting, rules, needs)))
    return named


def _score(strategy: str) -> Callable[[AgentFacts], float]:
    """The number that the strategy compared, as people can read it."""
    if strategy == ROUND_ROBIN:
        return lambda agent: _rounded(agent.last_assigned_at)
    if strategy == LONGEST_IDLE:
        return lambda agent: _rounded(agent.load / agent.capacity if agent.load else agent.idle_since)
    return lambda agent: _rounded(agent.load / agent.capacity)


@lru_cache(4096)
def _rounded(number: float) -> float:
    """Kept: rounding is half of the price of naming twenty agents, and most stand as they stood a choice before."""
    return round(number, 3)
