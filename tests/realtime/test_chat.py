"""A visitor and an agent talk through a running server."""

import asyncio
import json
import threading
from uuid import uuid4

from chat.conversations import open_conversation
from chat.hot.resuming import resume_hot
from chat.models import Message, Visitor
from tenants.context import in_tenant


def test_hello_says_who_and_where(connect, vera, vera_token, acme):
    hello = connect("visitor", token=vera_token).hello()["data"]
    assert hello["me"] == {"kind": "visitor", "id": str(vera.pk), "name": "Vera"}
    assert (hello["brand"]["slug"], hello["epoch"]) == ("acme", str(acme.epoch))


def test_a_message_is_acknowledged_stored_and_shown(as_vera, as_agent, alice, acme):
    desk = as_agent(alice, acme)
    ack = as_vera.say("Hello?")
    assert (ack["type"], ack["data"]["seq"], ack["data"]["duplicate"]) == ("ack", 2, False)
    event = as_vera.expect("message.created")
    assert event["data"]["text"] == "Hello?"

    def is_hers(row):  # rows of an earlier test's conversation may still be on their way
        return row["id"] == ack["data"]["conversation"] and row["last_message"]

    told = desk.find(lambda f: f["type"] == "conversation.updated" and any(map(is_hers, f["data"]["rows"])))
    row = next(filter(is_hers, told["data"]["rows"]))
    assert (row["visitor"]["name"], row["unread"], row["last_message"]["text"]) == ("Vera", 1, "Hello?")
    with in_tenant(acme):
        assert Message.objects.filter(pk=ack["data"]["id"]).exists()


def test_an_agents_answer_takes_the_conversation_and_reaches_the_visitor(as_vera, as_agent, alice, acme):
    conversation = as_vera.say("Hello?")["data"]["conversation"]
    desk = as_agent(alice, acme)
    desk.request("conversation.watch", conversation=conversation)
    assert desk.say("Good day", conversation=conversation)["type"] == "ack"
    assert as_vera.expect("conversation.assigned")["data"]["agent"]["name"] == "Alice"
    answer = as_vera.find(lambda f: f["type"] == "message.created" and f["data"]["author"]["kind"] == "agent")
    assert (answer["data"]["text"], answer["data"]["author"]["name"]) == ("Good day", "Alice")


def test_sending_again_gives_the_same_answer(as_vera):
    client_id = str(uuid4())
    first = as_vera.say("Once", client_id=client_id)["data"]
    again = as_vera.say("Once", client_id=client_id)["data"]
    assert again == {**first, "duplicate": True}
    other = as_vera.say("Twice", client_id=client_id)
    assert (other["type"], other["data"]["code"]) == ("error", "conflict")


def test_notes_stay_with_the_agents_and_leave_no_gap(as_vera, as_agent, alice, bob, acme):
    conversation = as_vera.say("Hello?")["data"]["conversation"]
    desk, colleague = as_agent(alice, acme), as_agent(bob, acme)
    for client in (desk, colleague):
        client.request("conversation.watch", conversation=conversation)
    desk.request("note.create", {"client_id": str(uuid4()), "text": "secret-note"}, conversation=conversation)
    assert colleague.expect("note.created")["data"]["text"] == "secret-note"
    as_vera.say("Still there?")
    frames = as_vera.drain()
    assert "secret-note" not in str(frames)
    seqs = [frame["seq"] for frame in frames if frame.get("seq")]
    assert seqs == sorted(seqs)
    assert "conversation.advanced" in {frame["type"] for frame in frames}
    resumed = as_vera.request("resume", {"conversations": {conversation: 0}})["data"]["conversations"][conversation]
    assert [event["seq"] for event in resumed["events"]] == list(range(1, resumed["top"] + 1))
    assert "secret-note" not in str(resumed)


def test_resume_brings_what_was_missed(connect, vera_token, as_vera, as_agent, alice, acme):
    conversation = as_vera.say("Hello?")["data"]["conversation"]
    as_vera.close()
    desk = as_agent(alice, acme)
    for text in ("one", "two", "three"):
        desk.say(text, conversation=conversation)
    again = connect("visitor", token=vera_token)
    data = again.request("resume", {"conversations": {conversation: 2}})["data"]["conversations"][conversation]
    assert data["recovered"] is True
    assert [e["data"]["text"] for e in data["events"] if e["type"] == "message.created"] == ["one", "two", "three"]


