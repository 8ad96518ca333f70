"""What the client does about silence, cuts, refusals, gaps and faults, under a clock that jumps."""

import asyncio
import sqlite3
from itertools import count, pairwise
from typing import Any
from uuid import uuid4

import pytest

from chat.consumers.socket import SILENCE_SECONDS
from kefu_client import Client, Entry, FrameError, LogEvent, MemoryOutbox, Refused, Rung
from kefu_client.frames import Frame
from kefu_client.heartbeat import Learnt
from kefu_client.transports import make_access
from tests.sdk.virtual import FakeServer, VirtualLoop, run


def make(server: FakeServer, **options: Any) -> Client:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    options = {"ceiling": 55_000, "rng": lambda: 0.5} | options
    if not options.keys() & {"session", "key"}:
        options["token"] = "t"
    return Client("http://acme.test", clock=loop.now_ms, make_link=server.make, **options)


def texts_of(client: Client) -> list[str]:
    texts: list[str] = []

    @client.on_event
    def keep(event: LogEvent) -> None:
        texts.append(event.data["text"])

    return texts


def test_a_silent_link_is_probed_given_up_and_replaced():
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            await client.live()
            server.ways[Rung.SOCKET] = "silent"
            await asyncio.sleep(31.9)
            assert (len(server.times("ping")), len(server.opened)) == (3, 1)
            server.ways[Rung.SOCKET] = "ok"
            await asyncio.sleep(1)
            assert (len(server.opened), client.state, server.links[0].is_closed) == (2, "live", True)

    run(scene())


def test_what_was_learnt_is_remembered_for_the_next_time():
    async def scene() -> None:
        server, outbox = FakeServer(), MemoryOutbox()
        async with make(server, outbox=outbox) as client:
            await client.live()
            await asyncio.sleep(90)  # three clean beats: 31.25 s
            server.ways[Rung.SOCKET] = "silent"
            await asyncio.sleep(40)
        assert outbox.learnt == Learnt(25_000, 25_000, 1)
        server.ways[Rung.SOCKET] = "ok"
        async with make(server, outbox=outbox) as client:
            await client.live()
            server.sent.clear()
            await asyncio.sleep(24.9)
            assert not server.times("ping")
            await asyncio.sleep(0.2)
            assert len(server.times("ping")) == 1

    run(scene())


@pytest.mark.parametrize(("secret", "kind"), [("session", "agent"), ("key", "app"), ("token", "visitor")])
def test_who_only_listens_is_heard_of_before_the_server_would_close_the_link(secret, kind):
    async def scene() -> None:
        server = FakeServer()
        async with make(server, ceiling=10**6, **{secret: "t"}) as client:
            await client.live()
            started = asyncio.get_running_loop().time()
            for number in count():
                await asyncio.sleep(20)
                server.append(f"event {number}")
                if (now := asyncio.get_running_loop().time()) - started > 3_600:
                    break
        spoke = [started * 1_000, *(frame.ts or 0 for frame in server.sent), now * 1_000]
        assert max(later - earlier for earlier, later in pairwise(spoke)) < SILENCE_SECONDS[kind] * 1_000
        # And no more often than that takes.
        assert len(server.times("ping")) < 3_600 / 50

    run(scene())


def test_a_late_answer_is_probed_at_once():
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            await client.live()
            server.ways[Rung.SOCKET] = "silent"
            started = asyncio.get_running_loop().time() * 1_000
            with pytest.raises(FrameError, match="Cut off"):
                await client.request("conversation.close", {}, "c1")
            assert [at - started for at in server.times("ping")] == [4_000, 5_000, 7_000]

    run(scene())


def test_a_machine_that_slept_is_doubted():
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            await client.live()
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            await asyncio.sleep(1)
            loop.slept = 3_600
            await asyncio.sleep(5)
            assert len(server.times("ping")) == 1

    run(scene())


