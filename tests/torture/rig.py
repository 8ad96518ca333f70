"""Clients on an installation: they connect, talk at a fixed pace, settle, and leave a history."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from tests.torture.cast import Cast, dice_of
from tests.torture.client import Client, Draft, Person, close_all
from tests.torture.history import MESSAGE, Delivered, History
from tests.torture.installation import Web
from tests.torture.network import Network
from tests.torture.reading import read_log
from tests.waiting_for import until

SETTLE_SECONDS = 60.0
CONVERGE_SECONDS = 10.0
READERS = 8
VISITORS_READ_BACK = 50


@dataclass(frozen=True)
class Pace:
    """Messages a second, per visitor and per conversation by its agent. A connection may send ten frames a second."""

    visitor: float = 2.0
    agent: float = 1.0
    mischief: float = 0.15
    notes: float = 0.1
    corrections: float = 0.08
    words: int = 0


@dataclass
class Rig:
    webs: list[Web]
    cast: Cast
    conversations: dict[str, str]
    seed: int
    heartbeat: float | None
    pace: Pace = field(default_factory=Pace)
    patience: float | None = None
    network: Network | None = None
    transports: Sequence[str] = ("json",)
    visitors: list[Client] = field(default_factory=list)
    agents: list[Client] = field(default_factory=list)
    talking: list["asyncio.Task[None]"] = field(default_factory=list)
    said: int = 0
    stuck: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        ports = self.network.ports if self.network else [web.port for web in self.webs]
        number = len(self.cast.agents)
        owned = {person.id: list(self.conversations.values())[n::number] for n, person in enumerate(self.cast.agents)}
        self.owned = owned
        for n, person in enumerate(self.cast.agents):
            client = self._client(person, ports)
            neighbour = self.cast.agents[(n + 1) % number]
            # Each watches a colleague's conversations too; 200 is the most that one connection may.
            for conversation in (owned[person.id] + owned[neighbour.id])[:200]:
                client.follow(conversation)
            self.agents.append(client)
        for person in self.cast.visitors:
            client = self._client(person, ports)
            client.follow(self.conversations[person.id])
            self.visitors.append(client)

    def _client(self, person: Person, ports: list[int]) -> Client:
        return Client(
            person,
            ports,
            dice_of(self.seed, person.name),
            heartbeat=self.heartbeat,
            patience=self.patience,
            transports=self.transports,
        )

    @property
    def clients(self) -> list[Client]:
        return [*self.agents, *self.visitors]

    # ---- talking ----

    async def connect(self) -> None:
        for client in self.clients:
            client.start()
        await until(lambda: all(client.live.is_set() for client in self.clients), SETTLE_SECONDS, "all are connected")
        await until(lambda: all(self._has_caught_up(client) for client in self.clients), SETTLE_SECONDS, "all resumed")

    def _has_caught_up(self, client: Client) -> bool:
        return not client.is_behind and all(tracker.last for tracker in client.trackers.values())

    def start_talking(self, listeners: int = 0) -> None:
        """Let everybody talk but the first visitors, as many as `listeners` says, whom agents only talk to."""
        for client in self.visitors[listeners:]:
            own = self.conversations[client.person.id]
            self.talking.append(asyncio.create_task(self._talk(client, own, self.pace.visitor)))
        for client in self.agents:
            for conversation in self.owned[client.person.id]:
                self.talking.append(asyncio.create_task(self._talk(client, conversation, self.pace.agent)))

    def start_switching(self, seconds: float) -> None:
        self.talking.append(asyncio.create_task(self._switch(seconds)))

    async def stop_talking(self) -> None:
        for task in self.talking:
            task.cancel()
        await asyncio.gather(*self.talking, return_exceptions=True)
        self.talking = []

    async def _switch(self, seconds: float) -> None:
        """Cut somebody's connection now and then: the next one may be of another kind."""
        dice = dice_of(self.seed, "switch")
        while True:
            await asyncio.sleep(seconds * dice.uniform(0.5, 1.5))
            dice.choice(self.clients).cut()

    async def _talk(self, client: Client, conversation: str, per_second: float) -> None:
        """An open loop: what is to be said does not wait for what was said before. The outbox does."""
        dice = dice_of(self.seed, "talk", client.name, conversation)
        due = time.monotonic() + dice.uniform(0, 1 / per_second)
        while True:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due += dice.expovariate(per_second)
            # An outbox that grows without end would only measure itself.
            if client.waiting < 40:
                self.say(client, conversation, dice)

    def say(self, client: Client, conversation: str, dice: random.Random) -> None:
        self.said += 1
        if dice.random() < self.pace.corrections and (said := client.said.get(conversation)):
            self.correct(client, conversation, dice.choice(said), dice)
            return
        text = f"{client.name} no. {self.said}{' 您好世界' * self.pace.words}"
        draft = Draft(conversation, text)
        if client.person.kind == "agent" and dice.random() < self.pace.notes:
            draft.type = "note.create"
        if dice.random() >= self.pace.mischief:
            client.say(draft)
            return
        trick = dice.choice(("twice", "again", "conflict", "empty", "trespass", "trespass"))
        if trick == "twice":
            draft.copies = 2
            client.say(draft)
        elif trick in ("again", "conflict"):
            client.say(draft)
            other = text if trick == "again" else f"{text}, changed"
            client.say(Draft(conversation, other, draft.type, draft.key))
        elif trick == "empty":
            client.say(Draft(conversation, ""))
        elif client.person.kind == "visitor":
            foreign = dice.choice([pk for pk in self.conversations.values() if pk != conversation])
            client.say(Draft(foreign, text, is_allowed=False))

    def correct(self, client: Client, conversation: str, said: tuple[str, str], dice: random.Random) -> None:
        """Edit or recall one's own message, or try it with somebody else's."""
        message, key = said
        text = f"{client.name} no. {self.said}, corrected"
        if dice.random() < 0.15:
            others = [
                entry
                for entry in client.trackers[conversation].entries[-20:]
                if entry.event == MESSAGE and entry.author != client.person.id
            ]
            if others:
                other = dice.choice(others)
                client.say(Draft(conversation, text, "message.edit", other.key, is_allowed=False, message=other.id))
        elif dice.random() < 0.3:
            client.say(Draft(conversation, "", "message.recall", key, message=message))
        else:
            client.say(Draft(conversation, text, "message.edit", key, message=message))

    def acknowledged_by(self, web: Web) -> int:
        return sum(client.acks_by_port[web.port] for client in self.clients)

    def connected_to(self, web: Web) -> int:
        return sum(client.port == web.port for client in self.clients if client.live.is_set())

    # ---- delivery times ----

    def note_times(self) -> None:
        """Write down from now on when each receiver was pushed each message."""
        for client in self.clients:
            client.heard = []

    def delivery_p99(self, begin: float, end: float) -> float:
        """P99 of the milliseconds from asking to each receiver's push, of messages asked between these moments."""
        asked = {sent.key: sent.asked_at for client in self.clients for sent in client.sent}
        delays = sorted(
            (moment - asked[key]) * 1000
            for client in self.clients
            for key, moment in client.heard or []
            if key in asked and begin <= asked[key] < end
        )
        return delays[len(delays) * 99 // 100] if delays else 0.0

    # ---- the end ----

    async def settle(self, stored: Counter[str] | None = None) -> float:
        """Wait until every outbox is empty, then ten seconds for the receivers; return how long they took.

        `stored`: the highest seq of each conversation, where something may have been written that nobody was told of.
        """
        try:
            await until(
                lambda: not any(client.waiting for client in self.clients), SETTLE_SECONDS, "outboxes are empty"
            )
        except TimeoutError:
            full = [client for client in self.clients if client.waiting]
            self.stuck = [f"{client.name}: {client.waiting} without an answer" for client in full]
        ended = time.monotonic()
        with suppress(TimeoutError):  # the checker says who has not
            await until(
                lambda: self.has_reached(self.tops() | (stored or Counter())), CONVERGE_SECONDS, "receivers have it all"
            )
        return time.monotonic() - ended

    def in_outboxes(self) -> list[Draft]:
        return [draft for client in self.clients for draft in client.unanswered()]

    def tops(self) -> Counter[str]:
        """The highest seq of each conversation that anybody was told of."""
        tops: Counter[str] = Counter()
        for client in self.clients:
            for sent in client.sent[-20:]:
                tops[sent.conversation] = max(tops[sent.conversation], sent.seq or 0)
            for pk, tracker in client.trackers.items():
                tops[pk] = max(tops[pk], tracker.top)
        return tops

    def has_reached(self, tops: Counter[str], *clients: Client) -> bool:
        """Tell whether these clients, or all, have everything up to there."""
        return all(
            tracker.last >= tops[pk] for client in clients or self.clients for pk, tracker in client.trackers.items()
        )

    async def history(self) -> History:
        """Freeze what was delivered, stop the clients, read everything back."""
        delivered = [one for client in self.clients for one in client.delivered()]
        await close_all(self.clients)
        sent = [one for client in self.clients for one in client.sent]
        stored = {}
        places = asyncio.Semaphore(READERS)
        async with httpx.AsyncClient(timeout=30, trust_env=False) as http:

            async def read(person: Person, conversation: str) -> None:
                async with places:
                    entries = await read_log(person, self.webs[0].port, conversation, http=http)
                if person.kind == "agent":
                    stored[conversation] = entries
                else:
                    delivered.append(Delivered(f"{person.name} over REST", conversation, False, entries))

            by_agent = [read(self.cast.agents[0], conversation) for conversation in self.conversations.values()]
            some = self.cast.visitors[:VISITORS_READ_BACK]
            await asyncio.gather(*by_agent, *(read(person, self.conversations[person.id]) for person in some))
        corrections = [one for client in self.clients for one in client.corrections]
        return History(sent, delivered, stored, corrections)
