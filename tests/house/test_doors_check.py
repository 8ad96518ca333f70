"""The check of the doors is believed only because it finds planted breaches."""

import pytest

from checks.doors import find_breaches, main

BREACHES = {
    "from channels.db import database_sync_to_async": "chat/x.py",
    "from asgiref.sync import sync_to_async": "agents/x.py",
    "connection.set_tenant(tenant)": "history/x.py",
    "with schema_context.schema_context('x'): pass": "history/x.py",
    "loop.run_in_executor(None, f)": "chat/x.py",
    "async def f(): await Visitor.objects.aget(pk=1)": "chat/x.py",
    "transaction.on_commit(f)": "agents/x.py",
    "layer.group_send('x', {})": "agents/x.py",
    "Message.objects.create(seq=1)": "chat/messages.py",
    "Message(seq=1)": "agents/x.py",
    "Conversation.objects.get(pk=1)": "agents/participant.py",
    "Message.objects.filter(pk=1)": "chat/rest/x.py",
    "Agent.objects.select_for_update()": "agents/x.py",
}


@pytest.mark.parametrize("source", BREACHES)
def test_it_finds_a_planted_breach(source):
    assert list(find_breaches(BREACHES[source], source))


def test_the_doors_themselves_may():
    assert not list(find_breaches("tenants/context.py", "connection.set_tenant(tenant)"))
    assert not list(find_breaches("chat/message_log/append.py", "Message(seq=1)"))
    assert not list(find_breaches("agents/x.py", "Agent.objects.select_for_update(no_key=True)"))


def test_the_project_keeps_to_its_doors():
    assert main() == 0
