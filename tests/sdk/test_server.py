"""The Python client against a running server, over every rung."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chat.authors import SYSTEM
from chat.conversations import open_conversation
from chat.messages import MessageDraft, post_message
from chat.models import Conversation, Visitor
from kefu_client import Client, FrameError, LogEvent, Refused, Rung, polling_link, transports
from kefu_client.transports import Token
from tenants.context import in_tenant
from tests.sdk.proxies import Network, network_to
from tests.waiting_for import until

WAIT_SECONDS = 60.0


def recording(client: Client) -> list[LogEvent]:
    events: list[LogEvent] = []
    client.on_event(events.append)
    return events


def texts(events: list[LogEvent]) -> list[str]:
    return [event.data["text"] for event in events if event.type == "message.created"]


def no_spread() -> float:
    """For a client that comes back as soon as one may."""
    return 0.0


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parked request ends after a second, and two seconds more without an answer are silence."""
    monkeypatch.setattr(polling_link, "SILENT_AFTER_SECONDS", 2)
    monkeypatch.setattr(transports, "WAIT_SECONDS", 1)


def visitor(server: Any, token: Token, **options: Any) -> Client:
    return make(server, token=token, origin=server.origin("acme.localhost"), **options)


def make(server: Any, **options: Any) -> Client:
    return Client(server.origin("acme.localhost"), **{"address": ("127.0.0.1", server.port), **options})


@pytest.mark.parametrize("encoding", ["json", "protobuf"])
async def test_a_visitor_and_an_agent_talk(server, vera_token, alice, acme, make_session, encoding):
    session = await asyncio.to_thread(make_session, alice, acme)
    desk = make(server, session=session, encoding=encoding)
    async with visitor(server, vera_token, encoding=encoding) as vera, desk:
        heard, answered = recording(desk), recording(vera)
        first = await vera.send(None, "Hello?")
        await desk.live()
        desk.follow(first.conversation, after=0)
        await until(lambda: texts(heard) == ["Hello?"])
        answer = await desk.send(first.conversation, "Good day")
        await until(lambda: "Good day" in texts(answered))
        again = await vera.send(first.conversation, "I have a question")
        await until(lambda: texts(heard) == ["Hello?", "Good day", "I have a question"])
        assert [event.seq for event in heard] == list(range(1, again.seq + 1))
        assert first.seq < answer.seq < again.seq


async def test_a_program_answers_with_its_key(server, vera_token, acme_key):
    async with visitor(server, vera_token) as vera:
        ack = await vera.send(None, "Where is my parcel?")
        bot = make(server, key=acme_key)
        async with bot:
            heard = recording(bot)
            assert (await bot.live())["me"]["kind"] == "app"
            bot.follow(ack.conversation)
            await until(lambda: texts(heard) == ["Where is my parcel?"])
            answers = recording(vera)
            await bot.send(ack.conversation, "On its way")
            await until(lambda: "On its way" in texts(answers))


@pytest.mark.parametrize("refused", [set(), {"socket"}, {"socket", "parked"}])
async def test_a_token_function_that_fails_for_a_while(server, vera_token, impatient, refused):
    faults: list[Exception] = [KeyError("token"), TimeoutError(), httpx.ConnectError("renewal failed")]

    def renew() -> str:
        if faults:
            raise faults.pop()
        return str(vera_token)

    async with network_to(server.port) as network:
        network.refused = refused
        client = visitor(server, renew, address=network.address, rng=no_spread)
        async with client as vera, asyncio.timeout(WAIT_SECONDS):
            ack = await vera.send(None, "Hello?")
            assert not faults
            faults.append(KeyError("token"))
            network.cut()
            assert (await vera.send(ack.conversation, "Still there?")).seq > ack.seq


async def test_a_dead_token_ends_it_and_says_so(server):
    async with visitor(server, "not-a-token") as client:
        with pytest.raises(Refused) as refused:
            await client.live()
        assert refused.value.code == 4401
        with pytest.raises(FrameError, match="4401"):
            await client.send(None, "Hello?")


async def talk(client: Client, conversation: str, name: str, count: int) -> None:
    for number in range(count):
        await client.send(conversation, f"{name} {number}")