def test_resume_with_another_epoch_or_too_far_back_says_so(as_vera, as_agent, alice, acme):
    conversation = as_vera.say("Hello?")["data"]["conversation"]
    answer = as_vera.request("resume", {"conversations": {conversation: 0}, "epoch": str(uuid4())})["data"]
    assert answer["conversations"][conversation] == {"recovered": False, "top": 2, "events": []}
    ahead = as_vera.request("resume", {"conversations": {conversation: 99}})["data"]
    assert ahead["conversations"][conversation]["recovered"] is False


def test_resume_answers_as_much_as_a_frame_may_hold(acme, vera, now, monkeypatch):
    with in_tenant(acme):
        others = [Visitor.objects.create(name=f"V{number}") for number in range(5)]
        positions = {open_conversation(visitor, now=now).pk: 0 for visitor in others}
        monkeypatch.setattr("chat.hot.resuming.MAX_RESUME_IN_ALL", 3)
    answer, _ = asyncio.run(resume_hot(acme, positions, epoch="", audience="agent"))
    recovered = [one["recovered"] for one in answer["conversations"].values()]
    assert sorted(recovered) == [False, False, True, True, True]
    assert all(one["top"] == 1 for one in answer["conversations"].values())


def test_typing_and_read_marks_reach_the_other_side(as_vera, as_agent, alice, acme):
    conversation = as_vera.say("Hello?")["data"]["conversation"]
    desk = as_agent(alice, acme)
    top = desk.request("conversation.watch", conversation=conversation)["data"]["top"]
    as_vera.send("typing.start", {"text": "I wond"}, conversation=conversation)
    # What is not sent yet stays with the visitor, unless the brand has said that agents see it.
    assert desk.expect("typing.started")["data"]["text"] == ""
    desk.send("typing.start", conversation=conversation)
    started = as_vera.expect("typing.started")["data"]
    assert started["author"]["name"] == "Alice"
    assert "text" not in started
    desk.request("conversation.read", {"seq": top}, conversation=conversation)
    assert as_vera.expect("conversation.read")["data"] == {"by": "agent", "seq": top}


def test_looking_into_a_colleagues_conversation_does_not_make_it_read(as_vera, as_agent, alice, bob, acme):
    conversation = as_vera.say("Hello?")["data"]["conversation"]
    as_agent(alice, acme).request("conversation.take", conversation=conversation)
    as_vera.say("And?")
    desk = as_agent(bob, acme)
    desk.request("conversation.read", {"seq": 4}, conversation=conversation)
    row = desk.request("conversation.close", conversation=conversation)["data"]["conversation"]
    assert row["agent_read_seq"] == 0


def test_close_and_reopen(as_vera, as_agent, alice, acme):
    conversation = as_vera.say("Hello?")["data"]["conversation"]
    desk = as_agent(alice, acme)
    assert desk.request("conversation.close", conversation=conversation)["data"]["conversation"]["status"] == "closed"
    assert as_vera.expect("conversation.closed")["data"]["reason"] == "agent"
    again = as_vera.say("One more thing", conversation=conversation)["data"]
    assert again["conversation"] == conversation
    assert as_vera.expect("conversation.reopened")


def test_pong_carries_the_tops(as_vera):
    sent = as_vera.say("Hello?")["data"]
    pong = as_vera.request("ping")
    assert pong["data"]["tops"] == {sent["conversation"]: sent["seq"]}


def test_availability_is_told_to_the_desk(as_agent, alice, bob, acme):
    watcher, desk = as_agent(bob, acme), as_agent(alice, acme)
    desk.request("availability.set", {"availability": "away"})
    changed = watcher.find(
        lambda f: (
            f["type"] == "agent.availability_changed"
            and f["data"]["agent"]["name"] == "Alice"
            and f["data"]["availability"] == "away"
        )
    )
    assert changed
    desk.request("availability.set", {"availability": "online"})


def test_hello_comes_first_however_much_is_going_on(connect, make_session, as_vera, alice, acme):
    """Topics are joined before hello is said: events that come in meanwhile must not overtake it."""
    over = threading.Event()

    def keep_talking():
        while not over.is_set():
            as_vera.say("and another thing")

    talking = threading.Thread(target=keep_talking)
    talking.start()
    try:
        session = make_session(alice, acme)
        first = [json.loads(connect("agent", session=session).socket.recv(timeout=10))["type"] for _ in range(15)]
    finally:
        over.set()
        talking.join()
    assert set(first) == {"hello"}
