"""Migration chat 0007 while conversations go on: what an old process writes meanwhile counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from importlib import import_module
from uuid import uuid4

from django.db import connection, transaction

from agents.assignments import take_conversation
from agents.authors import author_of
from agents.models import Agent
from chat.message_log import lock_conversation
from chat.messages import MessageDraft, post_message, post_visitor_message
from chat.models import Conversation, Visitor
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.threads import until_somebody_waits

SINCE_FIRST: str = import_module("chat.migrations.0007_waits_since_first").SINCE_FIRST


def test_an_answer_given_meanwhile_stays_an_answer(acme: Tenant, vera: Visitor, alice: Agent, now: datetime) -> None:
    with in_tenant(acme):
        for minute in (3, 2, 1):
            ask(vera, now - timedelta(minutes=minute))
        conversation = Conversation.objects.get()
        take_conversation(conversation.pk, agent=alice, now=now)
        # As migration 0005 left it.
        Conversation.objects.update(awaiting_reply_since=conversation.last_message_at)
    with ThreadPoolExecutor(1) as pool:
        with in_tenant(acme), transaction.atomic():
            lock_conversation(conversation.pk)
            migrating = pool.submit(migrate, acme)
            until_somebody_waits()
            draft = MessageDraft(uuid4(), text="Hello!")
            post_message(conversation.pk, author=author_of(alice), draft=draft, now=now)
        migrating.result()
    with in_tenant(acme):
        assert Conversation.objects.get().awaiting_reply_since is None


def ask(visitor: Visitor, now: datetime) -> None:
    draft = MessageDraft(uuid4(), text="Hello?")
    post_visitor_message(visitor, conversation_id=None, widget=None, draft=draft, now=now)


def migrate(tenant: Tenant) -> None:
    try:
        with in_tenant(tenant), connection.cursor() as cursor:
            cursor.execute(SINCE_FIRST)
    finally:
        connection.close()