def test_without_sockets_it_goes_down_works_and_climbs_back():
    async def scene() -> None:
        server = FakeServer()
        server.ways[Rung.SOCKET] = "refused"
        async with make(server) as client:
            await client.live()
            assert [rung for _, rung in server.opened] == [Rung.SOCKET, Rung.SOCKET, Rung.LONG_POLL]
            await client.send("c1", "over long poll")
            await asyncio.sleep(100)
            tried = [at for at, rung in server.opened if rung is Rung.SOCKET]
            assert [round(later - sooner) for sooner, later in pairwise(tried[1:])] == [31, 60]
            server.ways[Rung.SOCKET] = "ok"
            client.wake()
            await asyncio.sleep(0.1)
            assert (client.rung, client.state) == (Rung.SOCKET, "live")
            await client.send("c1", "over a socket")
            assert [frame.data["text"] for frame in server.log] == ["over long poll", "over a socket"]

    run(scene())


def test_parked_requests_that_are_cut_twice_lead_to_poll():
    async def scene() -> None:
        server = FakeServer()
        server.ways |= {Rung.SOCKET: "mute", Rung.LONG_POLL: "silent"}
        async with make(server) as client:
            await asyncio.sleep(10 + 10 + 3 + 70 + 2)
            assert (client.rung, client.state) == (Rung.POLL, "live")

    run(scene())


def test_parked_requests_that_are_cut_twice_by_a_proxy_lead_to_poll():
    async def scene() -> None:
        server = FakeServer()
        server.ways |= {Rung.SOCKET: "refused", Rung.LONG_POLL: "cut"}
        async with make(server) as client:
            await asyncio.sleep(2 * 20 + 10)
            assert (client.rung, client.state) == (Rung.POLL, "live")
            server.opened.clear()
            await asyncio.sleep(3_600)
            # Tried again now and then, more and more rarely.
            assert 2 <= sum(rung is Rung.LONG_POLL for _, rung in server.opened) <= 6

    run(scene())


@pytest.mark.parametrize("code", [1013, 4429])
def test_what_the_server_itself_says_before_hello_is_no_evidence_against_sockets(code):
    async def scene() -> None:
        server = FakeServer()
        server.refused_with, server.ways = code, dict.fromkeys(Rung, "refused")
        async with make(server):
            await asyncio.sleep(300)
            assert len(server.opened) > 5
            assert {rung for _, rung in server.opened} == {Rung.SOCKET}

    run(scene())


def test_a_bad_gateway_before_hello_is_evidence_as_a_cut_is():
    async def scene() -> None:
        server = FakeServer()
        server.refused_with, server.ways[Rung.SOCKET] = 1014, "refused"
        async with make(server) as client:
            await asyncio.sleep(10)
            assert (client.rung, client.state) == (Rung.LONG_POLL, "live")

    run(scene())


def test_an_end_that_the_server_names_teaches_nothing_of_the_network():
    async def scene() -> None:
        server, outbox = FakeServer(), MemoryOutbox()
        async with make(server, outbox=outbox) as client:
            await client.live()
            server.ways[Rung.SOCKET] = "silent"
            await asyncio.sleep(25.5)
            assert len(server.times("ping")) == 1
            server.cut(1012)
            await asyncio.sleep(0.1)
            server.ways[Rung.SOCKET] = "ok"
        assert outbox.learnt == Learnt(25_000, 55_000, 0)

    run(scene())


def test_a_program_that_stops_with_a_probe_on_its_way_learns_nothing_of_the_network():
    async def scene() -> None:
        server, outbox = FakeServer(), MemoryOutbox()
        async with make(server, outbox=outbox) as client:
            await client.live()
            server.ways[Rung.SOCKET] = "silent"
            await asyncio.sleep(25.5)
        assert outbox.learnt == Learnt(25_000, 55_000, 0)

    run(scene())


