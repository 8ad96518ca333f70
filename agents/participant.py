"""The agent behind `/ws/v1/agent` and its polls: thin shell over the verbs (docs/realtime.md)."""

import time
from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

import msgspec
from django.utils import timezone

from agents import assignments
from agents.access import find_known_to, get_active_agent, get_agent_conversation, get_queue
from agents.authors import author_of
from agents.models import Agent
from agents.presence import mark_present, set_availability
from agents.sight import UPDATED, Sight, gone_frame, sift_rows
from agents.socket_auth import AgentSession, ended_sessions, read_agent_session, session_key_of
from agents.viewers import note_viewer
from chat import fanout
from chat.access import Known
from chat.conversations import close_conversation, mark_read, reopen_conversation
from chat.errors import Forbidden, NotFound
from chat.events import Frame
from chat.marks import tag_conversation
from chat.messages import MessageDraft, Posted
from chat.models import Conversation
from chat.origins import is_own_origin
from chat.participants.credentials import Credentials
from chat.participants.participant import CORRECTING, Answer, Handlers, check_brand, needed
from chat.participants.watcher import WATCHING, Watcher
from chat.protocol import Command, Transfer, View
from chat.reading import conversation_row
from tenants.context import run_in_tenant
from tenants.models import Tenant

decode_frame = msgspec.json.Decoder().decode
# Letting go of what is out of sight by now is always allowed.
UNCHECKED = ("conversation.unwatch",)
# Told to one agent, after a look at what it may see; it need not watch the conversation.
ADDRESSED = ("agent.mentioned",)


