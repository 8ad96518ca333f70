"""Editing and recalling over the socket: who learns of it, and what a client sees that comes back later."""

from uuid import uuid4

import pytest

from chat.models import Visitor
from chat.tokens import make_token
from tenants.context import in_tenant

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


def test_an_edit_reaches_both_sides_with_the_next_seq(as_vera, desk, said):
    where = said["conversation"]
    answer = as_vera.request(EDIT, {"message": said["id"], "text": "Hello"}, conversation=where)
    assert answer["type"] == "ack"
    assert set(answer["data"]) == {"id", "conversation", "seq", "ts"}
    for side in (as_vera, desk):
        event = side.expect("message.edited")
        assert (event["id"], event["seq"]) == (answer["data"]["id"], said["seq"] + 1)
        assert (event["data"]["message"], event["data"]["text"]) == (said["id"], "Hello")
    again = as_vera.request(EDIT, {"message": said["id"], "text": "Hello"}, conversation=where)
    assert again["data"] == answer["data"]


def test_a_send_that_is_repeated_after_an_edit_is_recognised(as_vera, desk, acme):
    """By the group commit, which compares with what was first sent."""
    key = str(uuid4())
    first = as_vera.say("Helo")["data"]
    sent = as_vera.say("Again", conversation=first["conversation"], client_id=key)["data"]
    as_vera.request(EDIT, {"message": sent["id"], "text": "Once more"}, conversation=first["conversation"])
    again = as_vera.say("Again", conversation=first["conversation"], client_id=key)
    assert again["data"] == {**sent, "duplicate": True}
    other = as_vera.say("Once more", conversation=first["conversation"], client_id=key)
    assert other["data"]["code"] == "conflict"


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


def test_a_visitor_learns_nothing_of_a_corrected_note(as_vera, desk, said):
    where = said["conversation"]
    note = desk.request("note.create", {"client_id": str(uuid4()), "text": "rude"}, conversation=where)["data"]
    desk.request(EDIT, {"message": note["id"], "text": "impolite"}, conversation=where)
    assert desk.expect("message.edited")["data"]["text"] == "impolite"
    told = [frame for frame in as_vera.drain() if frame["type"] == "conversation.advanced"]
    assert [(frame["seq"], frame["data"], frame["id"]) for frame in told] == [(3, {}, None), (4, {}, None)]
    for command, data in ((EDIT, {"text": "x"}), (RECALL, {})):
        codes = [
            as_vera.request(command, {"message": pk, **data}, conversation=where)["data"]
            for pk in (note["id"], str(uuid4()))
        ]
        assert codes[0] == codes[1] and codes[0]["code"] == "not_found"


@pytest.mark.parametrize(("command", "data"), [(EDIT, {"text": "x"}), (RECALL, {})])
def test_only_ones_own(as_vera, desk, as_agent, mallory, globex, connect, acme, acme_widget, said, command, data):
    where = said["conversation"]
    assert desk.request(command, {"message": said["id"], **data}, conversation=where)["data"]["code"] == "forbidden"
    answer = desk.say("Yes", conversation=where)["data"]
    refused = as_vera.request(command, {"message": answer["id"], **data}, conversation=where)
    assert refused["data"]["code"] == "forbidden"
    with in_tenant(acme):
        other = connect("visitor", token=make_token(Visitor.objects.create(name="Walter"), acme_widget))
    for stranger in (other, as_agent(mallory, globex)):
        foreign = stranger.request(command, {"message": said["id"], **data}, conversation=where)["data"]
        missing = stranger.request(command, {"message": str(uuid4()), **data}, conversation=uuid4())["data"]
        assert foreign == missing and foreign["code"] == "not_found"


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
