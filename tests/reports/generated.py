"""Generated conversations with known answers: what happens is drawn, played on the real verbs and recounted plainly."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from hypothesis import strategies as st

from agents.assignments import release_conversation, take_conversation, transfer_conversation
from agents.authors import author_of
from agents.models import Agent, Queue
from chat.authors import SYSTEM, Author
from chat.conversations import close_conversation, open_conversation, record, reopen_conversation
from chat.message_log import lock_conversation
from chat.messages import MessageDraft, post_message
from chat.models import Conversation, Visitor

START = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
# A step: what happens, which agent or queue (0 or 1), and how many seconds later.
Step = tuple[str, int, int]
VERBS = ["ask", "answer", "take", "release", "transfer", "move", "close", "reopen", "rate"]
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 1), st.integers(0, 5000)), max_size=14)


@dataclass
class Recount:
    """The known answers, by the plainest means: a list of (hour, queue, agent) per count, and of values per measure."""

    counts: Counter[tuple[str, datetime, str, str]] = field(default_factory=Counter)
    values: dict[tuple[str, datetime, str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def count(self, name: str, at: datetime, queue: Any, agent: Any = "") -> None:
        self.counts[name, at.replace(minute=0, second=0, microsecond=0), str(queue or ""), str(agent or "")] += 1

    def value(self, name: str, at: datetime, queue: Any, agent: Any, value: float) -> None:
        hour = at.replace(minute=0, second=0, microsecond=0)
        self.values[name, hour, str(queue or ""), str(agent or "")].append(value)


class Play:
    """Plays steps on a real conversation and keeps the known answers beside."""

    def __init__(self, agents: list[Agent], queues: list[Queue], recount: Recount, start: datetime = START) -> None:
        self.agents, self.queues, self.recount = agents, queues, recount
        self.now = start
        self.visitor = Visitor.objects.create(name="Vera")
        self.id: UUID = open_conversation(self.visitor, now=self.now).pk
        self.queue: Any = self.fresh().queue_id
        self.agent: Any = None
        self.opened = self.waits = self.now
        self.answered = self.ever = False
        self.rating: tuple[datetime, Any, Any, int] | None = None
        recount.count("opened", self.now, self.queue)

    def fresh(self) -> Conversation:
        return Conversation.objects.get(pk=self.id)

    def play(self, steps: list[Step]) -> None:
        for verb, which, seconds in steps:
            self.now += timedelta(seconds=seconds)
            getattr(self, verb)(which)

    def settle(self) -> None:
        """The rating that came last counts."""
        if self.rating:
            at, queue, agent, score = self.rating
            self.recount.value("rating", at, queue, agent, score)

    def is_open(self) -> bool:
        return self.fresh().is_open

    def ask(self, _which: int) -> None:
        if self.is_open():
            self._post(Author.of_visitor(self.visitor))
            self.recount.count("messages_in", self.now, self.queue, self.agent)

    def answer(self, which: int) -> None:
        agent = self.agents[which]
        if not self.is_open():
            return
        self._post(author_of(agent))
        self.recount.count("messages_out", self.now, self.queue, agent.pk)
        if not self.ever:
            self.recount.value("first_response", self.now, self.queue, agent.pk, self._since(self.opened))
        self.answered = self.ever = True

    def take(self, which: int) -> None:
        if self.is_open() and self.agent is None:
            take_conversation(self.id, agent=self.agents[which], now=self.now)
            self._given(self.agents[which])

    def transfer(self, which: int) -> None:
        agent = self.agents[which]
        if self.is_open() and self.agent != agent.pk:
            transfer_conversation(self.id, by=self.agents[0], agent=agent, now=self.now)
            self._given(agent)

    def release(self, _which: int) -> None:
        if self.is_open() and self.agent is not None:
            release_conversation(self.id, agent=Agent.objects.get(pk=self.agent), now=self.now)
            self.agent, self.waits = None, self.now

    def close(self, _which: int) -> None:
        if not self.is_open():
            return
        close_conversation(self.id, by=SYSTEM, reason="agent", now=self.now)
        self.recount.count("closed", self.now, self.queue, self.agent)
        if not self.answered:
            self.recount.count("unanswered", self.now, self.queue, self.agent)
        self.recount.value("resolution", self.now, self.queue, self.agent, self._since(self.opened))
        self.waits = None

    def reopen(self, _which: int) -> None:
        if not self.is_open():
            reopen_conversation(self.id, by=SYSTEM, now=self.now)
            self.recount.count("reopened", self.now, self.queue)
            self.agent, self.answered = None, False
            self.opened = self.waits = self.now

    def rate(self, which: int) -> None:
        with transaction.atomic():
            body = {"score": which + 4, "comment": ""}
            record(lock_conversation(self.id), "conversation.rated", Author.of_visitor(self.visitor), body, self.now)
        self.rating = (self.now, self.queue, self.agent, which + 4)

    def move(self, which: int) -> None:
        queue = self.queues[which]
        if self.is_open():
            transfer_conversation(self.id, by=self.agents[0], queue=queue, now=self.now)
            self.queue, self.agent = queue.pk, None
            self.waits = self.waits or self.now

    def _given(self, agent: Agent) -> None:
        self.agent = agent.pk
        self.recount.count("assigned", self.now, self.queue, self.agent)
        if self.waits is not None:
            self.recount.value("waited", self.now, self.queue, self.agent, self._since(self.waits))
        self.waits = None

    def _since(self, moment: datetime) -> float:
        return (self.now - moment).total_seconds()

    def _post(self, author: Author) -> None:
        post_message(self.id, author=author, draft=MessageDraft(uuid4(), text="x"), now=self.now)


def nearest(values: list[float], share: float) -> float:
    return sorted(values)[max(1, math.ceil(share * len(values))) - 1]
