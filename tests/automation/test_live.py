"""A rule of a brand acts on what a visitor writes through a running server: at once, with no sweep."""

from collections.abc import Callable

from agents.models import AutomationRule, RuleRun
from chat.models import Conversation, Tag
from tenants.models import Tenant
from tests.clients import SocketClient


def test_a_visitor_writes_and_the_rule_answers(
    connect: Callable[..., SocketClient],
    vera_token: str,
    acme: Tenant,
    make_rule: Callable[..., AutomationRule],
    vip: Tag,
) -> None:
    reply = {"do": "reply.send", "text": "We look into it."}
    rule = make_rule(
        "message.created",
        [{"field": "message.text", "is": "words", "value": "refund"}],
        [{"do": "tag.add", "tag": str(vip.pk)}, reply],
        name="Secret plan",
    )
    socket = connect("visitor", token=vera_token)
    socket.hello()
    sent = socket.say("I want a refund")
    answer = socket.find(lambda frame: frame["type"] == "message.created" and frame["data"]["author"]["kind"] == "bot")
    assert (answer["data"]["text"], answer["data"]["author"]["name"]) == ("We look into it.", acme.name)
    assert "Secret plan" not in str(answer)
    run = RuleRun.objects.get()
    assert (run.rule_id, run.seq) == (rule.pk, sent["data"]["seq"])
    assert Conversation.objects.get(pk=sent["data"]["conversation"]).tag_ids == [vip.pk]
    # The tag's own row, seen by a visitor as a number without content, keeps the count without a hole.
    assert answer["seq"] == sent["data"]["seq"] + 2
