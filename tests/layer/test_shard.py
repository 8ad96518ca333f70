"""Our own layer when Redis is killed, flushed or stopped: it comes back by itself and says that there was a gap."""

import asyncio
import os
import signal
import time

import pytest
import redis
from redis.exceptions import ConnectionError as ConnectionLost

from chat.layer.hub import Hub
from tests.valkey import own_valkey
from tests.waiting_for import until


@pytest.fixture
def valkey(tmp_path):
    with own_valkey(tmp_path) as server:
        yield server


@pytest.fixture
async def hub(valkey):
    hub = Hub([valkey.url], "t:")
    yield hub
    await hub.close()


async def speak_until_heard(hub, topic, heard, text):
    deadline = time.monotonic() + 20
    while text not in [m.get("text") for m in heard]:
        assert time.monotonic() < deadline, f"{text} was not heard"
        hub.publish(topic, {"type": "push", "text": text})
        await asyncio.sleep(0.05)


async def test_many_followers_cost_one_subscription(hub, valkey):
    heard = []
    for number in range(200):
        await hub.subscribe("desk", lambda message, number=number: heard.append((number, message["text"])))
    hub.publish("desk", {"type": "push", "text": "hello"})
    await until(lambda: len(heard) == 200)
    with redis.Redis.from_url(valkey.url) as client:
        assert client.pubsub_numsub("t:desk") == [(b"t:desk", 1)]


async def test_messages_of_one_moment_leave_together(hub):
    heard = []
    await hub.subscribe("desk", heard.append)
    from chat.layer.shard import publish_batch

    before = sum(bucket.get() for bucket in publish_batch._buckets)
    for number in range(300):
        hub.publish("desk", {"type": "push", "text": str(number)})
    await until(lambda: len(heard) == 300)
    assert [m["text"] for m in heard] == [str(number) for number in range(300)]
    assert sum(bucket.get() for bucket in publish_batch._buckets) - before < 10


async def test_after_a_killed_redis_the_topics_are_joined_again(hub, valkey):
    heard = []
    await hub.subscribe("desk", heard.append)
    await speak_until_heard(hub, "desk", heard, "before")
    os.kill(valkey.child.pid, signal.SIGKILL)
    valkey.child.wait()
    hub.publish("desk", {"type": "push", "text": "lost"})
    valkey.start(preferred_port=valkey.port)
    await until(lambda: {"type": "bus.returned"} in heard)
    await speak_until_heard(hub, "desk", heard, "after")


async def test_who_missed_what_redis_did_not_take_hears_of_it(hub, valkey, monkeypatch):
    """Another process, whose own connections were well all the time."""
    monkeypatch.setattr("chat.layer.shard.RETELL_SECONDS", 0.2)
    heard, others = [], []
    listener = Hub([valkey.url], "t:")
    await listener.subscribe("desk", heard.append)
    await listener.subscribe("others", others.append)
    with redis.Redis.from_url(valkey.url) as client:
        client.execute_command("ACL", "SETUSER", "default", "-eval")
        hub.publish("desk", {"type": "push", "text": "lost"})
        hub.publish("desk", {"type": "push", "text": "lost, too"})
        await hub.finish()
        client.execute_command("ACL", "SETUSER", "default", "+eval")
    await until(lambda: heard)
    await speak_until_heard(hub, "desk", heard, "after")
    await listener.close()
    assert [message for message in heard if message.get("text") != "after"] == [{"type": "bus.returned"}]
    assert not others


async def test_one_may_join_while_redis_is_away(hub, valkey):
    first, second = [], []
    await hub.subscribe("one", first.append)
    os.kill(valkey.child.pid, signal.SIGKILL)
    valkey.child.wait()
    joining = asyncio.create_task(hub.subscribe("two", second.append))
    await until(lambda: "t:two" in hub._shards[0]._topics)
    valkey.start(preferred_port=valkey.port)
    await joining
    await speak_until_heard(hub, "two", second, "hello")


