"""`queue.position_changed` as visitors get it: by socket without asking, and by polls."""

from agents.assignments import take_conversation
from agents.waiting.telling import tell_standings
from agents.waiting.waking import MOVED, look
from chat.conversations import open_conversation
from chat.models import Conversation, Visitor
from tenants.context import in_tenant

HOST = "acme.localhost"


def test_those_who_wait_are_told_by_the_server_itself(as_vera, connect, acme, acme_widget, alice, now):
    with in_tenant(acme):
        before = open_conversation(Visitor.objects.create(name="Ann"), now=now)
    opened = as_vera.request("conversation.open")["data"]
    assert opened["waiting"] == {"place": 2, "wait_seconds": None, "can_leave_message": False}
    told = as_vera.expect("queue.position_changed")
    assert (told["conversation"], told["data"]["place"]) == (opened["conversation"]["id"], 2)
    with in_tenant(acme):
        take_conversation(before.pk, agent=alice, now=now)
        look({before.pk: {MOVED}})
    assert as_vera.expect("queue.position_changed")["data"]["place"] == 1


def test_a_poll_is_told_what_changed_since(browser_as, vera, vera_token, acme, now):
    with in_tenant(acme):
        row = open_conversation(vera, now=now)
        tell_standings(now)
    page = browser_as()
    headers = {"Authorization": f"Bearer {vera_token}"}
    since = int(now.timestamp() * 1000)
    query = f"/api/v1/visitor/events?after={row.pk}:1&wait=0&since={since}"
    frames = page.get(query, headers=headers).json()["frames"]
    assert [frame["data"]["place"] for frame in frames if frame["type"] == "queue.position_changed"] == [1]


def test_nobody_is_told_of_another_brand(as_vera, acme, globex_conversation, globex, vera, now):
    with in_tenant(globex):
        tell_standings(now)
    assert [frame for frame in as_vera.drain() if frame["type"] == "queue.position_changed"] == []
    with in_tenant(acme):
        assert Conversation.objects.count() == 0
