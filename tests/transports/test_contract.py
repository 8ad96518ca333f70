"""What holds over every transport, encoding and layer."""

from uuid import uuid4

import pytest

from chat.models import Message
from tenants.context import in_tenant


def test_hello_says_who_and_where(open_as, as_vera, as_alice, as_bot, way, vera, alice, acme):
    for who, pk, name in ((as_vera, vera.pk, "Vera"), (as_alice, alice.pk, "Alice"), (as_bot, None, "tests")):
        client = open_as(who, *way)
        assert client.epoch == str(acme.epoch)
        hello = client.hello() if client.transport != "socket" else None
        if hello is not None:
            assert (hello["data"]["me"]["name"], hello["data"]["brand"]["slug"]) == (name, "acme")
            assert pk is None or hello["data"]["me"]["id"] == str(pk)


def test_a_message_is_acked_stored_and_shown_once(open_as, as_vera, as_alice, way, acme):
    vera, desk = open_as(as_vera, *way), open_as(as_alice)
    ack = vera.say("Hello?")
    assert (ack["type"], ack["data"]["seq"], ack["data"]["duplicate"]) == ("ack", 2, False)
    with in_tenant(acme):
        assert Message.objects.get(pk=ack["data"]["id"]).body["text"] == "Hello?"
    for client in (vera, desk):
        client.follow(ack["data"]["conversation"])
        client.expect_seq(ack["data"]["conversation"], 2)
        assert client.texts() == ["Hello?"]


@pytest.mark.parametrize("author", ["agent", "app"])
def test_the_answer_reaches_the_visitor_once(open_as, as_vera, as_alice, as_bot, way, author):
    vera = open_as(as_vera)
    where = vera.say("Hello?")["data"]["conversation"]
    vera.follow(where, 2)
    ack = open_as(as_alice if author == "agent" else as_bot, *way).say("Good day", conversation=where)
    assert ack["type"] == "ack", ack
    vera.expect_seq(where, ack["data"]["seq"])
    assert vera.texts() == ["Good day"]


@pytest.mark.parametrize("author", ["visitor", "agent", "app"])
def test_the_same_key_again_is_the_same_ack_and_another_text_a_conflict(
    open_as, as_vera, as_alice, as_bot, way, author, acme
):
    where = open_as(as_vera).say("Hello?")["data"]["conversation"]
    who = open_as({"visitor": as_vera, "agent": as_alice, "app": as_bot}[author], *way)
    client_id = str(uuid4())
    first = who.say("Once", conversation=where, client_id=client_id)["data"]
    again = who.say("Once", conversation=where, client_id=client_id)["data"]
    assert again == {**first, "duplicate": True}
    other = who.say("Twice", conversation=where, client_id=client_id)
    assert (other["type"], other["data"]["code"]) == ("error", "conflict")
    with in_tenant(acme):
        assert Message.objects.filter(client_id=client_id).count() == 1


def test_resume_is_whole_or_says_so(open_as, as_vera, as_alice, way, globex_conversation):
    where = open_as(as_vera).say("Hello?")["data"]["conversation"]
    foreign, missing = str(globex_conversation.pk), str(uuid4())
    for who in (as_vera, as_alice):
        client = open_as(who, *way)
        positions = {where: 1, foreign: 0, missing: 0}
        found = client.request("resume", {"conversations": positions})["data"]["conversations"]
        assert (found[where]["recovered"], found[where]["top"]) == (True, 2)
        assert [event["seq"] for event in found[where]["events"]] == [2]
        assert found[foreign] == found[missing]
        assert (found[missing]["recovered"], found[missing]["error"]) == (False, "not_found")
        ahead = client.request("resume", {"conversations": {where: 99}})["data"]["conversations"][where]
        assert (ahead["recovered"], ahead["top"], ahead["events"]) == (False, 2, [])
        epoch = client.request("resume", {"conversations": {where: 0}, "epoch": str(uuid4())})["data"]
        assert epoch["conversations"][where]["recovered"] is False


def test_too_much_is_not_answered_in_part(open_as, as_vera, as_alice, way):
    vera = open_as(as_vera)
    where = vera.say("Hello?")["data"]["conversation"]
    client = open_as(as_alice, *way)
    client.follow(where, 99)
    if client.transport != "socket":  # a socket's client was told when it asked
        partial = client.expect("resumed")
        assert partial.get("reply_to") is None
        assert partial["data"]["conversations"][where]["recovered"] is False
        assert partial["data"]["conversations"][where]["top"] == 2


def test_order_is_kept_over_fifty_messages(open_as, as_vera, as_alice, way):
    vera, desk = open_as(as_vera), open_as(as_alice, *way)
    where = vera.say("0")["data"]["conversation"]
    desk.follow(where)
    for number in range(1, 35):
        vera.say(str(number), conversation=where)
    acks = [desk.say(str(number), conversation=where)["data"]["seq"] for number in range(35, 50)]
    assert acks == sorted(acks)
    desk.expect_seq(where, acks[-1])
    assert desk.texts() == [str(number) for number in range(50)]