async def test_nobody_waits_once_per_topic_for_a_redis_that_hangs(hub, valkey, monkeypatch):
    """Or else an agent that comes back while Redis hangs waits five seconds for each conversation it has open."""
    monkeypatch.setattr("chat.layer.shard.CONNECT_SECONDS", 0.3)
    heard = []
    await hub.subscribe("desk", heard.append)
    os.kill(valkey.child.pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        for number in range(50):
            await hub.subscribe(f"watch-{number}", heard.append)
        assert time.monotonic() - started < 10  # 15 s if each waited
    finally:
        os.kill(valkey.child.pid, signal.SIGCONT)
    await until(lambda: {"type": "bus.returned"} in heard)
    with redis.Redis.from_url(valkey.url) as client:
        assert all(followers for _topic, followers in client.pubsub_numsub(*(f"t:watch-{n}" for n in range(50))))


async def test_a_return_is_told_only_when_every_topic_is_joined(hub, valkey, monkeypatch):
    """Tops that are read before the topics are joined miss what is written in between."""
    joined_when_told, joined = [], []

    def look(message):
        if message["type"] == "bus.returned":
            joined_when_told.append(len(joined))

    for number in range(800):
        await hub.subscribe(str(number), look if number == 0 else print)
    shard = hub._shards[0]
    handle = shard._handle

    def watch(answer):
        if answer[0] == b"subscribe":
            joined.append(answer[1])
        handle(answer)

    monkeypatch.setattr(shard, "_handle", watch)
    with redis.Redis.from_url(valkey.url) as client:
        client.client_kill_filter(_type="pubsub")
    await until(lambda: joined_when_told)
    assert joined_when_told == [800]


async def test_a_flushed_redis_changes_nothing(hub, valkey):
    heard = []
    await hub.subscribe("desk", heard.append)
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()
    hub.publish("desk", {"type": "push", "text": "still here"})
    await until(lambda: heard)
    assert heard == [{"type": "push", "text": "still here"}]


async def test_a_failing_receiver_does_not_stop_the_others(hub):
    heard = []

    def fail(message):
        raise ValueError

    await hub.subscribe("desk", fail)
    await hub.subscribe("desk", heard.append)
    hub.publish("desk", {"type": "push", "text": "hello"})
    await until(lambda: heard)


async def test_the_last_to_leave_ends_the_subscription(hub, valkey):
    heard = []
    await hub.subscribe("desk", heard.append)
    await hub.unsubscribe("desk", heard.append)
    await hub.unsubscribe("desk", heard.append)
    with redis.Redis.from_url(valkey.url) as client:
        await until(lambda: client.pubsub_numsub("t:desk") == [(b"t:desk", 0)])


async def test_what_cannot_be_read_stops_nothing(hub, valkey, caplog):
    heard = []
    await hub.subscribe("desk", heard.append)
    with redis.Redis.from_url(valkey.url) as client:
        for payload in (b"", b"\x00\xc1", b"\x01", b"\x01" + bytes(8) + b"\xff"):
            client.publish("t:desk", payload)
    hub.publish("desk", {"type": "push", "text": "still here"})
    await until(lambda: {"type": "push", "text": "still here"} in heard)
    assert {"type": "bus.returned"} not in heard
    assert [record.message for record in caplog.records].count(caplog.records[0].message) == 1


async def test_a_redis_that_takes_nothing_is_away(valkey, monkeypatch):
    """With all buffers full, writing hung for ever, and the ping that judges the silence behind it."""
    for name, seconds in (("CONNECT_SECONDS", 0.5), ("PING_SECONDS", 0.3), ("SILENCE_SECONDS", 1.0)):
        monkeypatch.setattr(f"chat.layer.shard.{name}", seconds)
    hub, heard = Hub([valkey.url], "t:"), []
    await hub.subscribe("desk", heard.append)
    os.kill(valkey.child.pid, signal.SIGSTOP)
    try:
        joining = [asyncio.create_task(hub.subscribe(f"{n}-" + "x" * 2_000_000, print)) for n in range(30)]
        await until(lambda: hub._shards[0]._connection is None, 20)
        await asyncio.wait_for(asyncio.gather(*joining), 30)
    finally:
        os.kill(valkey.child.pid, signal.SIGCONT)
    await until(lambda: {"type": "bus.returned"} in heard, 40)
    await speak_until_heard(hub, "desk", heard, "back")
    await hub.close()


async def test_who_leaves_while_the_topics_are_joined_has_left(hub, valkey, monkeypatch):
    shard = hub._shards[0]
    heard = []
    for topic in ("stays", "leaves"):
        await hub.subscribe(topic, heard.append)
    from redis.asyncio.connection import Connection

    send, left = Connection.send_command, []

    async def send_and_leave(self, *args, **options):
        await send(self, *args, **options)
        if args[0] == "SUBSCRIBE" and not left:
            left.append(shard._connection)
            await hub.unsubscribe("leaves", heard.append)

    monkeypatch.setattr(Connection, "send_command", send_and_leave)
    with redis.Redis.from_url(valkey.url) as client:
        client.client_kill_filter(_type="pubsub")
        await speak_until_heard(hub, "stays", heard, "hello")
        assert left == [None]
        await until(lambda: client.pubsub_numsub("t:leaves") == [(b"t:leaves", 0)])


async def test_a_redis_that_goes_while_topics_are_joined_is_joined_when_it_is_back(hub, valkey, monkeypatch):
    """Each try gives its connection back: the pool has two."""
    heard = []
    await hub.subscribe("desk", heard.append)
    from redis.asyncio.connection import Connection

    send, failures = Connection.send_command, []

    async def fail(self, *args, **options):
        if args[0] == "SUBSCRIBE" and len(failures) < 4:
            failures.append(1)
            raise ConnectionLost
        await send(self, *args, **options)

    monkeypatch.setattr(Connection, "send_command", fail)
    with redis.Redis.from_url(valkey.url) as client:
        client.client_kill_filter(_type="pubsub")
    await speak_until_heard(hub, "desk", heard, "hello")
    assert len(failures) == 4
