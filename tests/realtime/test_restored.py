"""A backup is put back under clients that know more than it: they load anew, and lose nothing that is said later."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from agents.models import Agent
from chat.models import Conversation, Message
from tenants.context import in_tenant
from tenants.models import Tenant
from tenants.provisioning import replace_history
from tests.clients import SocketClient


@pytest.fixture
def put_back(acme: Tenant) -> Iterator[Callable[[UUID, int], None]]:
    """The conversation as a backup had it that was made when its last row was `seq`."""

    def restore(conversation: UUID, seq: int) -> None:
        with in_tenant(acme):
            Message.objects.filter(conversation=conversation, seq__gt=seq).delete()
            Conversation.objects.filter(pk=conversation).update(last_seq=seq)
        replace_history(acme)

    return restore


def test_what_is_said_after_a_restore_is_not_taken_for_what_was_said_before(
    connect: Callable[..., SocketClient],
    as_vera: SocketClient,
    vera_token: str,
    as_agent: Callable[..., SocketClient],
    mallory: Agent,
    acme: Tenant,
    globex: Tenant,
    put_back: Callable[[UUID, int], None],
) -> None:
    foreign, before = as_agent(mallory, globex), str(acme.epoch)
    conversation = UUID(as_vera.say("kept")["data"]["conversation"])
    seen = [as_vera.say(f"said since {number}")["data"]["seq"] for number in range(3)]
    put_back(conversation, 2)
    assert as_vera.close_code(5) == 4409
    again = connect("visitor", token=vera_token)
    assert again.hello()["data"]["epoch"] != before
    said = again.say("said after")["data"]
    assert (UUID(said["conversation"]), said["seq"]) == (conversation, seen[0])
    # With what the client holds, and as one that comes new.
    found = resumed(again, conversation, position=seen[-1], epoch=before)
    assert (found["recovered"], found["top"]) == (False, seen[0])
    found = resumed(again, conversation, position=0, epoch=str(acme.epoch))
    texts = [event["data"].get("text") for event in found["events"] if event["type"] == "message.created"]
    assert (found["recovered"], texts) == (True, ["kept", "said after"])
    assert foreign.request("ping")["type"] == "pong", "no other brand hears of it"


def resumed(client: SocketClient, conversation: UUID, *, position: int, epoch: str) -> Any:
    answer = client.request("resume", {"conversations": {str(conversation): position}, "epoch": epoch})
    return answer["data"]["conversations"][str(conversation)]
