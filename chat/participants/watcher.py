"""What agents and programs share: they watch conversations that are not their own, notes included."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from chat import fanout
from chat.access import Known, find_known, get_conversation
from chat.authors import Author
from chat.changes import rows_since
from chat.errors import Invalid, NotFound
from chat.events import AGENT, Frame, hint_frame
from chat.hot.resuming import resume_hot
from chat.messages import MessageDraft, Posted, post_message, post_note, posted_ack
from chat.models import Conversation
from chat.participants.participant import Answer, Handlers, Participant, needed
from chat.protocol import MAX_RESUMED, Command
from tenants.models import Tenant

WATCHING: Handlers = {
    "resume": "resume",
    "conversation.watch": "watch_conversation",
    "conversation.unwatch": "unwatch_conversation",
    "message.create": "create_message",
    "note.create": "create_note",
    "typing.start": "start_typing",
    "typing.stop": "stop_typing",
    "ping": "ping",
}


class Watcher(Participant):
    __slots__ = ("watched",)

    audience: ClassVar[str] = AGENT

    def __init__(self, tenant: Tenant, author: Author) -> None:
        super().__init__(tenant, author)
        # Conversations that this connection watches, and whose visitor each is.
        self.watched: dict[UUID, UUID] = {}

    def topics_of(self, conversations: Iterable[UUID]) -> list[str]:
        return [fanout.watch_topic(self.tenant, pk) for pk in conversations]

    def following(self) -> Iterable[UUID]:
        return self.watched

    async def catch_up(self, positions: dict[UUID, int], epoch: str) -> dict[str, Any]:
        # Join first, then read: what is written in between comes by the topic.
        await self.link.follow(*self.topics_of(positions))
        data, found = await resume_hot(self.tenant, positions, epoch=epoch, audience=AGENT, find=self._find)
        self.watched |= {pk: row.visitor_id for pk, row in found.items()}
        await self.link.unfollow(*self.topics_of(positions.keys() - found.keys()))
        return data

    async def changed_since(self, moment: float, positions: dict[UUID, int]) -> list[Frame]:
        frames: list[Frame] = await self.call(rows_since, moment)
        return frames

    async def watch_conversation(self, command: Command) -> Answer:
        pk = needed(command)
        if len(self.watched) >= MAX_RESUMED and pk not in self.watched:
            raise Invalid(f"A connection watches at most {MAX_RESUMED} conversations.")
        await self.link.follow(*self.topics_of([pk]))
        try:
            conversation: Conversation = await self.call(get_conversation, pk)
        except NotFound:
            await self.link.unfollow(*self.topics_of([pk]))
            raise
        self.watched[pk] = conversation.visitor_id
        return {"top": conversation.last_seq}

    async def unwatch_conversation(self, command: Command) -> Answer:
        pk = needed(command)
        self.watched.pop(pk, None)
        await self.link.unfollow(*self.topics_of([pk]))
        return {}

    async def create_message(self, command: Command) -> Answer:
        return posted_ack(await self.post(command, needed(command), self._post_message))

    async def create_note(self, command: Command) -> Answer:
        return posted_ack(await self.post(command, needed(command), self._post_note))

    async def start_typing(self, command: Command) -> Answer:
        await self._hint_typing(needed(command), "typing.started")
        return None

    async def stop_typing(self, command: Command) -> Answer:
        await self._hint_typing(needed(command), "typing.stopped")
        return None

    def _find(self, conversation_ids: list[UUID]) -> dict[UUID, Known]:
        """Those of the conversations that exist for whoever watches."""
        return find_known(conversation_ids)

    def _post_message(self, conversation_id: UUID, draft: MessageDraft, now: datetime) -> Posted:
        return post_message(conversation_id, author=self.author, draft=draft, now=now)

    def _post_note(self, conversation_id: UUID, draft: MessageDraft, now: datetime) -> Posted:
        return post_note(conversation_id, author=self.author, draft=draft, now=now)

    async def _hint_typing(self, conversation: UUID, event: str) -> None:
        visitor_id = self.watched.get(conversation)
        if visitor_id is None:
            visitor_id = (await self.call(get_conversation, conversation)).visitor_id
        author = {"kind": self.author.kind, "id": str(self.me), "name": self.author.name}
        frame = hint_frame(event, conversation, {"author": author})
        fanout.hint(fanout.visitor_topic(self.tenant, visitor_id), frame)
        fanout.hint(fanout.watch_topic(self.tenant, conversation), frame)
