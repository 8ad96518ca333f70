"""One simulated day of one client: talks, beats, deaths, reconnects."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from random import Random

from benchmarks.networks import DAY_MS, RETRANSMITS_MS, DayPlan
from benchmarks.policies import Policy
from kefu_client.backoff import reconnect_delay

# A mobile radio stays awake this long after each frame, and that is what costs.
RADIO_TAIL_MS = 10_000.0


@dataclass
class Day:
    pings: int = 0
    false_alarms: int = 0
    noticed_s: list[float] = field(default_factory=list)
    without_link_s: float = 0
    radio_s: float = 0


@dataclass
class Link:
    """What really happens to it; the client knows nothing of this."""

    last_packet_at: float
    forgets_after: float
    dead_at: float | None = None
    arrives_in_order: dict[str, float] = field(default_factory=dict)


class OneDay:
    def __init__(self, plan: DayPlan, policy: Policy) -> None:
        self.plan, self.policy = plan, policy
        self.random = Random(f"{plan.network.name} {plan.seed} {type(policy).__name__}")
        self.day = Day()
        self.events: list[tuple[float, int, Callable[[float], None]]] = []
        self.order = count()
        self.link: Link | None = None
        self.timer = 0
        self.radio_until = 0.0
        self.unanswered: list[float] = []

    def live(self) -> Day:
        for at in self.plan.client_says:
            self.at(at, self.say)
        for at in self.plan.server_says:
            self.at(at, self.hear_from_server)
        for at in self.plan.deaths:
            self.at(at, self.die)
        self.open(0.0)
        while self.events:
            at, _, act = heapq.heappop(self.events)
            if at > DAY_MS:
                break
            act(at)
        self.day.radio_s = self.day.radio_s / 1_000
        return self.day

    def at(self, when: float, act: Callable[[float], None]) -> None:
        heapq.heappush(self.events, (when, next(self.order), act))

    # ---- the network ----

    def passes(self, link: Link, now: float, direction: str) -> float | None:
        """Put a frame on its way; return when it arrives, or None if it never does."""
        self.note_death_by_idling(link, now)
        if link.dead_at is not None:
            return None
        link.last_packet_at, link.forgets_after = now, self.draw_memory()
        delay = next((d for d in RETRANSMITS_MS if self.random.random() >= self.plan.loss_at(now + d)), None)
        if delay is None:
            link.dead_at = now
            return None
        arrival = max(now + delay + self.plan.network.one_way_ms, link.arrives_in_order.get(direction, 0))
        link.arrives_in_order[direction] = arrival
        return arrival

    def note_death_by_idling(self, link: Link, now: float) -> None:
        if link.dead_at is None and now - link.last_packet_at > link.forgets_after:
            link.dead_at = link.last_packet_at + link.forgets_after

    def draw_memory(self) -> float:
        nat = self.plan.network.nat_ms
        return nat * self.random.uniform(1, 1.1) if nat else float("inf")

    def die(self, now: float) -> None:
        if self.link and self.link.dead_at is None:
            self.note_death_by_idling(self.link, now)
            self.link.dead_at = self.link.dead_at or now

    # ---- the client ----

    def open(self, now: float) -> None:
        self.link = Link(now, self.draw_memory())
        self.unanswered = []
        self.use_radio(now)
        self.policy.opened(now)
        self.schedule(now)

    def say(self, now: float) -> None:
        """A message of ours, which the server answers."""
        if self.link is None:
            return
        self.send(now)
        self.policy.sent(now)
        if self.policy.late_ms is not None:
            self.unanswered.append(now)
            self.at(now + self.policy.late_ms, partial(self.be_late, self.link, now))
        self.schedule(now)

    def be_late(self, link: Link, sent: float, now: float) -> None:
        if link is self.link and sent in self.unanswered:
            self.policy.doubt(now)
            self.schedule(now)

    def send(self, now: float) -> None:
        """A frame that the server answers at once: a message or a ping."""
        assert self.link
        self.use_radio(now)
        link = self.link
        arrival = self.passes(link, now, "up")
        if arrival is not None:
            self.at(arrival, partial(self.answer, link, now))

    def answer(self, link: Link, asked: float, now: float) -> None:
        if link is self.link:
            arrival = self.passes(link, now, "down")
            if arrival is not None:
                self.at(arrival, partial(self.hear, link, asked))

    def hear_from_server(self, now: float) -> None:
        link = self.link
        if link is not None and (arrival := self.passes(link, now, "down")) is not None:
            self.at(arrival, partial(self.hear, link, None))

    def hear(self, link: Link, asked: float | None, now: float) -> None:
        if link is self.link and (link.dead_at is None or now < link.dead_at):
            self.use_radio(now)
            if asked is not None:
                self.unanswered = [sent for sent in self.unanswered if sent > asked]
            self.policy.heard(now)
            self.schedule(now)

    def schedule(self, now: float) -> None:
        self.timer += 1
        self.at(now + self.policy.due_in(now), partial(self.beat, self.timer))

    def beat(self, timer: int, now: float) -> None:
        if timer != self.timer or self.link is None:
            return
        found = self.policy.tick(now)
        if found == "dead":
            self.give_up(now, self.link)
            return
        if found == "probe":
            self.day.pings += 1
            self.send(now)
        self.schedule(now)

    def give_up(self, now: float, link: Link) -> None:
        if link.dead_at is None:
            self.day.false_alarms += 1
        else:
            self.day.noticed_s.append((now - link.dead_at) / 1_000)
        gone_since = now if link.dead_at is None else link.dead_at
        self.link = None
        back = now + reconnect_delay(0, self.random.random)
        while self.random.random() < self.plan.loss_at(back):
            back += 1_000
        back += 4 * self.plan.network.one_way_ms
        self.day.without_link_s += (back - gone_since) / 1_000
        self.at(back, self.open)

    def use_radio(self, now: float) -> None:
        self.day.radio_s += now + RADIO_TAIL_MS - max(now, self.radio_until)
        self.radio_until = now + RADIO_TAIL_MS


def live_a_day(plan: DayPlan, policy: Policy) -> Day:
    return OneDay(plan, policy).live()
