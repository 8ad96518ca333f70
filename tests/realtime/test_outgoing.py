import asyncio

from chat.consumers.outgoing import MAX_CHARS, MAX_EVENTS, Outgoing


class Client:
    """Takes texts; stops taking them while `is_stuck`."""

    def __init__(self):
        self.sent, self.cut_off = [], False
        self.may_take = asyncio.Event()
        self.may_take.set()

    async def send(self, text):
        await self.may_take.wait()
        self.sent.append(text)

    async def on_overflow(self):
        self.cut_off = True


async def test_texts_go_out_in_order_and_nothing_is_left_running():
    client = Client()
    outgoing = Outgoing(client.send, client.on_overflow)
    for number in range(50):
        outgoing.put(str(number))
    await outgoing.flush()
    assert client.sent == [str(number) for number in range(50)]
    assert outgoing._task is None


async def test_a_client_that_does_not_read_is_cut_off_by_number_and_by_size():
    for texts in (["x"] * (MAX_EVENTS + 2), ["y" * (MAX_CHARS // 4)] * 6):
        client = Client()
        client.may_take.clear()
        outgoing = Outgoing(client.send, client.on_overflow)
        for text in texts:
            outgoing.put(text)
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert client.cut_off
        assert client.sent == []
        outgoing.put("too late")
        client.may_take.set()
        await asyncio.sleep(0)
        assert client.sent == []


async def test_one_long_text_is_not_too_much():
    client = Client()
    outgoing = Outgoing(client.send, client.on_overflow)
    outgoing.put("y" * (MAX_CHARS + 1))
    await outgoing.flush()
    assert (len(client.sent), client.cut_off) == (1, False)


async def test_a_client_that_left_ends_it():
    async def fail(text):
        raise ConnectionError

    outgoing = Outgoing(fail, Client().on_overflow)
    outgoing.put("x")
    await outgoing.flush()
    outgoing.put("y")
    assert outgoing._task is None
