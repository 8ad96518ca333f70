"""An integrator's program with a secret key: a bot that reads and answers, or a listener."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.utils import timezone

from chat import fanout
from chat.authors import Author
from chat.changes import rows_since
from chat.conversations import close_conversation, reopen_conversation
from chat.errors import Forbidden, Unauthenticated
from chat.events import Frame
from chat.messages import MessageDraft, post_message, post_note, posted_ack
from chat.models import Conversation
from chat.participants.credentials import Credentials
from chat.participants.participant import CORRECTING, Answer, Handlers, check_active, needed
from chat.participants.watcher import WATCHING, Watcher
from chat.posting import send
from chat.protocol import Command
from tenants.context import run_in_public
from tenants.keys import MAX_KEY_CHARS, find_key, is_live, note_use
from tenants.models import ApiKey, Tenant

READ, WRITE = "messages:read", "messages:write"
ROWS, CHANGE = "conversations:read", "conversations:write"
# What a key's scopes must hold for a command; a key without scopes may do everything.
NEEDED_SCOPES = {
    "resume": READ,
    "conversation.watch": READ,
    "conversation.unwatch": READ,
    "message.create": WRITE,
    "note.create": WRITE,
    "message.edit": WRITE,
    "message.recall": WRITE,
    "typing.start": WRITE,
    "typing.stop": WRITE,
    "conversation.close": CHANGE,
    "conversation.reopen": CHANGE,
}


class AppParticipant(Watcher):
    __slots__ = ("key",)

    kind = "app"
    handlers: ClassVar[Handlers] = {
        **WATCHING,
        **CORRECTING,
        "conversation.close": "close_conversation",
        "conversation.reopen": "reopen_conversation",
        "message.create": "create_message",
        "note.create": "create_note",
    }

    def __init__(self, tenant: Tenant, key: ApiKey) -> None:
        super().__init__(tenant, Author("bot", key.pk, key.name))
        self.key = key

    @classmethod
    async def identify(cls, tenant: Tenant | None, credentials: Credentials) -> Self:
        """The key says which brand; at a brand's address it has to be that one's."""
        key = await run_in_public(_find, credentials.token)
        if key is None or not key.tenant.is_active or (tenant is not None and key.tenant_id != tenant.pk):
            raise Unauthenticated("The key is not valid here.")
        return cls(key.tenant, key)

    def check(self) -> None:
        check_active(self.tenant)
        if not is_live(self.key):
            raise Unauthenticated

    def topics(self) -> list[str]:
        rows = [fanout.desk_topic(self.tenant)] if self._may(ROWS) else []
        return [fanout.key_topic(self.tenant, self.me), *rows]

    # ---- commands ----

    async def answer(self, command: Command) -> Frame | None:
        scope = NEEDED_SCOPES.get(command.type)
        if scope is not None and not self._may(scope):
            raise Forbidden(f"This key lacks the scope {scope}.")
        return await super().answer(command)

    async def catch_up(self, positions: dict[UUID, int], epoch: str) -> dict[str, Any]:
        if not self._may(READ):
            raise Forbidden(f"This key lacks the scope {READ}.")
        return await super().catch_up(positions, epoch)

    async def changed_since(self, moment: float, positions: dict[UUID, int]) -> list[Frame]:
        frames: list[Frame] = await self.call(rows_since, moment) if self._may(ROWS) else []
        return frames

    async def close_conversation(self, command: Command) -> Answer:
        reason = Conversation.CloseReason.API
        conversation = await self.call(
            close_conversation, needed(command), by=self.author, reason=reason, now=timezone.now()
        )
        return {"top": conversation.last_seq}

    async def reopen_conversation(self, command: Command) -> Answer:
        conversation = await self.call(reopen_conversation, needed(command), by=self.author, now=timezone.now())
        return {"top": conversation.last_seq}

    async def create_message(self, command: Command) -> Answer:
        data = command.data
        return await self._post(command, MessageDraft(data.client_id, data.kind, data.text, data.file_ids), "public")

    async def create_note(self, command: Command) -> Answer:
        return await self._post(command, MessageDraft(command.data.client_id, "text", command.data.text), "note")

    # ---- inside ----

    async def _post(self, command: Command, draft: MessageDraft, visibility: str) -> Answer:
        conversation, now = needed(command), timezone.now()
        verb = post_message if visibility == "public" else post_note
        posted = await send(
            self.tenant,
            conversation,
            author=self.author,
            draft=draft,
            visibility=visibility,
            now=now,
            otherwise=lambda: self.call(verb, conversation, author=self.author, draft=draft, now=now),
        )
        return posted_ack(posted)

    def _may(self, scope: str) -> bool:
        return not self.key.scopes or scope in self.key.scopes


def _find(text: str) -> ApiKey | None:
    if len(text) > MAX_KEY_CHARS or not text.isascii():
        return None
    key = find_key(text, kind=ApiKey.Kind.SECRET)
    if key is not None:
        note_use(key, timezone.now())
    return key
