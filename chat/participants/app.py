"""An integrator's program with a secret key: a bot that reads and answers, or a listener."""

from collections.abc import Collection
from typing import Any, ClassVar, Self
from uuid import UUID

from django.utils import timezone

from chat import fanout
from chat.conversations import close_conversation, reopen_conversation
from chat.errors import Unauthenticated
from chat.events import Frame
from chat.key_auth import KeyAuth
from chat.models import Conversation
from chat.participants.credentials import Credentials
from chat.participants.participant import CORRECTING, Answer, Handlers, check_brand, needed
from chat.participants.watcher import WATCHING, Watcher
from chat.protocol import CLOSE_AUTHENTICATION, Command
from tenants.context import run_in_public
from tenants.keys import find_key, is_live, live_among, note_use
from tenants.models import ApiKey, Tenant

READ, WRITE = "messages:read", "messages:write"
ROWS, CHANGE = "conversations:read", "conversations:write"
# What a key's scopes must hold for a command; a key without scopes may do everything.
NEEDED_SCOPES = {
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
    __slots__ = ("auth",)

    kind = "app"
    handlers: ClassVar[Handlers] = {
        **WATCHING,
        **CORRECTING,
        "conversation.close": "close_conversation",
        "conversation.reopen": "reopen_conversation",
    }

    def __init__(self, tenant: Tenant, key: ApiKey) -> None:
        self.auth = KeyAuth(key)
        super().__init__(tenant, self.auth.author)

    @classmethod
    async def identify(cls, tenant: Tenant | None, credentials: Credentials) -> Self:
        """The key says which brand; at a brand's address it has to be that one's."""
        key = await run_in_public(_find, credentials.token, tenant)
        return cls(key.tenant, key)

    def check(self) -> None:
        self.tenant = check_brand(self.tenant)
        if not is_live(self.auth.key):
            raise Unauthenticated

    @classmethod
    def ended_among(cls, participants: Collection[Self]) -> dict[Self, int]:
        live = live_among({who.me for who in participants})
        return {who: CLOSE_AUTHENTICATION for who in participants if who.me not in live}

    def topics(self) -> list[str]:
        rows = [fanout.desk_topic(self.tenant)] if self.auth.may(ROWS) else []
        return [fanout.key_topic(self.tenant, self.me), *rows]

    # ---- commands ----

    async def answer(self, command: Command) -> Frame | None:
        scope = NEEDED_SCOPES.get(command.type)
        if scope is not None:
            self.auth.require(scope)
        return await super().answer(command)

    async def catch_up(self, positions: dict[UUID, int], epoch: str) -> dict[str, Any]:
        self.auth.require(READ)
        return await super().catch_up(positions, epoch)

    async def changed_since(self, moment: float, positions: dict[UUID, int]) -> list[Frame]:
        return await super().changed_since(moment, positions) if self.auth.may(ROWS) else []

    async def close_conversation(self, command: Command) -> Answer:
        reason = Conversation.CloseReason.API
        conversation = await self.call(
            close_conversation, needed(command), by=self.author, reason=reason, now=timezone.now()
        )
        return {"top": conversation.last_seq}

    async def reopen_conversation(self, command: Command) -> Answer:
        conversation = await self.call(reopen_conversation, needed(command), by=self.author, now=timezone.now())
        return {"top": conversation.last_seq}


def _find(text: str, tenant: Tenant | None) -> ApiKey:
    key = find_key(text, kind=ApiKey.Kind.SECRET)
    if key is None or not key.tenant.is_active or (tenant is not None and key.tenant_id != tenant.pk):
        raise Unauthenticated("The key is not valid here.")
    note_use(key, timezone.now())
    return key
