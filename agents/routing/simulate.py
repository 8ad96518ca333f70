"""Replaying arrivals against rules: what would each visitor have waited, what would each agent have had? Pure.

The same choice as in earnest (choose.py) over a clock of events: arrivals, endings, agents who come and go, and the
moments at which a rule's time is over. Handling takes as long as it took.
"""

from bisect import insort
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from heapq import heappop, heappush
from itertools import count
from uuid import UUID

from agents.routing.choose import choose
from agents.routing.facts import MANUAL, ONLINE, AgentFacts, Desk, Waiting, rank_of


@dataclass(frozen=True, slots=True)
class Arrival:
    """A visitor who began to wait. Times are Unix seconds."""

    waiting: Waiting
    handling_seconds: float
    # Who had it in earnest and after how long: where agents take themselves it goes so again.
    taken_by: UUID | None = None
    taken_after: float = 0.0

    @property
    def at(self) -> float:
        return self.waiting.waiting_since


@dataclass(frozen=True, slots=True)
class Shift:
    """An agent is there from .. to."""

    agent_id: UUID
    start: float
    end: float


@dataclass(slots=True)
class AgentDay:
    name: str
    conversations: int = 0
    busy_seconds: float = 0.0
    most_at_once: int = 0


@dataclass(slots=True)
class Outcome:
    waits: list[float] = field(default_factory=list)
    unserved: int = 0
    overflowed: int = 0
    # Who came where the queue was too long and was offered to leave a message; None: not known.
    offered: int | None = 0
    agents: dict[UUID, AgentDay] = field(default_factory=dict)
    waits_by_queue: dict[UUID, list[float]] = field(default_factory=lambda: defaultdict(list))


def simulate(
    arrivals: Sequence[Arrival],
    shifts: Iterable[Shift],
    desk: Desk,
    *,
    until: float,
    on_arrival: Callable[[], None] = lambda: None,
) -> Outcome:
    """Play the arrivals until a moment. `desk` has its agents without any load and is used up; shifts of others than
    its agents are passed over."""
    day = _Day(desk, on_arrival)
    for shift in shifts:
        if shift.agent_id not in desk.agents:
            continue
        day.plan(shift.start, partial(day.come, shift.agent_id))
        day.plan(shift.end, partial(day.go, shift.agent_id))
    for arrival in arrivals:
        day.plan(arrival.at, partial(day.arrive, arrival))
    day.run(until)
    return day.outcome


