from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from agents.automation.rules import save_rule
from agents.models import Agent, AuditEntry, AutomationRule, CannedReply, Macro, Queue, Skill
from chat.conversations import open_conversation
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Conversation, Message, Tag, Visitor, Widget
from tenants.context import in_tenant
from tenants.ids import new_id
from tenants.models import Tenant
from tests.admin.pages import delete_all


@pytest.fixture(autouse=True)
def put_back(brands: dict[str, Tenant]) -> Iterator[None]:
    yield
    delete_all((AutomationRule, CannedReply, Macro, Tag, Skill, AuditEntry, LogEntry), *brands.values())
    for tenant in brands.values():
        with in_tenant(tenant):
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


@pytest.fixture
def make_rule(brand: Tenant, now: datetime) -> Callable[..., AutomationRule]:
    """An active rule of acme: `make_rule("message.created", [conditions], [actions])`."""

    def make(event: str, conditions: list[Any], actions: list[Any], **values: Any) -> AutomationRule:
        name = values.pop("name", f"Rule {AutomationRule.objects.count()}")
        rule = AutomationRule(name=name, event=event, conditions=conditions, actions=actions, **values)
        save_rule(rule, now - timedelta(hours=1))
        return rule

    return make


@pytest.fixture
def say(vera: Visitor, acme_widget: Widget, now: datetime) -> Callable[..., Message]:
    """Vera writes: inside acme."""

    def say(text: str, at: datetime | None = None) -> Message:
        draft = MessageDraft(new_id(), text=text)
        return post_visitor_message(vera, conversation_id=None, widget=acme_widget, draft=draft, now=at or now).message

    return say
