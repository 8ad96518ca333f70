"""The visitor's socket, `/ws/v1/visitor`: thin shell over the verbs (docs/realtime.md)."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone

from chat import fanout
from chat.access import get_visitor_conversation
from chat.authors import Author
from chat.consumers.base import SUBPROTOCOL, FrameConsumer, Handlers
from chat.conversations import close_conversation, find_open, mark_read, open_conversation
from chat.errors import Invalid, NotFound, Unauthenticated
from chat.events import VISITOR, hint_frame, milliseconds
from chat.messages import MessageDraft, Posted, post_visitor_message
from chat.models import Conversation
from chat.origins import origin_allowed
from chat.pages import snapshot, visitor_view
from chat.posting import send
from chat.protocol import CLOSE_AUTHENTICATION, CLOSE_FORBIDDEN, Command
from chat.resume import resume
from chat.tokens import VisitorIdentity, read_token

TOKEN_PREFIX = "kefu.token."
MAX_FOLLOWED = 200


class VisitorConsumer(FrameConsumer):
    kind = "visitor"
    identity: VisitorIdentity
    handlers: ClassVar[Handlers] = {
        "resume": "resume",
        "conversation.open": "open_conversation",
        "conversation.close": "close_conversation",
        "conversation.read": "read_conversation",
        "message.create": "create_message",
        "typing.start": "start_typing",
        "typing.stop": "stop_typing",
        "ping": "ping",
    }

    async def identify(self) -> dict[str, Any] | None:
        try:
            self.identity = await self.call(read_token, self._token())
        except Unauthenticated:
            await self.refuse_handshake(CLOSE_AUTHENTICATION)
            return None
        if not origin_allowed(self.header(b"origin"), self.header(b"host") or "", self.identity.widget):
            await self.refuse_handshake(CLOSE_FORBIDDEN)
            return None
        visitor = self.identity.visitor
        self.me = visitor.pk
        self.followed: set[UUID] = set()
        await self.accept(SUBPROTOCOL)
        return {"kind": "visitor", "id": str(visitor.pk), "name": visitor.name}

    def topics(self) -> list[str]:
        return [fanout.visitor_topic(self.tenant, self.me)]

    def following(self) -> set[UUID]:
        return self.followed

    async def connected(self) -> None:
        await self.call(self._announce_presence, True)

    async def disconnected(self) -> None:
        await self.call(self._announce_presence, False)

    # ---- commands ----

    async def resume(self, command: Command) -> tuple[str, dict[str, Any]]:
        data, found = await self.call(
            resume,
            command.data.conversations,
            epoch=command.data.epoch,
            audience=VISITOR,
            visitor=self.identity.visitor,
        )
        self._follow(*found)
        return "resumed", data

    async def open_conversation(self, command: Command) -> dict[str, Any]:
        view: dict[str, Any] = await self.call(self._open)
        self._follow(UUID(view["conversation"]["id"]))
        return view

    async def create_message(self, command: Command) -> dict[str, Any]:
        data = command.data
        draft = MessageDraft(data.client_id, data.kind, data.text, data.file_ids)
        now = timezone.now()
        posted = await send(
            self.tenant,
            command.conversation,
            author=Author.of_visitor(self.identity.visitor),
            draft=draft,
            now=now,
            otherwise=lambda: self.call(
                post_visitor_message,
                self.identity.visitor,
                conversation_id=command.conversation,
                widget=self.identity.widget,
                draft=draft,
                now=now,
            ),
        )
        self._follow(posted.message.conversation_id)
        return posted_ack(posted)

    async def close_conversation(self, command: Command) -> dict[str, Any]:
        conversation = await self.call(self._close, needed(command))
        return {"conversation": visitor_view(conversation)}

    async def read_conversation(self, command: Command) -> dict[str, Any]:
        await self.call(self._read, needed(command), command.data.seq)
        return {}

    async def start_typing(self, command: Command) -> None:
        self._hint_typing(command, "typing.started", command.data.text)

    async def stop_typing(self, command: Command) -> None:
        self._hint_typing(command, "typing.stopped", None)

    # ---- inside the brand ----

    def _open(self) -> dict[str, Any]:
        conversation = open_conversation(self.identity.visitor, widget=self.identity.widget, now=timezone.now())
        return snapshot(conversation, VISITOR)

    def _close(self, conversation_id: UUID) -> Conversation:
        get_visitor_conversation(self.identity.visitor, conversation_id)
        by = Author.of_visitor(self.identity.visitor)
        return close_conversation(conversation_id, by=by, reason=Conversation.CloseReason.VISITOR, now=timezone.now())

    def _read(self, conversation_id: UUID, seq: int) -> None:
        get_visitor_conversation(self.identity.visitor, conversation_id)
        mark_read(conversation_id, reader="visitor", seq=seq)

    def _announce_presence(self, online: bool) -> None:
        """Tell the desk only where somebody may care: the visitor has an open conversation."""
        conversation = find_open(self.identity.visitor)
        if conversation is not None:
            if online:
                self._follow(conversation.pk)
            data = {"visitor": str(self.me), "online": online}
            fanout.announce_to_desk(hint_frame("presence.changed", conversation.pk, data))

    # ---- hints ----

    def _hint_typing(self, command: Command, event: str, text: str | None) -> None:
        conversation = needed(command)
        if conversation not in self.followed:
            raise NotFound
        visitor = self.identity.visitor
        data: dict[str, Any] = {"author": {"kind": "visitor", "id": str(visitor.pk), "name": visitor.name}}
        if text is not None:
            data["text"] = text
        fanout.hint(fanout.watch_topic(self.tenant, conversation), hint_frame(event, conversation, data))

    def _follow(self, *conversations: UUID) -> None:
        if len(self.followed) < MAX_FOLLOWED:
            self.followed.update(conversations)

    def _token(self) -> str:
        for offered in self.scope["subprotocols"]:
            if offered.startswith(TOKEN_PREFIX):
                return str(offered[len(TOKEN_PREFIX) :])
        scheme, _, token = (self.header(b"authorization") or "").partition(" ")
        return token if scheme.lower() == "bearer" else ""


def needed(command: Command) -> UUID:
    """The conversation that the command names; Invalid when it names none."""
    if command.conversation is None:
        raise Invalid("Name the conversation.")
    return command.conversation


def posted_ack(posted: Posted) -> dict[str, Any]:
    message = posted.message
    return {
        "client_id": str(message.client_id),
        "id": str(message.pk),
        "conversation": str(message.conversation_id),
        "seq": message.seq,
        "ts": milliseconds(message.created_at),
        "duplicate": posted.duplicate,
    }
