from collections.abc import Iterator
from datetime import datetime

import pytest
from django.contrib.admin.models import LogEntry

from agents.models import Agent, AuditEntry, AutomationRule, CannedReply, Macro, Queue, Skill
from chat.conversations import open_conversation
from chat.models import Conversation, Tag, Visitor, Widget
from tenants.context import in_tenant
from tenants.models import Tenant


@pytest.fixture(autouse=True)
def put_back(brands: dict[str, Tenant]) -> Iterator[None]:
    yield
    for tenant in brands.values():
        with in_tenant(tenant):
            for model in (AutomationRule, CannedReply, Macro, Tag, Skill, AuditEntry, LogEntry):
                model.objects.all().delete()
            Queue.objects.exclude(is_default=True).delete()
            Agent.objects.update(capacity=5, is_active=True)


@pytest.fixture
def brand(acme: Tenant) -> Iterator[Tenant]:
    """Inside acme, for tests that need no request."""
    with in_tenant(acme):
        yield acme


@pytest.fixture
def talk(acme: Tenant, vera: Visitor, acme_widget: Widget, now: datetime) -> Conversation:
    with in_tenant(acme):
        return open_conversation(vera, widget=acme_widget, now=now)


@pytest.fixture
def vip(acme: Tenant) -> Tag:
    with in_tenant(acme):
        return Tag.objects.create(name="VIP")


@pytest.fixture
def billing(acme: Tenant) -> Queue:
    with in_tenant(acme):
        return Queue.objects.create(name="Billing")
