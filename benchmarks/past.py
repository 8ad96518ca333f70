"""A brand with a past: conversations of many days, with all their rows, put in by COPY.

What it makes is what the verbs would have written, seen from the reports: logs, assignments, ratings, promises.
"""

import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

Row = dict[str, Any]
# How busy an hour is, beside the others; Saturday and Sunday have a third of it.
HOURS = [1, 1, 1, 1, 1, 2, 4, 8, 14, 20, 22, 20, 16, 18, 20, 19, 17, 14, 11, 9, 7, 5, 3, 2]
SCORES = [1, 2, 3, 4, 4, 5, 5, 5, 5]


@dataclass
class Cast:
    queues: list[Any]
    agents: list[Any]
    tags: list[UUID]


@dataclass
class Batch:
    """Rows by model."""

    rows: dict[str, list[Row]] = field(
        default_factory=lambda: {
            name: [] for name in ("visitor", "conversation", "message", "assignment", "rating", "sla")
        }
    )

    def add(self, model: str, /, **values: Any) -> None:
        self.rows[model].append(values)


def fill_past(
    cast: Cast, *, conversations: int, messages: int, days: int, now: datetime, seed: int, step: Callable[[str], None]
) -> int:
    """Fill the current brand; returns how many messages there are. Everything ends before `now`."""
    rng, written = random.Random(seed), 0
    for start in range(0, conversations, 2000):
        batch = Batch()
        for _ in range(start, min(start + 2000, conversations)):
            _Talk(cast, rng, batch, _begin(rng, days, now), messages).play()
        written += sum(1 for row in batch.rows["message"] if row["event"] == "message.created")
        for name, rows in batch.rows.items():
            copy_rows(_models()[name], rows)
        step(f"{written:,} messages")
    return written


def copy_rows(model: Any, rows: Iterable[Row]) -> None:
    """COPY rows into a model's table; what a row does not say is the field's default."""
    from django.db import connection, models

    fields = list(model._meta.concrete_fields)
    columns = ", ".join(one.column for one in fields)

    def values(row: Row) -> Iterator[Any]:
        for one in fields:
            value = row[one.attname] if one.attname in row else one.get_default()
            yield json.dumps(value) if isinstance(one, models.JSONField) else value

    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(list(values(row)))


def _models() -> dict[str, Any]:
    from agents.models import Assignment, SlaTarget
    from chat.models import Conversation, Message, Rating, Visitor

    return {
        "visitor": Visitor,
        "conversation": Conversation,
        "message": Message,
        "assignment": Assignment,
        "rating": Rating,
        "sla": SlaTarget,
    }


def _begin(rng: random.Random, days: int, now: datetime) -> datetime:
    while True:
        day = now - timedelta(days=rng.uniform(0.05, days))
        if day.weekday() < 5 or rng.random() < 0.33:
            break
    hour = rng.choices(range(24), HOURS)[0]
    at = day.replace(hour=hour, minute=rng.randrange(60), second=rng.randrange(60), microsecond=rng.randrange(10**6))
    return at if at < now - timedelta(hours=1) else at - timedelta(days=1)


class _Talk:
    """One conversation, from its visitor's first word to its end."""

    def __init__(self, cast: Cast, rng: random.Random, batch: Batch, at: datetime, messages: int) -> None:
        from tenants.ids import new_id

        self.new_id, self.cast, self.rng, self.batch = new_id, cast, rng, batch
        self.began = self.at = at
        self.id, self.visitor = new_id(), new_id()
        self.queue = rng.choices(cast.queues, range(len(cast.queues), 0, -1))[0]
        self.agent = rng.choice(cast.agents)
        self.messages, self.seq = messages, 0

    def play(self) -> None:
        self.log("conversation.created", "system", None, {})
        self.say("visitor")
        waited = self.rng.lognormvariate(4, 1)
        self.wait(waited)
        assigned = self.at
        self.log("conversation.assigned", "agent", self.agent.pk, {"agent": {"id": str(self.agent.pk)}})
        self.wait(self.rng.lognormvariate(3, 0.8))
        replied = self.at
        self.say("agent")
        for _ in range(self.messages - 2):
            self.wait(self.rng.lognormvariate(3.4, 0.9))
            self.say(self.rng.choice(["visitor", "agent"]))
        self.wait(self.rng.lognormvariate(5, 1))
        self.log("conversation.closed", "agent", self.agent.pk, {"reason": "agent"})
        closed = self.at
        score = self.rate() if self.rng.random() < 0.35 else None
        self.rows(assigned, replied, closed, score)

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=min(seconds, 7200))

    def say(self, who: str) -> None:
        author = self.agent.pk if who == "agent" else self.visitor
        self.log("message.created", who, author, {"kind": "text", "text": "Lorem ipsum dolor sit amet", "html": ""})

    def rate(self) -> int:
        score = self.rng.choice(SCORES)
        self.wait(60)
        self.log("conversation.rated", "visitor", self.visitor, {"score": score, "comment": ""})
        self.batch.add(
            "rating",
            conversation_id=self.id,
            score=score,
            agent_id=self.agent.pk,
            queue_id=self.queue.pk,
            created_at=self.at,
        )
        return score

    def log(self, event: str, kind: str, author: UUID | None, body: dict[str, Any]) -> None:
        self.seq += 1
        self.batch.add(
            "message",
            conversation_id=self.id,
            seq=self.seq,
            event=event,
            author_kind=kind,
            author_id=author,
            body=body,
            created_at=self.at,
        )

    def rows(self, assigned: datetime, replied: datetime, closed: datetime, score: int | None) -> None:
        tags = self.rng.sample(self.cast.tags, self.rng.choice([0, 0, 1, 1, 2]))
        self.batch.add("visitor", id=self.visitor, name=f"Visitor {self.seq}", created_at=self.began)
        self.batch.add(
            "conversation",
            id=self.id,
            visitor_id=self.visitor,
            status="closed",
            close_reason="agent",
            queue_id=self.queue.pk,
            queue_name=self.queue.name,
            assignee_id=self.agent.pk,
            assignee_name=self.agent.display_name,
            tag_ids=tags,
            last_seq=self.seq,
            last_message_preview="Lorem ipsum dolor sit amet",
            assigned_at=assigned,
            first_reply_at=replied,
            closed_at=closed,
            rating=score,
            created_at=self.began,
            active_at=self.at,
        )
        self.batch.add(
            "assignment",
            conversation_id=self.id,
            agent_id=self.agent.pk,
            queue_id=self.queue.pk,
            started_at=assigned,
            ended_at=closed,
            ended_reason="closed",
        )
        due = self.began + timedelta(minutes=5)
        broken = due if replied > due else None
        self.batch.add(
            "sla",
            conversation_id=self.id,
            kind="first",
            queue_id=self.queue.pk,
            agent_id=self.agent.pk,
            started_at=self.began,
            due_at=due,
            met_at=replied,
            breached_at=broken,
        )
