"""The people of a campaign: one brand, agents with sessions, visitors with tokens, made as the product makes them."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.torture.client import Person

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Cast:
    slug: str
    agents: list[Person]
    visitors: list[Person]


def make_cast(slug: str, *, agents: int, visitors: int) -> Cast:
    from agents.models import Queue
    from chat.models import Visitor, Widget
    from chat.tokens import make_token
    from tenants.context import in_tenant
    from tenants.provisioning import create_brand

    now, host = datetime.now(UTC), f"{slug}.localhost"
    tenant = create_brand(slug=slug, name=slug.title(), domains=[host], now=now)
    with in_tenant(tenant):
        widget, queue = Widget.objects.get(), Queue.objects.first()
        Queue.objects.update(strategy=Queue.Strategy.MANUAL)  # agents take what the campaign says
        people = [make_agent(tenant, f"agent-{number}", host, queues=[queue]) for number in range(agents)]
        rows = [Visitor(name=f"visitor-{number}") for number in range(visitors)]
        Visitor.objects.bulk_create(rows)
        guests = [Person("visitor", row.name, str(row.pk), host, token=make_token(row, widget)) for row in rows]
    return Cast(slug, people, guests)


def make_agent(tenant: Any, name: str, host: str, *, role: str = "agent", queues: Sequence[Any] = ()) -> Person:
    """An agent of the brand that this thread is in, signed in there."""
    from agents.accounts import create_agent

    agent, _password = create_agent(
        email=f"{name}@{host}.example", name=name, password=PASSWORD, role=role, queues=queues, now=datetime.now(UTC)
    )
    return Person("agent", name, str(agent.pk), host, cookie=sign_in(agent.user, tenant))


def sign_in(user: Any, tenant: Any) -> str:
    """Start a session as the sign-in page does and return its cookie; `tenant` None: at the installation."""
    from django.contrib.sessions.backends.db import SessionStore

    from tenants.sessions import brand_mark

    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "tenants.auth.StaffBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session["brand"] = brand_mark(tenant)
    session.create()
    return f"kefu_session={session.session_key}"


def open_conversations(cast: Cast) -> dict[str, str]:
    """Open a conversation for each visitor and let agents take them in turn: visitor's id -> conversation."""
    from agents.assignments import take_conversation
    from agents.models import Agent
    from chat.conversations import open_conversation
    from chat.models import Visitor
    from tenants.context import in_tenant
    from tenants.models import Tenant

    now, opened = datetime.now(UTC), {}
    with in_tenant(Tenant.objects.get(slug=cast.slug)):
        agents = list(Agent.objects.order_by("pk"))
        by_id = {str(agent.pk): agent for agent in agents}
        for number, person in enumerate(cast.visitors):
            conversation = open_conversation(Visitor.objects.get(pk=person.id), now=now)
            agent = by_id[cast.agents[number % len(cast.agents)].id]
            take_conversation(conversation.pk, agent=agent, now=now)
            opened[person.id] = str(conversation.pk)
    return opened


def drop_guards(slug: str, statement: str) -> None:
    """Take away a constraint of this brand's, so that a planted defect shows itself and not the constraint."""
    from django.db import connection

    from tenants.models import Tenant

    with connection.cursor() as cursor:
        cursor.execute(statement.format(schema=f'"{Tenant.objects.get(slug=slug).schema_name}"'))


@contextmanager
def inside(slug: str) -> Iterator[None]:
    """Be in the brand for a `with` block, on whichever thread; the connection ends with it."""
    from tenants.context import in_tenant
    from tenants.models import Tenant

    try:
        with in_tenant(Tenant.objects.get(slug=slug)):
            yield
    finally:
        close_database()


def close_database() -> None:
    """Hold no connection while the database is stopped."""
    from django.db import connection

    connection.close()
    connection.close_pool()


def dice_of(seed: int, *parts: object) -> random.Random:
    return random.Random(f"{seed}:{':'.join(map(str, parts))}")