def test_woken_while_a_dial_hangs_the_next_one_follows_it_soon():
    async def scene() -> None:
        server = FakeServer()
        server.ways = dict.fromkeys(Rung, "mute")
        async with make(server) as client:
            await asyncio.sleep(300)
            while client.state != "connecting":  # noqa: ASYNC110 - the client says so
                await asyncio.sleep(0.1)
            dials = len(server.opened)
            client.wake()
            await asyncio.sleep(11.1)
            assert len(server.opened) == dials + 1

    run(scene())


def test_perhaps_another_network_asks_anew_what_is_parked():
    async def scene() -> None:
        server = FakeServer()
        server.ways[Rung.SOCKET] = "refused"
        async with make(server) as client:
            await client.live()
            parked = server.links[-1]
            asked = parked.asked_anew
            client.wake()
            assert parked.asked_anew == asked + 1

    run(scene())


def test_a_network_that_is_away_is_no_evidence_against_sockets():
    async def scene() -> None:
        server = FakeServer()
        server.ways = dict.fromkeys(Rung, "refused")
        async with make(server) as client:
            await asyncio.sleep(600)
            gaps = [later - sooner for (sooner, _), (later, _) in pairwise(server.opened)]
            assert gaps[:4] == [0.75, 1.25, 2.25, 4.25]
            assert max(gaps) <= 30
            assert {rung for _, rung in server.opened} == {Rung.SOCKET, Rung.LONG_POLL}
            server.ways = dict.fromkeys(Rung, "ok")
            await asyncio.sleep(45)
            assert (client.rung, client.state) == (Rung.SOCKET, "live")

    run(scene())


def test_a_push_lost_in_silence_is_noticed_at_the_next_beat():
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            texts = texts_of(client)
            await client.live()
            client.follow("c1")
            server.append("one")
            await asyncio.sleep(1)
            server.append("two", told=False)
            await asyncio.sleep(23)
            assert texts == ["one"]
            await asyncio.sleep(3)
            assert texts == ["one", "two"]

    run(scene())


def test_a_pong_that_nobody_asked_for_is_told_as_a_hint():
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            await client.live()
            hints: list[Any] = []
            client.on_hint(hints.append)
            await asyncio.sleep(30)
            assert server.times("ping")
            assert not hints
            server.links[-1].push(Frame("pong", {"tops": {}, "heartbeat": 25}))
            await asyncio.sleep(1)
            assert [frame.type for frame in hints] == ["pong"]

    run(scene())


def test_events_are_told_once_and_in_order_whatever_comes():
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            texts = texts_of(client)
            await client.live()
            client.follow("c1")
            await asyncio.sleep(0.1)
            for number in range(1, 6):
                server.append(str(number), told=False)
            for seq in (2, 1, 1, 5, 2, 4):
                server.links[-1].push(server.log[seq - 1])
            await asyncio.sleep(1)
            server.cut()
            server.append("6", told=False)
            await asyncio.sleep(2)
            assert texts == ["1", "2", "3", "4", "5", "6"]

    run(scene())


@pytest.mark.parametrize(("secret", "unwatched"), [("session", 1), ("key", 1), ("token", 0)])
def test_what_was_unfollowed_stays_so_until_it_is_followed_again(secret, unwatched):
    async def scene() -> None:
        server = FakeServer()
        async with make(server, **{secret: "t"}) as client:
            await client.live()
            texts = texts_of(client)
            server.append("one")
            await asyncio.sleep(1)
            client.unfollow("c1")
            server.append("on its way")
            await asyncio.sleep(1)
            assert texts == ["one"]
            assert [frame.conversation for frame in server.sent if frame.type == "conversation.unwatch"] == [
                "c1"
            ] * unwatched
            await client.send("c1", "mine")
            await asyncio.sleep(60)
            assert texts == ["one"]
            client.follow("c1", 2)
            await asyncio.sleep(1)
            assert texts == ["one", "mine"]

    run(scene())