def test_notes_never_reach_visitors(open_as, as_vera, as_alice, way):
    vera, desk = open_as(as_vera, *way), open_as(as_alice)
    where = vera.say("Hello?")["data"]["conversation"]
    vera.follow(where, 2)
    note = {"client_id": str(uuid4()), "text": "note-canary"}
    frames = vera.listen(lambda: desk.request("note.create", note, conversation=where))
    vera.expect_seq(where, 3)
    assert [frame["type"] for frame in vera.log] == ["conversation.advanced"]
    whole = vera.request("resume", {"conversations": {where: 0}})
    assert "note-canary" not in str([frames, vera.log, vera.inbox, whole])


def test_notes_of_agents_and_programs_reach_agents(open_as, as_vera, as_alice, as_bot, way):
    where = open_as(as_vera).say("Hello?")["data"]["conversation"]
    watcher = open_as(as_alice, *way)
    watcher.follow(where, 2)
    for author in (as_alice, as_bot):
        note = {"client_id": str(uuid4()), "text": "note-canary"}
        assert open_as(author, *way).request("note.create", note, conversation=where)["type"] == "ack"
    watcher.expect_seq(where, 4)
    assert [frame["data"]["text"] for frame in watcher.log] == ["note-canary"] * 2


def test_typing_reaches_whoever_listens(open_as, as_vera, as_alice, way):
    vera, desk = open_as(as_vera, *way), open_as(as_alice)
    where = vera.say("Hello?")["data"]["conversation"]
    desk.follow(where, 2)
    assert vera.send("typing.start", {"text": "I wond"}, conversation=where) is None or vera.transport == "socket"
    # What is written goes on only where the brand shows it (tests/realtime/test_typing_preview.py).
    assert desk.expect("typing.started")["data"]["text"] == ""
    vera.follow(where, 2)
    frames = vera.listen(lambda: (desk.send("typing.start", conversation=where), desk.request("ping")))
    if vera.transport != "poll":
        started = next(frame for frame in frames if frame["type"] == "typing.started")
        assert started["data"]["author"]["name"] == "Alice"
        assert not started["data"].get("text")


def test_read_marks_reach_the_other_side(open_as, as_vera, as_alice, way):
    vera, desk = open_as(as_vera, *way), open_as(as_alice)
    where = vera.say("Hello?")["data"]["conversation"]
    desk.follow(where, 2)
    answer = desk.say("Good day", conversation=where)["data"]["seq"]
    assert vera.request("conversation.read", {"seq": answer}, conversation=where)["type"] == "ack"
    assert desk.find(lambda frame: frame["type"] == "conversation.read" and frame["data"]["by"] == "visitor")
    vera.follow(where, answer)
    vera.say("Oh", conversation=where)
    vera.expect_seq(where, answer + 1)
    read = {"seq": answer + 1}
    frames = vera.listen(lambda: desk.request("conversation.read", read, conversation=where))
    if vera.transport != "poll":
        marks = [frame["data"] for frame in frames if frame["type"] == "conversation.read"]
        assert {"by": "agent", **read} in marks


@pytest.mark.parametrize("closer", ["visitor", "agent", "app"])
def test_closing(open_as, as_vera, as_alice, as_bot, way, closer):
    vera = open_as(as_vera)
    where = vera.say("Hello?")["data"]["conversation"]
    vera.follow(where, 2)
    client = open_as({"visitor": as_vera, "agent": as_alice, "app": as_bot}[closer], *way)
    assert client.request("conversation.close", conversation=where)["type"] == "ack"
    vera.expect_seq(where, 3)
    assert vera.log[-1]["type"] == "conversation.closed"
    again = client.request("conversation.close", conversation=where)
    assert again["type"] in ("ack", "error")
    if closer != "visitor":
        refused = client.say("too late", conversation=where)
        assert (refused["type"], refused["data"].get("code")) == ("error", "conversation_closed")


def test_rows_reach_agents_and_programs(open_as, as_vera, as_alice, as_bot, way):
    vera = open_as(as_vera)
    for who in (as_alice, as_bot):
        desk = open_as(who, *way)
        where = vera.say(f"for {who.kind}")["data"]["conversation"]
        row = desk.find(
            lambda frame, kind=who.kind: (
                frame["type"] == "conversation.updated"
                and (frame["data"]["rows"][0].get("last_message") or {}).get("text") == f"for {kind}"
            )
        )["data"]["rows"][0]
        assert (row["id"], row["visitor"]["name"]) == (where, "Vera")


def test_pong_carries_the_tops_of_a_connection(open_as, as_vera, way):
    vera = open_as(as_vera, *way)
    said = vera.say("Hello?")["data"]
    pong = vera.request("ping")
    assert pong["type"] == "pong"
    assert pong["data"]["tops"] == ({said["conversation"]: 2} if vera.transport == "socket" else {})
