"""The agent's socket, `/ws/v1/agent`: thin shell over the verbs (docs/realtime.md)."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone

from agents import assignments
from agents.access import get_active_agent, get_queue
from agents.authors import author_of
from agents.models import Agent
from agents.presence import mark_present, set_availability
from agents.socket_auth import AgentSession, read_agent_session, session_key_of
from chat import fanout
from chat.access import get_conversation
from chat.consumers.base import SUBPROTOCOL, FrameConsumer, Handlers
from chat.consumers.visitor import needed, posted_ack
from chat.conversations import close_conversation, mark_read, reopen_conversation
from chat.errors import Invalid, NotFound, Refusal
from chat.events import AGENT, hint_frame
from chat.messages import MessageDraft, Posted, post_message, post_note
from chat.models import Conversation
from chat.origins import is_own_origin
from chat.pages import conversation_row
from chat.posting import send
from chat.protocol import CLOSE_AUTHENTICATION, CLOSE_FORBIDDEN, MAX_RESUMED, Command
from chat.resume import resume


class AgentConsumer(FrameConsumer):
    kind = "agent"
    session: AgentSession
    handlers: ClassVar[Handlers] = {
        "resume": "resume",
        "conversation.watch": "watch_conversation",
        "conversation.unwatch": "unwatch_conversation",
        "conversation.take": "take_conversation",
        "conversation.release": "release_conversation",
        "conversation.transfer": "transfer_conversation",
        "conversation.close": "close_conversation",
        "conversation.reopen": "reopen_conversation",
        "conversation.read": "read_conversation",
        "message.create": "create_message",
        "note.create": "create_note",
        "typing.start": "start_typing",
        "typing.stop": "stop_typing",
        "availability.set": "set_availability",
        "ping": "ping",
    }

    async def identify(self) -> dict[str, Any] | None:
        # The cookie comes along from any page: only our own pages may use it.
        if not is_own_origin(self.header(b"origin") or "", self.header(b"host") or ""):
            await self.refuse_handshake(CLOSE_FORBIDDEN)
            return None
        try:
            self.session = await self.call(read_agent_session, session_key_of(self.header(b"cookie")))
        except Refusal as refusal:
            code = CLOSE_FORBIDDEN if isinstance(refusal, NotFound) else CLOSE_AUTHENTICATION
            await self.refuse_handshake(code)
            return None
        self.agent: Agent = self.session.agent
        self.me = self.agent.pk
        # Conversations that this connection watches, and whose visitor each is.
        self.watched: dict[UUID, UUID] = {}
        await self.accept(SUBPROTOCOL)
        return {"kind": "agent", "id": str(self.me), "name": self.agent.display_name}

    def topics(self) -> list[str]:
        return [
            fanout.desk_topic(self.tenant),
            fanout.agent_topic(self.tenant, self.me),
            fanout.session_topic(self.tenant, self.session.session_key),
        ]

    def following(self) -> set[UUID]:
        return set(self.watched)

    async def connected(self) -> None:
        await self.call(mark_present, self.agent)

    # ---- following ----

    async def resume(self, command: Command) -> tuple[str, dict[str, Any]]:
        # Join first, then read: what is written in between comes by the topic.
        for pk in command.data.conversations:
            await self._subscribe(pk)
        data, found = await self.call(resume, command.data.conversations, epoch=command.data.epoch, audience=AGENT)
        for pk in command.data.conversations:
            await self._keep(found.get(pk), pk)
        return "resumed", data

    async def watch_conversation(self, command: Command) -> dict[str, Any]:
        pk = needed(command)
        if len(self.watched) >= MAX_RESUMED and pk not in self.watched:
            raise Invalid(f"A connection watches at most {MAX_RESUMED} conversations.")
        await self._subscribe(pk)
        try:
            conversation = await self.call(get_conversation, pk)
        except NotFound:
            await self._keep(None, pk)
            raise
        await self._keep(conversation, pk)
        return {"top": conversation.last_seq}

    async def unwatch_conversation(self, command: Command) -> dict[str, Any]:
        await self._keep(None, needed(command))
        return {}

    # ---- conversations ----

    async def take_conversation(self, command: Command) -> dict[str, Any]:
        return _row(
            await self.call(assignments.take_conversation, needed(command), agent=self.agent, now=timezone.now())
        )

    async def release_conversation(self, command: Command) -> dict[str, Any]:
        return _row(
            await self.call(assignments.release_conversation, needed(command), agent=self.agent, now=timezone.now())
        )

    async def transfer_conversation(self, command: Command) -> dict[str, Any]:
        return _row(await self.call(self._transfer, needed(command), command.data.agent, command.data.queue))

    async def close_conversation(self, command: Command) -> dict[str, Any]:
        reason = Conversation.CloseReason.AGENT
        by = author_of(self.agent)
        return _row(await self.call(close_conversation, needed(command), by=by, reason=reason, now=timezone.now()))

    async def reopen_conversation(self, command: Command) -> dict[str, Any]:
        by = author_of(self.agent)
        return _row(await self.call(reopen_conversation, needed(command), by=by, now=timezone.now()))

    async def read_conversation(self, command: Command) -> dict[str, Any]:
        await self.call(self._read, needed(command), command.data.seq)
        return {}

    # ---- messages ----

    async def create_message(self, command: Command) -> dict[str, Any]:
        data = command.data
        draft = MessageDraft(data.client_id, data.kind, data.text, data.file_ids)
        now, conversation = timezone.now(), needed(command)
        posted = await send(
            self.tenant,
            conversation,
            author=author_of(self.agent),
            draft=draft,
            now=now,
            otherwise=lambda: self.call(self._answer, conversation, draft, now),
        )
        return posted_ack(posted)

    async def create_note(self, command: Command) -> dict[str, Any]:
        draft = MessageDraft(command.data.client_id, "text", command.data.text)
        now, conversation, by = timezone.now(), needed(command), author_of(self.agent)
        posted = await send(
            self.tenant,
            conversation,
            author=by,
            draft=draft,
            visibility="note",
            now=now,
            otherwise=lambda: self.call(post_note, conversation, author=by, draft=draft, now=now),
        )
        return posted_ack(posted)

    async def start_typing(self, command: Command) -> None:
        self._hint_typing(command, "typing.started")

    async def stop_typing(self, command: Command) -> None:
        self._hint_typing(command, "typing.stopped")

    async def set_availability(self, command: Command) -> dict[str, Any]:
        agent = await self.call(set_availability, self.agent, command.data.availability)
        return {"availability": agent.availability}

    # ---- inside the brand ----

    def _answer(self, conversation_id: UUID, draft: MessageDraft, now: datetime) -> Posted:
        assignments.take_if_waiting(conversation_id, agent=self.agent, now=now)
        return post_message(conversation_id, author=author_of(self.agent), draft=draft, now=now)

    def _transfer(self, conversation_id: UUID, agent_id: UUID | None, queue_id: UUID | None) -> Conversation:
        return assignments.transfer_conversation(
            conversation_id,
            by=self.agent,
            agent=get_active_agent(agent_id) if agent_id else None,
            queue=get_queue(queue_id) if queue_id else None,
            now=timezone.now(),
        )

    def _read(self, conversation_id: UUID, seq: int) -> None:
        """Looking into a colleague's conversation does not make it read."""
        conversation = get_conversation(conversation_id)
        if conversation.assignee_id in (None, self.agent.pk):
            mark_read(conversation_id, reader="agent", seq=seq)

    # ---- topics and hints ----

    async def _subscribe(self, conversation_id: UUID) -> None:
        await self.follow(fanout.watch_topic(self.tenant, conversation_id))

    async def _keep(self, conversation: Conversation | None, conversation_id: UUID) -> None:
        """Remember a conversation that exists; leave the topic of one that does not."""
        if conversation is not None:
            self.watched[conversation_id] = conversation.visitor_id
            return
        self.watched.pop(conversation_id, None)
        await self.unfollow(fanout.watch_topic(self.tenant, conversation_id))

    def _hint_typing(self, command: Command, event: str) -> None:
        conversation = needed(command)
        visitor_id = self.watched.get(conversation)
        if visitor_id is None:
            raise NotFound
        author = {"kind": "agent", "id": str(self.me), "name": self.agent.display_name}
        frame = hint_frame(event, conversation, {"author": author})
        fanout.hint(fanout.visitor_topic(self.tenant, visitor_id), frame)
        fanout.hint(fanout.watch_topic(self.tenant, conversation), frame)


def _row(conversation: Conversation) -> dict[str, Any]:
    return {"conversation": conversation_row(conversation)}
