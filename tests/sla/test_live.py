"""A running server writes deadlines by itself, and every desk is told."""

import pytest

from tests.clients import SocketClient


@pytest.fixture
def desk(connect, make_session, alice, acme) -> SocketClient:
    client = connect("agent", session=make_session(alice, acme))
    client.hello()
    return client


def told(desk, conversation, wanted):
    def fits(frame):
        rows = frame["data"].get("rows", []) if frame["type"] == "conversation.updated" else []
        return any(row["id"] == conversation and wanted(row) for row in rows)

    return next(row for row in desk.find(fits)["data"]["rows"] if row["id"] == conversation)


def test_the_desk_is_told_when_an_answer_is_due_and_that_it_came(desk, connect, vera_token):
    vera = connect("visitor", token=vera_token)
    vera.hello()
    conversation = vera.say("Where is it?")["data"]["conversation"]
    row = told(desk, conversation, lambda row: row["reply_due_ts"] is not None)
    assert row["reply_due_ts"] - row["awaiting_since_ts"] == 300_000
    desk.request("conversation.take", conversation=conversation)
    desk.say("On its way", conversation=conversation)
    assert told(desk, conversation, lambda row: row["awaiting_since_ts"] is None)["reply_due_ts"] is None
