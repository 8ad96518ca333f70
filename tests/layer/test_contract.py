"""What fan-out needs of a channel layer. The same tests over our own layer and over channels-redis."""

import asyncio
from uuid import uuid4

import pytest
from channels.exceptions import ChannelFull
from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings

from chat.layer import KefuChannelLayer


def own(**options):
    return KefuChannelLayer([settings.REDIS_URL], prefix=f"t{uuid4().hex[:6]}:", **options)


def own_on_three(**options):
    return KefuChannelLayer([settings.REDIS_URL] * 3, prefix=f"t{uuid4().hex[:6]}:", **options)


def pubsub():
    return RedisPubSubChannelLayer(
        hosts=[{"address": settings.REDIS_URL, "socket_timeout": None}], prefix=uuid4().hex[:6]
    )


def core():
    return RedisChannelLayer(hosts=[{"address": settings.REDIS_URL, "socket_timeout": None}], prefix=uuid4().hex[:6])


@pytest.fixture(params=[own, own_on_three, pubsub, core], ids=lambda make: make.__name__)
async def layer(request):
    layer = request.param()
    yield layer
    if isinstance(layer, KefuChannelLayer):
        await layer.close()
    elif isinstance(layer, RedisChannelLayer):
        await layer.close_pools()


async def received(layer, channel, count=1):
    return [await asyncio.wait_for(layer.receive(channel), 5) for _ in range(count)]


async def test_a_message_reaches_every_member_of_the_group_once(layer):
    channels = [await layer.new_channel() for _ in range(5)]
    for channel in channels:
        await layer.group_add("desk", channel)
    await layer.group_send("desk", {"type": "push", "text": "你好"})
    for channel in channels:
        assert await received(layer, channel) == [{"type": "push", "text": "你好"}]
    await layer.group_send("desk", {"type": "close.now", "code": 4401})
    for channel in channels:
        assert await received(layer, channel) == [{"type": "close.now", "code": 4401}]


async def test_messages_of_one_sender_keep_their_order(layer):
    channel = await layer.new_channel()
    await layer.group_add("desk", channel)
    for number in range(100):
        await layer.group_send("desk", {"type": "push", "text": str(number)})
        if number % 50 == 49:
            assert [m["text"] for m in await received(layer, channel, 50)] == [
                str(n) for n in range(number - 49, number + 1)
            ]


async def test_other_groups_and_former_members_hear_nothing(layer):
    member, stranger, former = [await layer.new_channel() for _ in range(3)]
    await layer.group_add("acme", member)
    await layer.group_add("globex", stranger)
    await layer.group_add("acme", former)
    await layer.group_discard("acme", former)
    await layer.group_send("acme", {"type": "push", "text": "acme only"})
    await received(layer, member)
    for silent in (stranger, former):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(layer.receive(silent), 0.2)


async def test_a_message_to_one_channel(layer):
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "push", "text": "you"})
    assert await received(layer, channel) == [{"type": "push", "text": "you"}]


async def test_joining_and_leaving_again_and_again_loses_nothing_after_the_last_join(layer):
    channel = await layer.new_channel()
    for _ in range(20):
        await layer.group_add("desk", channel)
        await layer.group_discard("desk", channel)
    await layer.group_add("desk", channel)
    await layer.group_send("desk", {"type": "push", "text": "last"})
    assert await received(layer, channel) == [{"type": "push", "text": "last"}]


async def test_a_full_channel_does_not_hold_up_the_others():
    layer = own(capacity=5)
    slow, quick = await layer.new_channel(), await layer.new_channel()
    for channel in (slow, quick):
        await layer.group_add("desk", channel)
    for number in range(20):
        await layer.group_send("desk", {"type": "push", "text": str(number)})
        assert await received(layer, quick) == [{"type": "push", "text": str(number)}]
    assert len(await received(layer, slow, 5)) == 5
    for _ in range(5):
        await layer.send(slow, {"type": "push", "text": "x"})
    with pytest.raises(ChannelFull):
        await layer.send(slow, {"type": "push", "text": "x"})
    await layer.close()