async def test_over_all_three_rungs_both_sides_lose_nothing(server, vera_token, alice, acme, make_session, impatient):
    """Sockets die, parked requests die, all comes back: every message is there once, in one order, at both ends.

    The visitor speaks protobuf, the agent JSON.
    """
    session = await asyncio.to_thread(make_session, alice, acme)
    async with network_to(server.port) as network:
        desk = make(server, session=session, address=network.address, rng=no_spread)
        vera = visitor(server, vera_token, address=network.address, encoding="protobuf", rng=no_spread)
        async with vera, desk:
            heard, shown = recording(desk), recording(vera)
            conversation = (await vera.send(None, "vera first")).conversation
            desk.follow(conversation)
            await asyncio.gather(
                desk.live(), talk(vera, conversation, "socket", 5), talk(desk, conversation, "desk s", 5)
            )
            await go_to(network, {"socket"}, Rung.LONG_POLL, vera, desk)
            await asyncio.gather(talk(vera, conversation, "parked", 5), talk(desk, conversation, "desk p", 5))
            await go_to(network, {"socket", "parked"}, Rung.POLL, vera, desk)
            await asyncio.gather(talk(vera, conversation, "polled", 3), talk(desk, conversation, "desk q", 3))
            await go_to(network, set(), Rung.SOCKET, vera, desk)
            last = await vera.send(conversation, "the end")
            await until(lambda: all("the end" in texts(events) for events in (heard, shown)))
        assert [event.seq for event in heard] == list(range(1, last.seq + 1))
        assert texts(heard) == texts(shown)
        assert len(set(texts(heard))) == len(texts(heard)) == 28


async def go_to(network: Network, refused: set[str], rung: Rung, *clients: Client) -> None:
    """Change what the network lets through and wait until the clients have found their way."""
    network.refused = refused
    if refused:
        network.cut()
    for client in clients:
        async with asyncio.timeout(WAIT_SECONDS):
            while client.rung is not rung or client.state != "live":
                if not refused:
                    client.wake()
                await asyncio.sleep(0.2)


async def test_what_was_written_while_away_comes_and_goes_after_a_cut(server, vera_token, alice, acme, make_session):
    session = await asyncio.to_thread(make_session, alice, acme)
    async with network_to(server.port) as network:
        desk = make(server, session=session)
        async with visitor(server, vera_token, address=network.address) as vera, desk:
            shown = recording(vera)
            conversation = (await vera.send(None, "Hello?")).conversation
            await desk.live()
            network.is_away = True
            network.cut()
            await until(lambda: vera.state == "waiting")
            await vera.enqueue(conversation, "written in a tunnel")
            await desk.send(conversation, "Are you there?")
            network.is_away = False
            vera.wake()
            await until(lambda: {"Are you there?", "written in a tunnel"} <= set(texts(shown)))
        seqs = [event.seq for event in shown]
        assert seqs == list(range(seqs[0], seqs[-1] + 1))


async def test_more_than_one_question_may_name_are_followed_by_long_poll(server, acme, acme_key, now):
    def open_all() -> list[Conversation]:
        with in_tenant(acme):
            return [open_conversation(Visitor.objects.create(name=f"V{n}"), now=now) for n in range(250)]

    def say(conversation: Conversation, text: str) -> None:
        with in_tenant(acme):
            post_message(conversation.pk, author=SYSTEM, draft=MessageDraft(uuid4(), text=text), now=now)

    opened = await asyncio.to_thread(open_all)
    async with network_to(server.port) as network:
        network.refused = {"socket"}
        bot = make(server, key=acme_key, address=network.address, follow_new=False)
        async with bot:
            heard = recording(bot)
            await bot.live()
            assert bot.rung is Rung.LONG_POLL
            for conversation in opened:
                bot.follow(str(conversation.pk), after=1)
            # The first round may come with what following asks for; the second has to come by the questions.
            for text in ("once", "again"):
                for conversation in (opened[0], opened[125], opened[-1]):
                    await asyncio.to_thread(say, conversation, text)
                await until(lambda text=text: texts(heard).count(text) == 3)
