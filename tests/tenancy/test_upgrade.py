"""Migrations that bring data along: a brand as an older version left it, migrated forward."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from chat.conversations import open_conversation
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Conversation, Visitor
from tenants.context import in_tenant
from tenants.ids import new_id
from tenants.models import Tenant
from tenants.provisioning import create_brand, delete_brand


@pytest.fixture
def old_brand(now: datetime) -> Iterator[Tenant]:
    tenant = create_brand(slug="old", name="Old", domains=["old.localhost"], now=now)
    yield tenant
    delete_brand(tenant)


def migrate(*targets: tuple[str, str]) -> None:
    MigrationExecutor(connection).migrate(list(targets))


def test_who_waited_before_is_known_to_wait(old_brand: Tenant, now: datetime) -> None:
    with in_tenant(old_brand):
        vera, walter = Visitor.objects.create(name="Vera"), Visitor.objects.create(name="Walter")
        draft = MessageDraft(new_id(), text="Where is it?")
        post_visitor_message(vera, conversation_id=None, widget=None, draft=draft, now=now)
        open_conversation(walter, now=now)
        expected = list(Conversation.objects.order_by("pk").values_list("queued_at", "awaiting_reply_since"))
        assert [since is None for _queued, since in expected] == [False, True]
        migrate(("chat", "0004_visitor_search"))
        Conversation.objects.update(queued_at=None, awaiting_reply_since=None)
        migrate(("chat", "0005_who_waits"))
        assert list(Conversation.objects.order_by("pk").values_list("queued_at", "awaiting_reply_since")) == expected
