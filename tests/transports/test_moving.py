"""A client that moves between transports in the middle of a talk loses nothing and shows nothing twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.transports.clients import SocketClient, Who

ROUTE = ("socket", "long_poll", "poll", "socket", "poll", "long_poll", "socket")
PER_LEG = 6


def keep_talking(client: SocketClient, where: str, name: str, count: int) -> None:
    for number in range(count):
        assert client.say(f"{name} {number}", conversation=where)["type"] == "ack"


@pytest.mark.parametrize("encoding", ["json", "proto"])
@pytest.mark.parametrize("mover", ["visitor", "agent"])
def test_moving_in_the_middle_of_a_talk(open_as, as_vera, as_alice, encoding, mover):
    """Both sides write all the time; an answer that is on its way when the client moves is simply not waited for."""
    vera = open_as(as_vera)
    where = vera.say("start")["data"]["conversation"]
    here, there = (as_vera, as_alice) if mover == "visitor" else (as_alice, as_vera)
    count = PER_LEG * len(ROUTE)
    other = open_as(there)
    client, sent = None, 0
    with ThreadPoolExecutor(1) as pool:
        talking = pool.submit(keep_talking, other, where, "other", count)
        for transport in ROUTE:
            client = move(open_as, here, transport, encoding, client, where)
            for _ in range(PER_LEG):
                assert client.say(f"mover {sent}", conversation=where)["type"] == "ack"
                sent += 1
            client.receive(1)
        talking.result(60)
    top = other.say("end", conversation=where)["data"]["seq"]
    client.expect_seq(where, top)
    assert [event["seq"] for event in client.log] == list(range(1, top + 1))
    assert [text for text in client.texts() if text.startswith("mover")] == [f"mover {n}" for n in range(count)]
    assert [text for text in client.texts() if text.startswith("other")] == [f"other {n}" for n in range(count)]


def move(open_as, who: Who, transport: str, encoding: str, client, where: str):
    if client is None:
        fresh = open_as(who, transport, encoding)
        fresh.follow(where)
        return fresh
    if client.transport == "long_poll":
        client.park(1)  # left behind: whatever it answers, the positions are the other client's now
    return open_as(who, transport, encoding, then=client)
