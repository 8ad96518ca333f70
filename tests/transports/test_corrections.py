"""Editing and recalling over every transport, encoding and layer: who learns of it, who may, what repeats stay."""

from uuid import uuid4

import pytest

from chat.models import Visitor
from chat.tokens import make_token
from tenants.context import in_tenant
from tests.transports.clients import Who

EDIT, RECALL = "message.edit", "message.recall"
CHANGES = ((EDIT, {"text": "x"}), (RECALL, {}))


@pytest.fixture
def as_walter(server, acme, acme_widget):
    """Another visitor of the same brand."""
    with in_tenant(acme):
        token = make_token(Visitor.objects.create(name="Walter"), acme_widget)
    return Who("visitor", headers={"Authorization": f"Bearer {token}", "Origin": server.origin("acme.localhost")})


def test_an_edit_reaches_both_sides_with_the_next_seq(open_as, as_vera, as_alice, way):
    vera, desk = open_as(as_vera, *way), open_as(as_alice, *way)
    key = str(uuid4())
    first = vera.say("Helo", client_id=key)["data"]
    where = first["conversation"]
    for side in (vera, desk):
        side.follow(where, 2)
    edited = vera.request(EDIT, {"message": first["id"], "text": "Hello"}, conversation=where)
    assert edited["type"] == "ack"
    assert set(edited["data"]) == {"id", "conversation", "seq", "ts"}
    for side in (vera, desk):
        side.expect_seq(where, 3)
        (event,) = side.log
        assert (event["type"], event["id"], event["seq"]) == ("message.edited", edited["data"]["id"], 3)
        assert (event["data"]["message"], event["data"]["text"]) == (first["id"], "Hello")
    same = vera.request(EDIT, {"message": first["id"], "text": "Hello"}, conversation=where)
    assert same["data"] == edited["data"]
    # The send itself is compared with what was first sent, not with what it has become.
    assert vera.say("Helo", conversation=where, client_id=key)["data"] == {**first, "duplicate": True}
    assert vera.say("Hello", conversation=where, client_id=key)["data"]["code"] == "conflict"


def test_a_visitor_learns_nothing_of_a_corrected_note(open_as, as_vera, as_alice, way):
    vera, desk = open_as(as_vera, *way), open_as(as_alice, *way)
    where = vera.say("Hello?")["data"]["conversation"]
    for side in (vera, desk):
        side.follow(where, 2)
    note = desk.request("note.create", {"client_id": str(uuid4()), "text": "rude-canary"}, conversation=where)["data"]
    desk.request(EDIT, {"message": note["id"], "text": "polite-canary"}, conversation=where)
    desk.expect_seq(where, 4)
    assert desk.log[-1]["data"]["text"] == "polite-canary"
    desk.request(RECALL, {"message": note["id"]}, conversation=where)
    vera.expect_seq(where, 5)
    told = [(event["type"], event["seq"], event.get("id"), event.get("data") or {}) for event in vera.log]
    assert told == [("conversation.advanced", seq, None, {}) for seq in (3, 4, 5)]
    assert "canary" not in str([vera.inbox, vera.request("resume", {"conversations": {where: 0}})])
    for command, data in CHANGES:
        note_s, missing = (
            vera.request(command, {"message": pk, **data}, conversation=where)["data"]
            for pk in (note["id"], str(uuid4()))
        )
        assert note_s == missing
        assert missing["code"] == "not_found"


def test_only_ones_own(open_as, as_vera, as_walter, as_alice, as_bot, as_mallory, way):
    vera = open_as(as_vera, *way)
    first = vera.say("Hello?")["data"]
    where = first["conversation"]
    answer = open_as(as_alice).say("Yes", conversation=where)["data"]["id"]
    desk, bot, walter, mallory = (open_as(who, *way) for who in (as_alice, as_bot, as_walter, as_mallory))
    for command, data in CHANGES:
        for client, message in ((desk, first["id"]), (bot, first["id"]), (bot, answer), (vera, answer)):
            refused = client.request(command, {"message": message, **data}, conversation=where)
            assert refused["data"]["code"] == "forbidden"
        for stranger in (walter, mallory):
            foreign = stranger.request(command, {"message": first["id"], **data}, conversation=where)["data"]
            missing = stranger.request(command, {"message": str(uuid4()), **data}, conversation=uuid4())["data"]
            assert foreign == missing
            assert missing["code"] == "not_found"