def test_what_cannot_be_resumed_is_loaded_as_a_snapshot():
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            texts, asked = texts_of(client), []

            @client.on_snapshot
            async def load(conversation: str) -> int:
                asked.append(conversation)
                return len(server.log)

            await client.live()
            server.recovers = False
            for number in range(3):
                server.append(f"old {number}", told=False)
            client.follow("c1")
            await asyncio.sleep(1)
            server.append("new")
            await asyncio.sleep(1)
            assert (asked, texts) == (["c1"], ["new"])

    run(scene())


@pytest.mark.parametrize("is_loaded", [True, False])
def test_a_poll_that_is_never_answered_whole_is_not_asked_in_a_loop(caplog, is_loaded):
    async def scene() -> None:
        server, asked = FakeServer(), 0
        server.ways[Rung.SOCKET] = "refused"
        async with make(server) as client:
            texts = texts_of(client)
            server.positions = client._following.positions

            @client.on_snapshot
            async def load(conversation: str) -> int:
                nonlocal asked
                asked += 1
                if not is_loaded and not server.recovers:
                    raise ConnectionError
                return len(server.log)

            await client.live()
            parked = server.links[-1]
            client.follow("c1")
            server.append("old", told=False)
            await asyncio.sleep(1)
            server.recovers = False
            await asyncio.sleep(60)
            assert server.answered_in_part < 12
            assert 4 < asked < 25
            server.recovers = True
            await asyncio.sleep(31)
            assert "c1" in server.positions()
            server.append("new", told=False)
            parked.push(server.log[-1])
            await asyncio.sleep(1)
            assert texts == ["old", "new"]

    run(scene())


def test_a_passing_refusal_holds_the_lane_and_keeps_the_order():
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            await client.live()
            server.refusals["first"] = {"code": "rate_limited", "message": "", "retry_after": 3}
            first = asyncio.create_task(client.send("c1", "first"))
            await asyncio.sleep(1)
            second = asyncio.create_task(client.send("c1", "second"))
            await asyncio.sleep(1.9)
            assert server.log == []
            assert [(await first).seq, (await second).seq] == [1, 2]

    run(scene())


def test_a_final_refusal_is_raised_and_lets_the_next_one_go():
    async def scene() -> None:
        server, outbox = FakeServer(), MemoryOutbox()
        async with make(server, outbox=outbox) as client:
            await client.live()
            server.refusals["bad"] = {"code": "too_large", "message": "Too large."}
            with pytest.raises(FrameError) as refused:
                await client.send("c1", "bad")
            assert refused.value.code == "too_large"
            await client.send("c1", "good")
            assert [(entry.text, entry.failed) for entry in outbox.entries.values()] == [("bad", "too_large")]
            await client.discard(next(iter(outbox.entries)))
            assert not outbox.entries

    run(scene())


def test_a_final_refusal_is_told_once_with_what_was_refused():
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            told: list[tuple[str, str]] = []

            @client.on_send_failed
            async def keep(entry: Entry, error: FrameError) -> None:
                told.append((entry.client_id, error.code))

            await client.live()
            server.refusals["bad"] = {"code": "too_large", "message": "Too large."}
            bad = await client.enqueue("c1", "bad")
            await client.enqueue("c1", "good")
            await asyncio.sleep(60)
            assert told == [(bad, "too_large")]

    run(scene())


def test_states_are_told_as_they_come():
    async def scene() -> None:
        server = FakeServer()
        states: list[str] = []
        client = make(server)
        client.on_state(states.append)
        async with client:
            await client.live()
            server.cut()
            await asyncio.sleep(5)
        assert states == ["connecting", "live", "waiting", "connecting", "live"]

    run(scene())


def test_an_unanswered_message_goes_again_with_the_same_id():
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            await client.live()
            server.ways[Rung.SOCKET] = "silent"
            sending = asyncio.create_task(client.send("c1", "Hello?"))
            await asyncio.sleep(5)
            server.ways[Rung.SOCKET] = "ok"
            server.cut()
            await sending
            ids = [frame.data["client_id"] for frame in server.sent if frame.type == "message.create"]
            assert len(ids) == 2
            assert len(set(ids)) == 1

    run(scene())


@pytest.mark.parametrize("code", [4401, 4403, 4409])
def test_what_is_over_for_good_is_said(code):
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            await client.live()
            server.cut(code)
            await asyncio.sleep(60)
            assert (len(server.opened), client.state) == (1, "stopped")
            with pytest.raises(Refused):
                await client.live()
            with pytest.raises(FrameError, match=str(code)):
                await client.send("c1", "Hello?")

    run(scene())


def test_another_history_ends_it_before_anything_is_resumed():
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            await client.live()
            client.follow("c1")
            await asyncio.sleep(1)
            server.sent.clear()
            server.epoch = "e2"
            server.cut()
            await asyncio.sleep(5)
            assert client.refused is not None
            assert not server.times("resume")

    run(scene())


def test_drain_moves_on_within_three_seconds():
    async def scene() -> None:
        from kefu_client import Frame

        server = FakeServer()
        async with make(server) as client:
            await client.live()
            server.links[-1].push(Frame("drain"))
            await asyncio.sleep(1.4)
            assert len(server.opened) == 1
            await asyncio.sleep(1)
            assert (len(server.opened), client.state) == (2, "live")

    run(scene())


def test_a_fault_of_ours_leaves_no_link_that_nobody_reads(caplog):
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            await client.live()
            server.links[-1].queue.put_nowait(ZeroDivisionError())
            await asyncio.sleep(40)
            assert (len(server.opened), client.state) == (2, "live")

    run(scene())
    assert "keeper failed" in caplog.text


def test_a_callback_that_fails_stops_nothing(caplog):
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:

            @client.on_event
            async def fail(event: LogEvent) -> None:
                raise ZeroDivisionError

            texts = texts_of(client)
            await client.live()
            await client.send("c1", "one")
            await client.send("c1", "two")
            await asyncio.sleep(1)
            assert texts == ["one", "two"]

    run(scene())
    assert "a callback failed" in caplog.text


@pytest.mark.parametrize("fault", [KeyError("token"), ConnectionError("renewal failed"), TimeoutError("no answer")])
def test_a_token_that_cannot_be_had_is_a_failed_attempt(caplog, fault):
    faults: list[Exception] = [fault]

    def renew() -> str:
        for one in faults:
            raise one
        return "t"

    async def scene() -> None:
        server = FakeServer()
        access = make_access("http://acme.test", token=renew, key=None, session=None, origin=None, address=None)
        server.show = access.headers
        async with make(server) as client:
            sending = asyncio.create_task(client.send("c1", "Hello?"))
            await asyncio.sleep(60)
            gaps = [later - sooner for (sooner, _), (later, _) in pairwise(server.opened)]
            assert gaps[:4] == [0.75, 1.25, 2.25, 4.25]
            assert all(link.is_closed for link in server.links)
            faults.clear()
            assert (await sending).seq == 1
            await client.live()

    run(scene())
    assert "the token function failed" in caplog.text


def test_whatever_fails_in_opening_a_link_is_tried_again(caplog):
    async def scene() -> None:
        server = FakeServer()
        server.show = lambda: {"a proxy's package": str(1 // 0)}
        async with make(server) as client:
            await asyncio.sleep(5)
            assert len(server.opened) > 2 and client.state == "waiting"
            server.show = dict
            await client.live()

    run(scene())
    assert "opening a link failed" in caplog.text


def test_a_fault_in_climbing_leaves_the_rung_that_works():
    async def scene() -> None:
        server = FakeServer()
        server.ways[Rung.SOCKET] = "refused"
        async with make(server) as client:
            await client.live()
            server.ways[Rung.SOCKET] = "ok"
            server.opened.clear()
            server.show = lambda: {"a proxy's package": str(1 // 0)}
            await asyncio.sleep(100)
            assert {rung for _, rung in server.opened} == {Rung.SOCKET}
            assert (client.rung, client.state) == (Rung.LONG_POLL, "live")

    run(scene())


def test_half_a_character_is_refused_at_once_and_hinders_nothing():
    async def scene() -> None:
        server = FakeServer()
        async with make(server) as client:
            for say in (client.send, client.enqueue, client.note):
                with pytest.raises(FrameError) as refused:
                    await say("c1", "half \ud800")
                assert refused.value.code == "invalid"
            assert (await client.send("c1", "whole 😀")).seq

    run(scene())


@pytest.mark.parametrize("encoding", ["json", "protobuf"])
def test_what_no_frame_can_carry_is_refused_at_once_and_hinders_nothing(encoding):
    async def scene() -> None:
        server = FakeServer()
        async with make(server, encoding=encoding) as client:
            for conversation, files in ((uuid4(), ()), ("c1", (uuid4(),)), ("\ud800", ())):
                with pytest.raises(FrameError) as refused:
                    await client.send(conversation, "Hello?", file_ids=files)  # type: ignore[arg-type]
                assert refused.value.code == "invalid"
            assert (await client.send("c1", "Hello!")).seq

    run(scene())


def test_nobody_waits_for_a_client_that_ended_by_a_fault(caplog):
    async def scene() -> None:
        server = FakeServer()
        server.ways = dict.fromkeys(Rung, "refused")
        async with make(server, rng=lambda: 1 / 0) as client:
            waiting = [asyncio.create_task(client.live()), asyncio.create_task(client.send("c1", "Hello?"))]
            ended = await asyncio.gather(*waiting, return_exceptions=True)
            ended += await asyncio.gather(client.live(), client.send("c1", "Hello?"), return_exceptions=True)
            assert [getattr(one, "code", None) for one in ended] == ["stopped"] * 4
            assert (client.state, client.refused) == ("stopped", None)

    run(scene())
    assert "the client failed" in caplog.text


def test_nobody_waits_for_a_client_that_was_stopped():
    async def scene() -> None:
        server = FakeServer()
        server.ways = dict.fromkeys(Rung, "refused")
        async with make(server) as client:
            waiting = [asyncio.create_task(client.live()), asyncio.create_task(client.send("c1", "Hello!"))]
            await asyncio.sleep(1)
        for ended in (*waiting, client.live(), client.send("c1", "Hello?")):
            with pytest.raises(FrameError) as stopped:
                await ended
            assert stopped.value.code == "stopped"
        with pytest.raises(RuntimeError, match="make another"):
            await client.start()

    run(scene())


class FullOutbox(MemoryOutbox):
    """A store of the owner's that takes what is new and nothing else."""

    async def put(self, entry: Entry) -> None:
        if entry.client_id in self.entries:
            raise sqlite3.OperationalError("database or disk is full")
        await super().put(entry)

    async def remove(self, client_id: str) -> None:
        raise sqlite3.OperationalError("database or disk is full")


def test_an_outbox_that_fails_keeps_nobody_from_the_answer(caplog):
    async def scene() -> None:
        server, outbox = FakeServer(), FullOutbox()
        async with make(server, outbox=outbox) as client:
            server.refusals["bad"] = {"code": "too_large", "message": "Too large."}
            first = asyncio.create_task(client.send("c1", "first"))
            second = asyncio.create_task(client.send("c1", "bad"))
            third = asyncio.create_task(client.send("c1", "third"))
            async with asyncio.timeout(60):
                await asyncio.wait({first, second, third})
            assert (first.result().seq, third.result().seq) == (1, 2)
            assert isinstance(second.exception(), FrameError)

    run(scene())
    assert caplog.text.count("the outbox failed") == 3
