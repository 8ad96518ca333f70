"""What was put into the outbox is sent, once and in order, whatever becomes of the process that put it there."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from kefu_client import Client, Entry, FileOutbox, LogEvent
from kefu_client.heartbeat import Learnt

WRITER = """
import asyncio, sys
from kefu_client import Client

async def main(url, port, origin, token, state, conversation):
    async with Client(url, token=token, origin=origin, state=state, address=("127.0.0.1", int(port))) as client:
        number = 0
        while True:
            await client.enqueue(conversation, f"message {number}")
            print(number, flush=True)
            number += 1

asyncio.run(main(*sys.argv[1:]))
"""


async def test_entries_and_what_was_learnt_are_there_again(tmp_path):
    first = FileOutbox(tmp_path / "state")
    for name in "abc":
        await first.put(Entry(name, "c1", text=name, file_ids=("f",)))
    await first.remove("b")
    await first.put(Entry("a", "c1", text="a", failed="too_large"))
    await first.keep_learnt(Learnt(25_000, 30_000, 2))
    await first.close()
    again = FileOutbox(tmp_path / "state")
    assert [(entry.client_id, entry.failed) for entry in await again.load()] == [("a", "too_large"), ("c", None)]
    assert await again.load_learnt() == Learnt(25_000, 30_000, 2)
    assert (await again.load())[1] == Entry("c", "c1", text="c", file_ids=("f",))
    await again.close()


@pytest.mark.parametrize("killed_after", [3, 17, 40])
async def test_a_killed_process_loses_and_doubles_nothing(server, vera_token, tmp_path, killed_after):
    """It dies by SIGKILL while it writes and sends; the next process with the same file finishes the work."""
    url, address = server.origin("acme.localhost"), ("127.0.0.1", server.port)
    state = tmp_path / "state"
    async with Client(url, token=vera_token, origin=url, address=address) as vera:
        ack = await vera.send(None, "Hello?")
    told = await write_until_killed(killed_after, url, str(server.port), url, vera_token, str(state), ack.conversation)
    events: list[LogEvent] = []
    async with Client(url, token=vera_token, origin=url, address=address, state=state) as vera:
        last = await vera.send(ack.conversation, "the end")
    async with Client(url, token=vera_token, origin=url, address=address) as vera:
        vera.on_event(events.append)
        vera.follow(ack.conversation, after=ack.seq)
        async with asyncio.timeout(20):
            while not any(event.seq == last.seq for event in events):  # noqa: ASYNC110 - filled by the client
                await asyncio.sleep(0.02)
    texts = [event.data["text"] for event in events if event.type == "message.created"]
    assert texts == [f"message {number}" for number in range(len(texts) - 1)] + ["the end"]
    assert len(texts) - 1 >= told + 1


async def write_until_killed(count: int, *arguments: str) -> int:
    """Return the last message that the process said was in the outbox."""
    sdk = str(Path(__file__).parents[2] / "sdks" / "python")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, *arguments, stdout=asyncio.subprocess.PIPE, env={"PYTHONPATH": sdk}
    )
    assert process.stdout
    told = -1
    async with asyncio.timeout(30):
        while told < count:
            told = int(await process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    rest = (await process.stdout.read()).split()
    await process.wait()
    return int(rest[-1]) if rest else told
