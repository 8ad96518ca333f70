"""What agents and programs share: they watch conversations that are not their own, notes included."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from chat import fanout
from chat.access import Known, find_known, get_conversation
from chat.authors import Author
from chat.changes import rows_since
from chat.errors import Invalid, NotFound
from chat.events import AGENT, Frame, hint_frame
from chat.hot.resuming import resume_hot
from chat.messages import MessageDraft, Posted, post_message, post_note, posted_ack
from chat.participants.participant import Answer, Handlers, Participant, needed
from chat.protocol import MAX_WATCHED, Command
from tenants.models import Tenant

T = TypeVar("T")
# One conversation of a `resumed` frame that is one too many for this connection.
TOO_MANY = {"recovered": False, "top": 0, "events": [], "error": "too_many"}
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
        asked = {pk: positions[pk] for pk in self._with_room(positions)}

        async def read() -> tuple[dict[str, Any], dict[UUID, Known]]:
            return await resume_hot(self.tenant, asked, epoch=epoch, audience=AGENT, find=self._find)

        data = await self._join(asked, read)
        data["conversations"] |= {str(pk): TOO_MANY for pk in positions.keys() - asked.keys()}
        return data

    async def changed_since(self, moment: float, positions: dict[UUID, int]) -> list[Frame]:
        frames: list[Frame] = await self.call(rows_since, moment)
        return frames

    async def watch_conversation(self, command: Command) -> Answer:
        pk = needed(command)
        if not self._with_room([pk]):
            raise Invalid(f"A connection watches at most {MAX_WATCHED} conversations.")

        async def read() -> tuple[Known | None, dict[UUID, Known]]:
            found = await self.call(self._find, [pk])
            return found.get(pk), found

        known = await self._join([pk], read)
        if known is None:
            raise NotFound
        return {"top": known.top}

    async def unwatch_conversation(self, command: Command) -> Answer:
        await self._leave([needed(command)])
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

    def _with_room(self, conversations: Iterable[UUID]) -> list[UUID]:
        """Those of the conversations that are watched already, and as many others as there is room for."""
        watched = [pk for pk in conversations if pk in self.watched]
        others = [pk for pk in conversations if pk not in self.watched]
        return watched + others[: MAX_WATCHED - len(self.watched)]

    async def _join(
        self, conversations: Iterable[UUID], read: Callable[[], Awaitable[tuple[T, dict[UUID, Known]]]]
    ) -> T:
        """Join the conversations' topics, read, and watch those that were found; of all others the topics are left.

        Join first, then read: what is written in between comes by the topic.
        """
        before = set(self.watched)
        joined = await self._joinable(list(conversations))
        try:
            await self.link.follow(*self.topics_of(joined))
            answer, found = await read()
        except BaseException:
            await self._leave([pk for pk in joined if pk not in before])
            raise
        self._watch(found)
        await self._leave([pk for pk in joined if pk not in self.watched or pk not in found])
        return answer

    async def _leave(self, conversations: list[UUID]) -> None:
        for pk in conversations:
            self.watched.pop(pk, None)
        await self.link.unfollow(*self.topics_of(conversations))

    def _watch(self, found: dict[UUID, Known]) -> None:
        self.watched |= {pk: row.visitor_id for pk, row in found.items()}

    async def _joinable(self, conversations: list[UUID]) -> list[UUID]:
        """Those of the conversations whose topics may be joined before anything is read."""
        return conversations

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