class AgentParticipant(Watcher):
    __slots__ = ("lost", "session")

    kind = "agent"
    handlers: ClassVar[Handlers] = {
        **WATCHING,
        **CORRECTING,
        "conversation.take": "take_conversation",
        "conversation.release": "release_conversation",
        "conversation.transfer": "transfer_conversation",
        "conversation.close": "close_conversation",
        "conversation.reopen": "reopen_conversation",
        "conversation.read": "read_conversation",
        "conversation.view": "view_conversation",
        "tag.set": "set_tags",
        "availability.set": "set_availability",
    }

    def __init__(self, tenant: Tenant, session: AgentSession) -> None:
        super().__init__(tenant, author_of(session.agent))
        self.session = session
        # Watched until they went out of sight: their topics are left with the next pong.
        self.lost: set[UUID] = set()

    @classmethod
    async def identify(cls, tenant: Tenant | None, credentials: Credentials) -> Self:
        if tenant is None:
            raise NotFound
        # The cookie comes along from any page: only our own pages may use it.
        if not is_own_origin(credentials.origin or "", credentials.host):
            raise Forbidden("Only the console's own pages may use a session.")
        session_key = session_key_of(credentials.header(b"cookie"))
        return cls(tenant, await run_in_tenant(tenant, read_agent_session, session_key))

    @property
    def agent(self) -> Agent:
        return self.session.agent

    @property
    def sight(self) -> Sight:
        return self.session.sight

    def topics(self) -> list[str]:
        return [
            fanout.desk_topic(self.tenant),
            fanout.agent_topic(self.tenant, self.me),
            fanout.session_topic(self.tenant, self.session.session_key),
        ]

    def check(self) -> None:
        self.tenant = check_brand(self.tenant)
        # With the role that counts now: a change between reading and joining was announced to nobody.
        self.session = read_agent_session(self.session.session_key)

    @classmethod
    def ended_among(cls, participants: Collection[Self]) -> dict[Self, int]:
        codes = ended_sessions([who.session for who in participants], timezone.now())
        return {who: code for who, code in zip(participants, codes, strict=True) if code is not None}

    def _enter(self) -> None:
        self.check()
        mark_present(self.agent)

    # ---- what is in sight ----

    async def answer(self, command: Command) -> Frame | None:
        # Here for all commands, those to come included. Most agents see everything: no hop for them.
        if command.conversation is not None and not self.sight.is_whole and command.type not in UNCHECKED:
            await self.call(get_agent_conversation, self.agent, command.conversation)
        return await super().answer(command)

    async def _joinable(self, conversations: list[UUID]) -> list[UUID]:
        if self.sight.is_whole:
            return conversations
        known = await self.call(self._find, conversations)
        # What is not watched does not pass: from here on, as what is written after this may come before it is read.
        self.lost -= known.keys()
        self._watch(known)
        return list(known)

    def _watch(self, found: dict[UUID, Known]) -> None:
        # What went out of sight while it was read stays so.
        super()._watch({pk: row for pk, row in found.items() if pk not in self.lost})

    async def changed_since(self, moment: float, positions: dict[UUID, int]) -> list[Frame]:
        frames = await super().changed_since(moment, positions)
        return [sift_rows(self.sight, frame)[0] for frame in frames]

    async def pong(self) -> dict[str, Any]:
        if not self.sight.is_whole:
            # A row that told of it may be lost on its way.
            asked = list(self.watched)
            known = await self.call(self._find, asked)
            if gone := self.watched.keys() & (set(asked) - known.keys()):
                self._lose(gone)
                self.link.put(gone_frame([str(pk) for pk in gone]))
            lost, self.lost = self.lost, set()
            await self.link.unfollow(*self.topics_of(lost))
        return await super().pong()

    def sift(self, message: dict[str, Any]) -> dict[str, Any] | None:
        return message if self.sight.is_whole else self._sift(message)

    def _sift(self, message: dict[str, Any]) -> dict[str, Any] | None:
        # All who see a part only get the same message: the first reads it for the others, who leave it as it is.
        frame = message.get("frame")
        if frame is None:
            frame = message["frame"] = decode_frame(message["text"])
        if frame["type"] == UPDATED:
            seen, gone = sift_rows(self.sight, frame)
            self._lose(self.watched.keys() & {UUID(pk) for pk in gone})
            return message if seen is frame else {"type": "push", "text": fanout.encode_frame(seen).decode()}
        conversation = frame.get("conversation")
        is_let_through = not conversation or frame["type"] in ADDRESSED or UUID(conversation) in self.watched
        return message if is_let_through else None

    def _lose(self, conversations: Collection[UUID]) -> None:
        for pk in list(conversations):
            del self.watched[pk]
            self.lost.add(pk)

    def _find(self, conversation_ids: list[UUID]) -> dict[UUID, Known]:
        return find_known_to(self.agent, conversation_ids)

    # ---- conversations ----

    async def take_conversation(self, command: Command) -> Answer:
        return _row(
            await self.call(assignments.take_conversation, needed(command), agent=self.agent, now=timezone.now())
        )

    async def release_conversation(self, command: Command) -> Answer:
        return _row(
            await self.call(assignments.release_conversation, needed(command), agent=self.agent, now=timezone.now())
        )

    async def transfer_conversation(self, command: Command) -> Answer:
        return _row(await self.call(self._transfer, needed(command), command.data))

    async def close_conversation(self, command: Command) -> Answer:
        reason, now = Conversation.CloseReason.AGENT, timezone.now()
        return _row(await self.call(close_conversation, needed(command), by=self.author, reason=reason, now=now))

    async def reopen_conversation(self, command: Command) -> Answer:
        return _row(await self.call(reopen_conversation, needed(command), by=self.author, now=timezone.now()))

    async def read_conversation(self, command: Command) -> Answer:
        await self.call(self._read, needed(command), command.data.seq)
        return {}

    async def set_tags(self, command: Command) -> Answer:
        pk, data = needed(command), command.data
        return _row(
            await self.call(tag_conversation, pk, add=data.add, remove=data.remove, by=self.author, now=timezone.now())
        )

    async def view_conversation(self, command: Command) -> Answer:
        return {"viewers": await self.call(self._view, needed(command), command.data)}

    async def set_availability(self, command: Command) -> Answer:
        agent = await self.call(set_availability, self.agent, command.data.availability)
        return {"availability": agent.availability}

    # ---- inside the brand ----

    def _post_message(self, conversation_id: UUID, draft: MessageDraft, now: datetime) -> Posted:
        """Who answers has taken it."""
        assignments.take_if_waiting(conversation_id, agent=self.agent, now=now)
        return super()._post_message(conversation_id, draft, now)

    def _transfer(self, conversation_id: UUID, to: Transfer) -> Conversation:
        return assignments.transfer_conversation(
            conversation_id,
            by=self.agent,
            agent=get_active_agent(to.agent) if to.agent else None,
            queue=get_queue(to.queue) if to.queue else None,
            note=to.note,
            now=timezone.now(),
        )

    def _view(self, conversation_id: UUID, data: View) -> list[dict[str, Any]]:
        # Asked every few seconds: what is watched was checked when the watching began.
        if conversation_id not in self.watched:
            get_agent_conversation(self.agent, conversation_id)
        return note_viewer(
            conversation_id, self.agent, is_writing=data.is_writing, has_left=data.has_left, now=time.time()
        )

    def _read(self, conversation_id: UUID, seq: int) -> None:
        """Looking into a colleague's conversation does not make it read."""
        conversation = get_agent_conversation(self.agent, conversation_id)
        if conversation.assignee_id in (None, self.agent.pk):
            mark_read(conversation_id, reader="agent", seq=seq, now=timezone.now())


def _row(conversation: Conversation) -> dict[str, Any]:
    return {"conversation": conversation_row(conversation)}
