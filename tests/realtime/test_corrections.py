"""Editing and recalling over the socket: what a client sees that comes back later, what is refused, floods.

Who learns of it and who may, over every transport: tests/transports/test_corrections.py.
"""

from uuid import uuid4

import pytest

EDIT, RECALL = "message.edit", "message.recall"


@pytest.fixture
def desk(as_agent, alice, acme):
    return as_agent(alice, acme)


@pytest.fixture
def said(as_vera, desk):
    """Vera's message, watched by Alice: its ack's data."""
    ack = as_vera.say("Helo")["data"]
    desk.request("conversation.watch", conversation=ack["conversation"])
    return ack


def test_who_resumes_after_a_recall_never_sees_the_text(as_vera, desk, said):
    where = said["conversation"]
    before = desk.request("resume", {"conversations": {where: 0}})["data"]["conversations"][where]
    assert "Helo" in str(before)
    as_vera.request(EDIT, {"message": said["id"], "text": "secret"}, conversation=where)
    as_vera.request(RECALL, {"message": said["id"]}, conversation=where)
    for side in (as_vera, desk):
        assert side.expect("message.recalled")["data"]["message"] == said["id"]
        found = side.request("resume", {"conversations": {where: 0}})["data"]["conversations"][where]
        assert (found["recovered"], len(found["events"]), found["top"]) == (True, 4, 4)
        assert "Helo" not in str(found) and "secret" not in str(found)

    def rows_of(frame):
        # Those of another test may come along: what happens within a moment goes in one frame.
        rows = frame["data"]["rows"] if frame["type"] == "conversation.updated" else []
        return [row for row in rows if row["id"] == where and row["top"] == 4]

    assert rows_of(desk.find(rows_of))[0]["last_message"] is None


def test_after_closing_it_is_too_late(as_vera, desk, said):
    where = said["conversation"]
    desk.request("conversation.close", conversation=where)
    refused = as_vera.request(RECALL, {"message": said["id"]}, conversation=where)
    assert refused["data"]["code"] == "conversation_closed"
    desk.request("conversation.reopen", conversation=where)
    assert as_vera.request(RECALL, {"message": said["id"]}, conversation=where)["type"] == "ack"


@pytest.mark.parametrize(
    "data", [{}, {"text": "x"}, {"message": "x", "text": "x"}, {"message": None}, {"message": str(uuid4()), "text": 5}]
)
def test_wrong_shapes_are_invalid(as_vera, said, data):
    assert as_vera.request(EDIT, data, conversation=said["conversation"])["data"]["code"] == "invalid"
    no_place = as_vera.request(EDIT, {"message": said["id"], "text": "x"})
    assert no_place["data"]["code"] == "invalid"


def test_edits_of_a_flood_arrive_in_order(as_vera, desk, said):
    where = said["conversation"]
    for number in range(10):
        as_vera.request(EDIT, {"message": said["id"], "text": f"Hello {number}"}, conversation=where)
    texts = [desk.expect("message.edited")["data"]["text"] for _ in range(10)]
    assert texts == [f"Hello {number}" for number in range(10)]
