"""What a choice looks at: the conversation that waits, the queue's rules, the agents. Pure; times are Unix seconds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

LEAST_LOADED, ROUND_ROBIN, LONGEST_IDLE, MANUAL = "least_loaded", "round_robin", "longest_idle", "manual"
ONLINE = "online"


@dataclass(frozen=True, slots=True)
class QueueRules:
    id: UUID
    strategy: str = LEAST_LOADED
    priority: int = 10
    capacity: int | None = None
    skills: frozenset[UUID] = frozenset()
    matches_language: bool = True
    relax_after_seconds: int | None = 120
    sticky_seconds: int | None = None
    fair_share_count: int | None = None
    fair_share_minutes: int | None = None
    overflow_queue_id: UUID | None = None
    overflow_after_seconds: int | None = None
    # From when on who comes is offered to leave a message. No choice looks at it; the simulator counts it.
    max_waiting_count: int | None = None
    max_waiting_seconds: int | None = None

    @property
    def fair_share_seconds(self) -> int | None:
        """The window, where both of its numbers are given."""
        return self.fair_share_minutes * 60 if self.fair_share_count and self.fair_share_minutes else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation that waits. `queue_id` is one that exists: rows of unknown queues wait in the default queue."""

    id: UUID
    queue_id: UUID
    waiting_since: float
    queued_at: float
    language: str = ""
    skills: frozenset[UUID] = frozenset()
    priority: int = 2
    left_message: bool = False
    last_agent_id: UUID | None = None
    # Agents who let this very conversation lie (`silent`) or gave it away (`released`): not at once again.
    gave_back: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class AgentFacts:
    """An agent as a round of choices sees it; its loads grow with what the round gives it. Compared by identity."""

    id: UUID
    name: str
    capacity: int = 5
    availability: str = ONLINE
    languages: tuple[str, ...] = ()
    skills: frozenset[UUID] = frozenset()
    # The queues it serves, each with the capacity there, None for no own.
    memberships: Mapping[UUID, int | None] = field(default_factory=dict)
    load: int = 0
    load_by_queue: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    # New ones within the queue's fair-share window.
    recent_by_queue: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    last_assigned_at: float = 0.0
    idle_since: float = 0.0
    # The place in the order in which agents were read: makes every comparison end.
    order: int = 0

    @property
    def has_room(self) -> bool:
        return self.availability == ONLINE and self.load < self.capacity

    def speaks(self, language: str) -> bool:
        return not self.languages or any(is_same_language(language, one) for one in self.languages)


@dataclass(slots=True)
class Desk:
    """Rules and agents of one brand during one round."""

    rules: Mapping[UUID, QueueRules]
    agents: Mapping[UUID, AgentFacts]
    default_queue_id: UUID | None = None
    total_capacity: int | None = None
    total_load: int = 0
    load_by_queue: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    _members: dict[UUID, list[AgentFacts]] = field(default_factory=dict)
    _free: dict[UUID, list[AgentFacts]] = field(default_factory=dict)
    _able: dict[tuple[UUID, frozenset[UUID], str], list[AgentFacts]] = field(default_factory=dict)
    _limited: dict[UUID, bool] = field(default_factory=dict)
    _spoken: dict[tuple[UUID, str], bool] = field(default_factory=dict)

    def members(self, queue_id: UUID) -> list[AgentFacts]:
        """Who serves the queue. One without members is served by the default queue's, or by everybody: a conversation
        in it would wait for ever. Who is online comes first: whoever lists them cannot name all."""
        if queue_id not in self._members:
            serving = self._serving(queue_id) or self._serving(self.default_queue_id) or list(self.agents.values())
            self._members[queue_id] = sorted(serving, key=lambda agent: agent.availability != ONLINE)
        return self._members[queue_id]

    def free(self, queue_id: UUID) -> list[AgentFacts]:
        """Its members that are online and have room. Whoever has none now has none for the rest of the round."""
        known = self._free.get(queue_id)
        free = [agent for agent in (self.members(queue_id) if known is None else known) if agent.has_room]
        self._free[queue_id] = free
        return free

    def able(self, queue_id: UUID, skills: frozenset[UUID], language: str) -> list[AgentFacts]:
        """Those of `free` with all of the skills and the language; looked for once per round and need."""
        key = queue_id, skills, language
        known = self._able.get(key)
        if known is None:
            known = [
                agent
                for agent in self.free(queue_id)
                if skills <= agent.skills and (not language or agent.speaks(language))
            ]
        able = [agent for agent in known if agent.load < agent.capacity]
        self._able[key] = able
        return able

    def is_limited(self, rules: QueueRules) -> bool:
        """Tell whether agents have limits of their own in this queue: a capacity there, a fair share."""
        if rules.id not in self._limited:
            own = any(agent.memberships.get(rules.id) is not None for agent in self.members(rules.id))
            self._limited[rules.id] = own or rules.fair_share_seconds is not None
        return self._limited[rules.id]

    def is_full(self) -> bool:
        return self.total_capacity is not None and self.total_load >= self.total_capacity

    def is_queue_full(self, rules: QueueRules) -> bool:
        return rules.capacity is not None and self.load_by_queue.get(rules.id, 0) >= rules.capacity

    def is_spoken(self, queue_id: UUID, language: str) -> bool:
        """Tell whether anybody in the queue speaks it, there or not: otherwise there is nobody to wait for."""
        key = queue_id, language
        if key not in self._spoken:
            self._spoken[key] = any(agent.speaks(language) for agent in self.members(queue_id))
        return self._spoken[key]

    def give(self, waiting: Waiting, agent: AgentFacts, now: float) -> None:
        """Count what was chosen, so that the next choice sees it."""
        agent.load += 1
        agent.load_by_queue[waiting.queue_id] = agent.load_by_queue.get(waiting.queue_id, 0) + 1
        agent.recent_by_queue[waiting.queue_id] = agent.recent_by_queue.get(waiting.queue_id, 0) + 1
        agent.last_assigned_at = now
        self.load_by_queue[waiting.queue_id] = self.load_by_queue.get(waiting.queue_id, 0) + 1
        self.total_load += 1

    def take_back(self, waiting: Waiting, agent: AgentFacts) -> None:
        """The reverse of `give`, when a conversation ends; what was new stays new."""
        agent.load -= 1
        agent.load_by_queue[waiting.queue_id] -= 1
        self.load_by_queue[waiting.queue_id] -= 1
        self.total_load -= 1

    def begin_round(self) -> None:
        """Forget who had room: for whoever uses one desk for several rounds."""
        self._free.clear()
        self._able.clear()
        self._members.clear()

    def _serving(self, queue_id: UUID | None) -> list[AgentFacts]:
        return [agent for agent in self.agents.values() if queue_id in agent.memberships]


def is_same_language(one: str, other: str) -> bool:
    """`zh` and `zh-hans` are the same to somebody who said no more than `zh`; `zh-hans` and `zh-hant` are not."""
    one, other = one.lower(), other.lower()
    return one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-")


def in_order(waiting: Iterable[Waiting], rules: Mapping[UUID, QueueRules]) -> list[Waiting]:
    """Who is next: live before left messages, then the queue's priority, the conversation's, and who waited longest."""
    return sorted(waiting, key=lambda one: rank_of(one, rules))


def rank_of(one: Waiting, rules: Mapping[UUID, QueueRules]) -> tuple[bool, int, int, float, UUID]:
    return one.left_message, -rules[one.queue_id].priority, -one.priority, one.waiting_since, one.id
