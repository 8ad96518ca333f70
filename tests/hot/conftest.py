import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

import chat.hot as hot
from chat import redis_clients
from chat.authors import Author
from chat.conversations import open_conversation
from chat.events import AGENT, VISITOR, event_frame
from chat.fanout import encode_frame
from chat.hot.writing import HotWriter
from chat.message_log import Draft, append, lock_conversation
from chat.models import Conversation, Visitor
from chat.redis_clients import close_client, redis_client
from tenants.context import in_tenant
from tests.valkey import own_valkey


@pytest.fixture(autouse=True)
async def fresh(monkeypatch):
    """Nothing in Redis but what the test puts there, nobody resting, and no connection left when the loop ends."""
    monkeypatch.setattr("chat.fanout.announce.note_event", lambda *_event: None)
    monkeypatch.setattr(redis_clients.rest, "_until", 0.0)
    forget_all()
    yield
    await hot.close()
    await close_client()
    redis_clients._client_now = None


def forget_all():
    keys = list(redis_client().scan_iter("kf:b.*.hot.*"))
    if keys:
        redis_client().delete(*keys)


@pytest.fixture
def conversation(acme, vera, now):
    with in_tenant(acme):
        return open_conversation(vera, now=now)


@pytest.fixture
def conversations(acme, now):
    with in_tenant(acme):
        return [open_conversation(Visitor.objects.create(name=f"V{n}"), now=now) for n in range(5)]


def add(tenant, conversation, *texts, event="message.created", visibility="public"):
    """Add rows to the log as verbs do and return their frames by audience: [(seq, visitor bytes, agent bytes)]."""
    added = []
    with in_tenant(tenant):
        for text in texts:
            with transaction.atomic():
                locked = lock_conversation(conversation.pk)
                draft = Draft(event, Author.of_visitor(locked.visitor), {"kind": "text", "text": text}, visibility)
                entry = append(locked, draft, timezone.now())
            added.append(
                (entry.seq, encode_frame(event_frame(entry, VISITOR)), encode_frame(event_frame(entry, AGENT)))
            )
    return added


def top_of(tenant, conversation):
    with in_tenant(tenant):
        return Conversation.objects.get(pk=conversation.pk).last_seq


async def keep(tenant, conversation, events):
    """Note the events and wait until Redis has them."""
    for event in events:
        hot.note_event(tenant, conversation.pk, *event)
    await flush()


async def flush():
    from chat.hot.writing import _writer

    writer: HotWriter = _writer()
    await writer.flush()


@pytest.fixture
def valkey(tmp_path):
    with own_valkey(tmp_path) as server, override_settings(REDIS_URL=server.url):
        redis_clients._client_now = None
        yield server
