"""What a console asks every few seconds for an account with several brands: news of the others."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from benchmarks.plan import Plan, Step
from benchmarks.site import Cast, Variant

EMAIL = "many@kefu.example"
ROUNDS = 25
# Of a brand's open conversations: one in so many is the account's own, waits, or has changed since the last question.
MINE, WAITING, CHANGED = 40, 50, 500


def elsewhere(_cast: Cast, _variant: Variant, plan: Plan, step: Step) -> dict[str, Any]:
    """In brands of its own. No web process: what is measured is the answer, from the account to the rows."""
    from django.utils import timezone

    from agents.brands import brands_of
    from agents.rest.inbox.elsewhere import news_elsewhere
    from tenants.models import User

    now = timezone.now()
    for number in range(plan.brands):
        step(f"elsewhere: brand {number + 1} of {plan.brands}")
        _fill(f"other{number}", plan.rows, now)
    user = User.objects.get(email=EMAIL)
    brands = brands_of(user, scheme="http", host="bench.localhost")
    took, rows = [], 0
    with _counting() as queries:
        for _ in range(ROUNDS):
            began = time.perf_counter()
            rows = len(news_elsewhere(user, brands, since=now - timedelta(seconds=12), now=now)["rows"])
            took.append((time.perf_counter() - began) * 1000)
    return {
        "brands": len(brands),
        "open_each": plan.rows,
        "rows": rows,
        "ms": round(statistics.median(took), 1),
        "worst_ms": round(max(took), 1),
        "queries": len(queries) // ROUNDS,
    }


def _fill(slug: str, count: int, now: datetime) -> None:
    from django.db import connection

    from agents.accounts import create_agent
    from agents.models import Queue
    from chat.models import Conversation, Visitor
    from tenants.context import in_tenant
    from tenants.provisioning import create_brand

    brand = create_brand(slug=slug, name=slug, domains=[f"{slug}.localhost"], now=now)
    with in_tenant(brand):
        me = create_agent(email=EMAIL, name="Many", now=now)[0]
        other = create_agent(email=f"{slug}@kefu.example", name="Other", now=now)[0]
        queue = Queue.objects.get()
        visitors = Visitor.objects.bulk_create([Visitor(name=f"Row {n}") for n in range(count)], batch_size=2000)
        Conversation.objects.bulk_create(
            [
                _row(number, visitor, queue, me if number % MINE == 0 else other, now)
                for number, visitor in enumerate(visitors)
            ],
            batch_size=2000,
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as autovacuum does within a minute


def _row(number: int, visitor: Any, queue: Any, agent: Any, now: datetime) -> Any:
    from chat.models import Conversation

    waits = number % WAITING == 1
    changed = now - timedelta(seconds=5 if number % CHANGED == 0 else 60 + number)
    return Conversation(
        visitor=visitor,
        queue_id=queue.pk,
        queue_name=queue.name,
        status="waiting" if waits else "assigned",
        assignee_id=None if waits else agent.pk,
        assignee_name="" if waits else agent.display_name,
        waiting_since=changed if waits else None,
        queued_at=changed,
        last_message_preview="Where is my parcel?",
        last_message_at=changed,
        last_author_kind="visitor",
        unread_count=number % 4,
        active_at=changed,
    )


@contextmanager
def _counting() -> Iterator[list[str]]:
    """Every statement, those that enter a brand too."""
    from django.db import connection

    seen: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen
