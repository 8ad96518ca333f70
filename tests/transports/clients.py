"""One client for each transport, all with the same methods, so that one suite runs over all of them.

`log` holds the events of conversations in the order in which a client would show them: each seq once. `inbox` holds
everything that has come and that nobody has asked for yet.
"""

import socket
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from websockets.sync.client import connect as open_socket

from tests.clients import Server
from tests.transports.codecs import Codec, Frame
from tests.waiting_for import wait_until

WAIT_SECONDS = 10.0


@dataclass(frozen=True)
class Who:
    """A caller: its kind, the host it asks, and the headers that say who it is."""

    kind: str
    host: str = "acme.localhost"
    headers: dict[str, str] = field(default_factory=dict)


class Client:
    """What all transports share. `positions` are the last seqs of followed conversations: they move with the client."""

    transport = ""

    def __init__(self, server: Server, who: Who, codec: Codec) -> None:
        self.server, self.who, self.codec = server, who, codec
        self.inbox: list[Frame] = []
        self.log: list[Frame] = []
        self.positions: dict[str, int] = {}
        self.since: int | None = None
        self.epoch = ""

    # ---- the same for all ----

    def take_over(self, other: "Client") -> None:
        """Go on where another transport of the same client stopped."""
        self.positions, self.log, self.since, self.epoch = other.positions, other.log, other.since, other.epoch

    def follow(self, conversation: str, position: int = 0) -> None:
        """Be told of this conversation's events after the position."""
        raise NotImplementedError

    def send(self, frame_type: str, data: Any = None, *, conversation: Any = None) -> Frame | None:
        raise NotImplementedError

    def request(self, frame_type: str, data: Any = None, *, conversation: Any = None) -> Frame:
        raise NotImplementedError

    def listen(self, action: Callable[[], Any]) -> list[Frame]:
        """Run the action while frames are listened to, and return what came."""
        raise NotImplementedError

    def receive(self, wait: float) -> None:
        """Get frames into the inbox, waiting at most this long for some."""
        raise NotImplementedError

    def say(self, text: str, *, conversation: Any = None, client_id: str | None = None) -> Frame:
        data = {"client_id": client_id or str(uuid4()), "kind": "text", "text": text}
        return self.ask_again("message.create", data, conversation=conversation)

    def ask_again(self, frame_type: str, data: Any = None, *, conversation: Any = None) -> Frame:
        """`request`, and again where there were too many at once."""
        while True:
            answer = self.request(frame_type, data, conversation=conversation)
            if answer["data"].get("code") != "rate_limited":
                return answer
            time.sleep(answer["data"]["retry_after"])  # as it was told

    def find(self, wanted: Callable[[Frame], bool], wait: float = WAIT_SECONDS) -> Frame:
        """Return the first frame that is wanted, out of what came or comes within this time."""
        deadline = time.monotonic() + wait
        while True:
            for index, frame in enumerate(self.inbox):
                if wanted(frame):
                    return self.inbox.pop(index)
            left = deadline - time.monotonic()
            assert left > 0, f"{self.transport}: it did not come; the inbox has {[f['type'] for f in self.inbox]}"
            self.receive(left)

    def expect(self, frame_type: str) -> Frame:
        return self.find(lambda frame: frame["type"] == frame_type)

    def expect_seq(self, conversation: str, seq: int) -> None:
        """Wait until all events up to this seq are in the log."""
        deadline = time.monotonic() + WAIT_SECONDS
        while self.positions.get(conversation, 0) < seq:
            assert time.monotonic() < deadline, f"{self.transport}: stopped at {self.positions} of {seq}"
            self.receive(1.0)

    def texts(self) -> list[str]:
        return [frame["data"]["text"] for frame in self.log if frame["type"] == "message.created"]

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # ---- for subclasses ----

    def frame(self, frame_type: str, data: Any, conversation: Any) -> Frame:
        made: Frame = {"type": frame_type, "id": uuid4().hex[:8], "data": data or {}}
        return made if conversation is None else {**made, "conversation": str(conversation)}

    def take(self, frame: Frame) -> None:
        """Sort in what came: events that follow without a gap move the position."""
        self.inbox.append(frame)
        if frame["type"] == "resumed":
            for conversation, found in frame["data"]["conversations"].items():
                for event in found["events"]:
                    self._note(conversation, event)
        elif frame.get("seq"):
            self._note(frame["conversation"], frame)

    def _note(self, conversation: str, event: Frame) -> None:
        if conversation not in self.positions:
            return
        if event["seq"] == self.positions[conversation] + 1:
            self.positions[conversation] += 1
            self.log.append(event)
        elif event["seq"] > self.positions[conversation]:
            self.on_gap(conversation)

    def on_gap(self, conversation: str) -> None:
        """An event is missing in between: asked for by position."""


class SocketClient(Client):
    transport = "socket"

    def __init__(self, server: Server, who: Who, codec: Codec) -> None:
        super().__init__(server, who, codec)
        self.socket = open_socket(
            f"ws://{who.host}:{server.port}/ws/v1/{who.kind}",
            sock=socket.create_connection(("127.0.0.1", server.port)),
            subprotocols=[codec.subprotocol],  # type: ignore[list-item]
            additional_headers=who.headers,
            compression=None,
            legacy=True,
            max_queue=None,  # paused with much unread, the answer to our closing would not be read either
        )

    def hello(self) -> Frame:
        hello = self.expect("hello")
        self.epoch = hello["data"]["epoch"]
        if self.positions:
            self._resume(dict(self.positions))
        return hello

    def follow(self, conversation: str, position: int = 0) -> None:
        self.positions[conversation] = position
        self._resume({conversation: position})

    def send(self, frame_type: str, data: Any = None, *, conversation: Any = None) -> Frame | None:
        frame = self.frame(frame_type, data, conversation)
        self.socket.send(self.codec.write(frame))
        return frame

    def request(self, frame_type: str, data: Any = None, *, conversation: Any = None) -> Frame:
        sent = self.send(frame_type, data, conversation=conversation)
        assert sent is not None
        return self.find(lambda frame: frame.get("reply_to") == sent["id"])

    def listen(self, action: Callable[[], Any]) -> list[Frame]:
        action()
        self.receive(WAIT_SECONDS)
        pong = self.request("ping")
        frames, self.inbox = self.inbox, []
        return [frame for frame in frames if frame is not pong]

    def receive(self, wait: float) -> None:
        with suppress(TimeoutError):
            self.take(self.codec.read(self.socket.recv(timeout=wait)))

    def on_gap(self, conversation: str) -> None:
        self.send("resume", {"conversations": {conversation: self.positions[conversation]}})

    def close(self) -> None:
        self.socket.close()

    def _resume(self, positions: dict[str, int]) -> None:
        self.request("resume", {"conversations": positions, "epoch": self.epoch})


class PollClient(Client):
    """Asks now and then; what is only said and not written passes it by."""

    transport = "poll"
    wait = 0.0

    def __init__(self, server: Server, who: Who, codec: Codec) -> None:
        super().__init__(server, who, codec)
        self.connection = ""
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=WAIT_SECONDS + 30)
        self.pool = ThreadPoolExecutor(1)

    def hello(self) -> Frame:
        frames, ts = self.codec.read_body(self.ask({}).content)
        assert [frame["type"] for frame in frames] == ["hello"]
        self.connection, self.epoch = frames[0]["data"]["session"], frames[0]["data"]["epoch"]
        self.since = self.since or ts
        return frames[0]

    def follow(self, conversation: str, position: int = 0) -> None:
        self.positions[conversation] = position

    def send(self, frame_type: str, data: Any = None, *, conversation: Any = None) -> Frame | None:
        return next(iter(self.post([self.frame(frame_type, data, conversation)])), None)

    def request(self, frame_type: str, data: Any = None, *, conversation: Any = None) -> Frame:
        frame = self.frame(frame_type, data, conversation)
        (answer,) = self.post([frame])
        assert answer["reply_to"] == frame["id"]
        if answer["type"] == "resumed":
            self.take(answer)
        return answer

    def post(self, frames: list[Frame]) -> list[Frame]:
        headers = {"Content-Type": self.codec.content_type}
        answer = self.fetch("POST", "frames", content=self.codec.write_body(frames), headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == self.codec.content_type
        return self.codec.read_body(answer.content)[0]

    def listen(self, action: Callable[[], Any]) -> list[Frame]:
        action()
        self.receive(0)
        frames, self.inbox = self.inbox, []
        return frames

    def receive(self, wait: float) -> None:
        """Ask once and take what came."""
        self.take_answer(self.ask(self.query(min(wait, self.wait))))
        if not self.wait:
            time.sleep(0.02)  # a poll that finds nothing comes again later

    def take_answer(self, answer: httpx.Response) -> list[Frame]:
        assert answer.status_code == 200, answer.text
        frames, self.since = self.codec.read_body(answer.content)
        for frame in frames:
            self.take(frame)
        return frames

    def query(self, wait: float) -> dict[str, Any]:
        after = ",".join(f"{conversation}:{seq}" for conversation, seq in self.positions.items())
        query = {"after": after, "since": self.since or "", "epoch": self.epoch, "connection": self.connection}
        return {**query, "wait": round(wait)}

    def ask(self, query: dict[str, Any]) -> httpx.Response:
        return self.fetch("GET", "events", params=query)

    def fetch(self, method: str, what: str, *, headers: Any = None, **options: Any) -> httpx.Response:
        named = {"Host": f"{self.who.host}:{self.server.port}", "Accept": self.codec.content_type, **self.who.headers}
        return self.http.request(method, f"/api/v1/{self.who.kind}/{what}", headers=named | (headers or {}), **options)

    def close(self) -> None:
        self.http.close()
        self.pool.shutdown(wait=False)


class LongPollClient(PollClient):
    transport = "long_poll"
    wait = 25.0

    def park(self, wait: float = 25) -> "Future[httpx.Response]":
        """Ask, and return when the server waits with us for something to tell."""
        before = parked(self.server)
        asked = self.pool.submit(self.ask, self.query(wait))
        wait_until(lambda: parked(self.server) > before or asked.done())
        return asked

    def listen(self, action: Callable[[], Any]) -> list[Frame]:
        asked = self.park()
        action()
        self.take_answer(asked.result(WAIT_SECONDS))
        frames, self.inbox = self.inbox, []
        return frames


TRANSPORTS: dict[str, type[Client]] = {one.transport: one for one in (SocketClient, LongPollClient, PollClient)}


def gauge(server: Server, transport: str) -> int:
    """How many connections of this transport the server counts."""
    lines = httpx.get(server.url("127.0.0.1", "/metrics"), timeout=WAIT_SECONDS).text.splitlines()
    mine = [line for line in lines if line.startswith("kefu_connections{") and f'transport="{transport}"' in line]
    return int(sum(float(line.rpartition(" ")[2]) for line in mine))


def parked(server: Server) -> int:
    return gauge(server, "long_poll")
