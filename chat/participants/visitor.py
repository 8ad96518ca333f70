"""A visitor: speaks in its own conversations and sees what is public in them."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any, ClassVar, Self
from uuid import UUID

from django.utils import timezone

from chat import fanout
from chat.access import find_known_of_visitor, get_identity, get_visitor_conversation
from chat.authors import Author
from chat.changes import latest_of_visitor
from chat.conversations import close_conversation, find_open, mark_read, open_conversation
from chat.errors import Forbidden, NotFound, Unauthenticated
from chat.events import VISITOR, Frame, hint_frame
from chat.front_desk import waiting_view
from chat.hot.resuming import resume_hot
from chat.messages import MessageDraft, Posted, post_visitor_message, posted_ack
from chat.models import Conversation
from chat.origins import origin_allowed
from chat.participants.credentials import Credentials
from chat.participants.participant import CORRECTING, Answer, Handlers, Participant, check_brand, needed
from chat.protocol import CLOSE_AUTHENTICATION, CLOSE_RECONNECT, MAX_RESUMED, Command
from chat.ratings import rate_conversation
from chat.reading import snapshot, visitor_view
from chat.standings import told_since
from chat.tokens import VisitorIdentity, generations_of, is_current, read_token
from chat.typing_preview import shows_typing_preview
from chat.visitor_presence import visitor_came
from chat.widgets import gates_of, gates_of_all
from tenants.context import run_in_tenant
from tenants.models import Tenant


class VisitorParticipant(Participant):
    """Keeps ids and a name, not rows: there are thousands of these, and most of them are silent."""

    __slots__ = ("followed", "gates", "generation", "open_id", "widget_id")

    kind = "visitor"
    audience = VISITOR
    handlers: ClassVar[Handlers] = {
        **CORRECTING,
        "resume": "resume",
        "conversation.open": "open_conversation",
        "conversation.close": "close_conversation",
        "conversation.read": "read_conversation",
        "conversation.rate": "rate_conversation",
        "message.create": "create_message",
        "typing.start": "start_typing",
        "typing.stop": "stop_typing",
        "ping": "ping",
    }

    def __init__(self, tenant: Tenant, identity: VisitorIdentity) -> None:
        super().__init__(tenant, Author.of_visitor(identity.visitor))
        self.widget_id: UUID = identity.widget.pk
        self.gates = gates_of(identity.widget)
        self.generation: int = identity.visitor.token_generation
        self.followed: tuple[UUID, ...] = ()
        # The open conversation as far as this connection knows; perhaps closed since.
        self.open_id: UUID | None = None

    @classmethod
    async def identify(cls, tenant: Tenant | None, credentials: Credentials) -> Self:
        if tenant is None:
            raise NotFound
        identity = await run_in_tenant(tenant, read_token, credentials.token)
        if not origin_allowed(credentials.origin, credentials.host, identity.widget):
            raise Forbidden("This site may not use the widget.")
        return cls(tenant, identity)

    def topics(self) -> list[str]:
        return [fanout.visitor_topic(self.tenant, self.me)]

    def topics_of(self, conversations: Iterable[UUID]) -> list[str]:
        return []  # the visitor's own topic carries all of them

    def following(self) -> Iterable[UUID]:
        return self.followed

    # ---- commands ----

    async def catch_up(self, positions: dict[UUID, int], epoch: str) -> dict[str, Any]:
        find = partial(find_known_of_visitor, self.me)
        data, found = await resume_hot(self.tenant, positions, epoch=epoch, audience=VISITOR, find=find)
        self._follow(*found)
        return data

    async def changed_since(self, moment: float, positions: dict[UUID, int]) -> list[Frame]:
        frames: list[Frame] = await self.call(self._changed, moment, positions)
        return frames

    async def open_conversation(self, command: Command) -> Answer:
        view: dict[str, Any] = await self.call(self._open)
        self._note_open(UUID(view["conversation"]["id"]))
        return view

    async def create_message(self, command: Command) -> Answer:
        # A visitor has one open conversation: the group commit may try the one we know of, and hands back what it does
        # not find open. The verb then goes by what the command says.
        known = command.conversation or self.open_id
        posted = await self.post(command, known, lambda _, draft, now: self._post(command.conversation, draft, now))
        if posted.duplicate:  # perhaps of an older conversation
            self._follow(posted.message.conversation_id)
        else:
            self._note_open(posted.message.conversation_id)
        return posted_ack(posted)

    async def close_conversation(self, command: Command) -> Answer:
        conversation = await self.call(self._close, needed(command))
        return {"conversation": visitor_view(conversation)}

    async def read_conversation(self, command: Command) -> Answer:
        await self.call(self._read, needed(command), command.data.seq)
        return {}

    async def rate_conversation(self, command: Command) -> Answer:
        conversation = await self.call(self._rate, needed(command), command.data.score, command.data.comment)
        return {"top": conversation.last_seq}

    async def start_typing(self, command: Command) -> Answer:
        # What is not sent yet is the visitor's own: it leaves the server only where the brand has said so.
        text = command.data.text if await shows_typing_preview(self.tenant) else ""
        await self._hint_typing(command, "typing.started", {"text": text})
        return None

    async def stop_typing(self, command: Command) -> Answer:
        await self._hint_typing(command, "typing.stopped", {})
        return None

    # ---- inside the brand ----

    def check(self) -> None:
        self.tenant = check_brand(self.tenant)
        if not is_current(self.me, self.widget_id, self.generation):
            raise Unauthenticated

    @classmethod
    def ended_among(cls, participants: Collection[Self]) -> dict[Self, int]:
        generations, gates = generations_of({who.me for who in participants}), gates_of_all()
        # As by the orders (docs/tenancy.md): who comes through another gate now, or none, is refused at the door.
        moved = {who: CLOSE_RECONNECT for who in participants if gates.get(who.widget_id) != who.gates}
        return moved | {who: CLOSE_AUTHENTICATION for who in participants if generations.get(who.me) != who.generation}

    def _enter(self) -> None:
        self.check()
        conversation = find_open(self.me)
        if conversation is not None:
            self._note_open(conversation.pk)
        visitor_came(self.me)

    def _open(self) -> dict[str, Any]:
        who = get_identity(self.me, self.widget_id)
        now = timezone.now()
        conversation = open_conversation(who.visitor, widget=who.widget, now=now)
        return {**snapshot(conversation, VISITOR), "waiting": waiting_view(conversation, now)}

    def _changed(self, moment: float, positions: dict[UUID, int]) -> list[Frame]:
        return latest_of_visitor(self.me, moment, besides=set(positions)) + told_since(self.me, moment)

    def _post(self, conversation_id: UUID | None, draft: MessageDraft, now: Any) -> Posted:
        who = get_identity(self.me, self.widget_id)
        return post_visitor_message(
            who.visitor, conversation_id=conversation_id, widget=who.widget, draft=draft, now=now
        )

    def _close(self, conversation_id: UUID) -> Conversation:
        get_visitor_conversation(self.me, conversation_id)
        reason = Conversation.CloseReason.VISITOR
        return close_conversation(conversation_id, by=self.author, reason=reason, now=timezone.now())

    def _read(self, conversation_id: UUID, seq: int) -> None:
        get_visitor_conversation(self.me, conversation_id)
        mark_read(conversation_id, reader="visitor", seq=seq, now=timezone.now())

    def _rate(self, conversation_id: UUID, score: int, comment: str) -> Conversation:
        visitor = get_visitor_conversation(self.me, conversation_id).visitor
        return rate_conversation(conversation_id, visitor=visitor, score=score, comment=comment, now=timezone.now())

    # ---- hints ----

    async def _hint_typing(self, command: Command, event: str, data: dict[str, Any]) -> None:
        conversation = needed(command)
        if conversation not in self.followed:
            await self.call(get_visitor_conversation, self.me, conversation)
            self._follow(conversation)
        author = {"kind": "visitor", "id": str(self.me), "name": self.author.name}
        frame = hint_frame(event, conversation, {"author": author, **data})
        fanout.hint(fanout.watch_topic(self.tenant, conversation), frame)

    def _note_open(self, conversation: UUID) -> None:
        self.open_id = conversation
        self._follow(conversation)

    def _follow(self, *conversations: UUID) -> None:
        # A tuple: most visitors have one conversation, and a set costs 200 bytes for each of thousands.
        fresh = [pk for pk in conversations if pk not in self.followed]
        if fresh and len(self.followed) < MAX_RESUMED:
            self.followed = (*self.followed, *fresh)
