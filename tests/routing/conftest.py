"""A team of its own in acme: queues that route, agents that are there, all gone at the end."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings

from agents.models import Agent, Assignment, Membership, Queue, Skill
from chat.conversations import open_conversation
from chat.models import Conversation, Visitor
from chat.placement import Place
from tenants.accounts import create_account
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.admin.pages import remove_accounts

PREFIX = "routing-"
# Nobody ever signs in as one of these: a hash that is slow on purpose would be most of what a team costs.
QUICK = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])


class Team:
    """Makes queues, agents and conversations of the current brand."""

    def __init__(self, tenant: Tenant, now: datetime) -> None:
        self.tenant, self.now = tenant, now
        self.made: list[Agent] = []

    def queue(self, name: str = "Orders", **rules: Any) -> Queue:
        return Queue.objects.create(name=f"{name} {uuid4().hex[:6]}", **{"strategy": "least_loaded", **rules})

    def agent(
        self, name: str, *queues: Queue, present: bool = True, in_queue: int | None = None, **facts: Any
    ) -> Agent:
        skills = facts.pop("skills", ())
        with QUICK:
            user, _ = create_account(email=f"{PREFIX}{uuid4().hex}@acme.test", name=name, now=self.now)
        agent = Agent.objects.create(
            user=user, display_name=name, is_present=present, absent_since=None if present else self.now, **facts
        )
        Membership.objects.bulk_create(Membership(agent=agent, queue=queue, capacity=in_queue) for queue in queues)
        agent.skills.set(skills)
        self.made.append(agent)
        return agent

    def waits(
        self, queue: Queue | None, *, visitor: Visitor | None = None, at: datetime | None = None, **columns: Any
    ) -> Conversation:
        visitor = visitor or Visitor.objects.create(name="Vera")
        place = Place(queue.pk, queue.name) if queue else Place()
        conversation = open_conversation(visitor, place=place, now=at or self.now)
        if columns:
            Conversation.objects.filter(pk=conversation.pk).update(**columns)
        return conversation

    def loads(self) -> dict[str, int]:
        """Open assignments by agent's name."""
        names = Assignment.objects.filter(ended_at=None).values_list("agent__display_name", flat=True)
        return {agent.display_name: list(names).count(agent.display_name) for agent in self.made}

    def dissolve(self) -> None:
        Assignment.objects.filter(agent__in=self.made).delete()
        Membership.objects.filter(agent__in=self.made).delete()
        for agent in self.made:
            agent.skills.clear()
        Agent.objects.filter(pk__in=[agent.pk for agent in self.made]).delete()
        Queue.objects.filter(is_default=False).update(overflow_queue=None)
        Queue.objects.filter(is_default=False).delete()
        Skill.objects.all().delete()
        remove_accounts(PREFIX)


@pytest.fixture
def team(acme: Tenant, now: datetime) -> Iterator[Team]:
    with in_tenant(acme):
        made = Team(acme, now)
        default = Queue.objects.get(is_default=True)
        Queue.objects.filter(pk=default.pk).update(strategy="manual")
        yield made
        Conversation.objects.filter(status="assigned").update(status="waiting", assignee_id=None)
        made.dissolve()