class _Day:
    def __init__(self, desk: Desk, on_arrival: Callable[[], None]) -> None:
        self.desk, self.now, self._on_arrival = desk, 0.0, on_arrival
        self.outcome = Outcome(agents={agent.id: AgentDay(agent.name) for agent in desk.agents.values()})
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._number = count()
        self._waiting: list[Waiting] = []
        self._arrivals: dict[UUID, Arrival] = {}
        self._left_behind: dict[UUID, set[UUID]] = defaultdict(set)
        self._recent: dict[tuple[UUID, UUID], deque[float]] = defaultdict(deque)
        for agent in desk.agents.values():
            agent.availability = "offline"

    def plan(self, at: float, event: Callable[[], object]) -> None:
        heappush(self._events, (at, next(self._number), event))

    def run(self, until: float) -> None:
        while self._events and self._events[0][0] < until:
            self.now, _, event = heappop(self._events)
            event()
            # What happens at one moment is decided together.
            if not self._events or self._events[0][0] > self.now:
                self._route()
        self.outcome.unserved += len(self._waiting)

    # ---- events ----

    def come(self, agent_id: UUID) -> None:
        agent = self.desk.agents[agent_id]
        agent.availability, agent.idle_since = ONLINE, self.now

    def go(self, agent_id: UUID) -> None:
        self.desk.agents[agent_id].availability = "offline"

    def arrive(self, arrival: Arrival) -> None:
        waiting = arrival.waiting
        self._on_arrival()
        self._arrivals[waiting.id] = arrival
        if self.desk.rules[waiting.queue_id].strategy != MANUAL:
            self._offer(waiting)
            self._stand(waiting)
        elif arrival.taken_by and (agent := self.desk.agents.get(arrival.taken_by)):
            self.plan(self.now + arrival.taken_after, partial(self._give, waiting, agent))
        else:
            self.outcome.unserved += 1

    def _offer(self, waiting: Waiting) -> None:
        """Count who would be offered to leave a message, as agents/waiting/opening.py does: here they all wait on."""
        rules = self.desk.rules[waiting.queue_id]
        if waiting.left_message or (rules.max_waiting_count is None and rules.max_waiting_seconds is None):
            return
        since = [one.waiting_since for one in self._waiting if one.queue_id == rules.id and not one.left_message]
        is_long = rules.max_waiting_count is not None and len(since) >= rules.max_waiting_count
        is_slow = rules.max_waiting_seconds is not None and self.now - min(since, default=self.now) >= (
            rules.max_waiting_seconds
        )
        self.outcome.offered = (self.outcome.offered or 0) + (is_long or is_slow)

    def _stand(self, waiting: Waiting) -> None:
        insort(self._waiting, waiting, key=lambda one: rank_of(one, self.desk.rules))
        rules = self.desk.rules[waiting.queue_id]
        for seconds in (rules.relax_after_seconds, rules.sticky_seconds):
            if seconds is not None:
                self.plan(waiting.queued_at + seconds, _nothing)
        if rules.overflow_queue_id in self.desk.rules and rules.overflow_after_seconds is not None:
            self.plan(waiting.queued_at + rules.overflow_after_seconds, lambda: self._overflow(waiting))

    def _overflow(self, waiting: Waiting) -> None:
        target = self.desk.rules[waiting.queue_id].overflow_queue_id
        behind = self._left_behind[waiting.id]
        if target is None or waiting not in self._waiting or waiting.left_message:
            return
        if target == waiting.queue_id or target in behind:
            return
        behind.add(waiting.queue_id)
        self._waiting.remove(waiting)
        self.outcome.overflowed += 1
        moved = replace(waiting, queue_id=target, queued_at=self.now)
        if self.desk.rules[target].strategy == MANUAL:
            self.outcome.unserved += 1
        else:
            self._stand(moved)

    # ---- choices ----

    def _route(self) -> None:
        self.desk.begin_round()
        self._forget_old()
        if not self._waiting or not any(self.desk.free(queue_id) for queue_id in self.desk.rules):
            return
        left = []
        for number, waiting in enumerate(self._waiting):
            if self.desk.is_full():
                left += self._waiting[number:]
                break
            choice = choose(waiting, self.desk, self.now, with_verdicts=False)
            if choice.agent is None:
                left.append(waiting)
            else:
                self._give(waiting, choice.agent)
        self._waiting = left

    def _give(self, waiting: Waiting, agent: AgentFacts) -> None:
        self.desk.give(waiting, agent, self.now)
        arrival, waited = self._arrivals[waiting.id], self.now - waiting.waiting_since
        self.outcome.waits.append(waited)
        self.outcome.waits_by_queue[arrival.waiting.queue_id].append(waited)
        of_agent = self.outcome.agents[agent.id]
        of_agent.conversations += 1
        of_agent.busy_seconds += arrival.handling_seconds
        of_agent.most_at_once = max(of_agent.most_at_once, agent.load)
        self.plan(self.now + arrival.handling_seconds, lambda: self._end(waiting, agent))
        window = self.desk.rules[waiting.queue_id].fair_share_seconds
        if window:
            self._recent[agent.id, waiting.queue_id].append(self.now)
            self.plan(self.now + window, _nothing)

    def _end(self, waiting: Waiting, agent: AgentFacts) -> None:
        self.desk.take_back(waiting, agent)
        if not agent.load:
            agent.idle_since = self.now

    def _forget_old(self) -> None:
        for (agent_id, queue_id), moments in self._recent.items():
            window = self.desk.rules[queue_id].fair_share_seconds or 0
            while moments and moments[0] <= self.now - window:
                moments.popleft()
            self.desk.agents[agent_id].recent_by_queue[queue_id] = len(moments)


def fresh_desk(desk: Desk) -> Desk:
    """The same agents without any load, under the same rules."""
    agents = {
        agent.id: replace(
            agent,
            load=0,
            load_by_queue=defaultdict(int),
            recent_by_queue=defaultdict(int),
            last_assigned_at=0.0,
            idle_since=0.0,
        )
        for agent in desk.agents.values()
    }
    return Desk(desk.rules, agents, desk.default_queue_id, desk.total_capacity)


def _nothing() -> None:
    """Time passed: a rule may say something else from now on."""
