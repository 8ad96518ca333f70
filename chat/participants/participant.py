"""What all who speak the protocol share: the dispatch table, resuming, pings, the topics they follow."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from copy import copy
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self
from uuid import UUID

from django.utils import timezone

from chat.authors import Author
from chat.corrections import ack_of, edit_message, recall_message
from chat.errors import Forbidden, Invalid, UnknownType
from chat.events import Frame
from chat.messages import MessageDraft, Posted
from chat.models import Message
from chat.participants.credentials import Credentials
from chat.posting import send
from chat.protocol import HEARTBEAT_SECONDS, Command, CreateMessage, CreateNote
from chat.tops import tops_of
from tenants.context import run_in_tenant
from tenants.hosts import read_epoch
from tenants.models import Tenant

# Command types to the names of methods. An answer is the data of an ack, or the frame's type and data; None: no answer.
Handlers = dict[str, str]
# Everybody may correct what they wrote themselves; the verbs know whose it is and for how long.
CORRECTING: Handlers = {"message.edit": "edit_message", "message.recall": "recall_message"}
Answer = dict[str, Any] | tuple[str, dict[str, Any]] | None
# A verb inside the brand: the conversation that the command names, the draft, the time.
Post = Callable[[Any, MessageDraft, datetime], Posted]


class Link(Protocol):
    """What a participant asks of the connection that it speaks over."""

    async def follow(self, *topics: str) -> None: ...

    async def unfollow(self, *topics: str) -> None: ...

    def put(self, frame: Frame) -> None: ...


class _NoLink:
    """A question without a connection (long poll, poll): the next one names what it follows."""

    async def follow(self, *topics: str) -> None:
        pass

    async def unfollow(self, *topics: str) -> None:
        pass

    def put(self, frame: Frame) -> None:
        pass


NO_LINK = _NoLink()


class Participant(ABC):
    """One who speaks, for the length of a connection or of a question. Subclasses say what it may do (`handlers`)."""

    __slots__ = ("author", "link", "tenant")

    kind: ClassVar[str]
    audience: ClassVar[str]
    handlers: ClassVar[Handlers] = {}

    def __init__(self, tenant: Tenant, author: Author) -> None:
        self.tenant, self.author = tenant, author
        self.link: Link = NO_LINK

    @classmethod
    @abstractmethod
    async def identify(cls, tenant: Tenant | None, credentials: Credentials) -> Self:
        """Return who this is; `tenant` None: an address of the installation.

        Raises Unauthenticated, Forbidden, or NotFound where the brand does not exist for whoever asks.
        """

    @property
    def me(self) -> UUID:
        assert self.author.id is not None
        return self.author.id

    def hello(self) -> dict[str, Any]:
        """`me` of the hello frame."""
        return {"kind": self.kind, "id": str(self.me), "name": self.author.name}

    @abstractmethod
    def topics(self) -> list[str]:
        """Topics that it follows from its start."""

    @abstractmethod
    def topics_of(self, conversations: Iterable[UUID]) -> list[str]:
        """Topics that carry these conversations' events besides `topics`."""

    @abstractmethod
    def following(self) -> Iterable[UUID]:
        """The conversations whose tops this client is told."""

    def sift(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Return a pushed message as this participant may see it, None for nothing. Called for each: no I/O."""
        return message

    async def enter(self) -> None:
        """Once its topics are joined: check anew that it may be here, and tell others that it is.

        Access that ended after `identify` and before the topics were joined was told to nobody. Raises as that does.
        """
        await self.call(self._enter)

    async def recheck(self) -> None:
        """`enter` without telling anybody: for a question that is about to wait."""
        await self.call(self.check)

    @abstractmethod
    def check(self) -> None:
        """Raise Unauthenticated, Forbidden or NotFound unless it may still be here: read anew, inside the brand."""

    def _enter(self) -> None:
        self.check()

    @classmethod
    @abstractmethod
    def ended_among(cls, participants: Collection[Self]) -> "dict[Self, int]":
        """Return those who may not be here any more, or not as they were let in, with the code to close with.

        Read anew for all of them in a query or two, inside the brand, which is in service.
        """

    # ---- commands ----

    async def answer(self, command: Command) -> Frame | None:
        """Do what the command says and return the frame that answers it. Raises Refusal."""
        name = self.handlers.get(command.type)
        if name is None:
            raise UnknownType
        answer: Answer = await getattr(self, name)(command)
        if answer is None:
            return None
        answer_type, data = answer if isinstance(answer, tuple) else ("ack", answer)
        return {"type": answer_type, "reply_to": command.id, "data": data}

    async def resume(self, command: Command) -> Answer:
        return "resumed", await self.catch_up(command.data.conversations, command.data.epoch)

    @abstractmethod
    async def catch_up(self, positions: dict[UUID, int], epoch: str) -> dict[str, Any]:
        """Follow these conversations and return the data of a `resumed` frame: what was missed of them."""

    @abstractmethod
    async def changed_since(self, moment: float, positions: dict[UUID, int]) -> list[Frame]:
        """What a client without a connection cannot know by its positions: told of since `moment` (Unix seconds)."""

    async def edit_message(self, command: Command) -> Answer:
        data, now = command.data, timezone.now()
        return ack_of(
            await self.call(edit_message, needed(command), data.message, author=self.author, text=data.text, now=now)
        )

    async def recall_message(self, command: Command) -> Answer:
        message, now = command.data.message, timezone.now()
        return ack_of(await self.call(recall_message, needed(command), message, author=self.author, now=now))

    async def ping(self, command: Command) -> Answer:
        return "pong", await self.pong()

    async def pong(self) -> dict[str, Any]:
        return {"tops": await tops_of(self.tenant, set(self.following())), "heartbeat": HEARTBEAT_SECONDS}

    # ---- for subclasses ----

    async def post(self, command: Command, conversation: UUID | None, verb: Post) -> Posted:
        """Post the message or note that the command holds: by the group commit, where that is not enough by `verb`."""
        draft, now = draft_of(command.data), timezone.now()
        is_note = isinstance(command.data, CreateNote)
        return await send(
            self.tenant,
            conversation,
            author=self.author,
            draft=draft,
            visibility=Message.Visibility.NOTE if is_note else Message.Visibility.PUBLIC,
            now=now,
            otherwise=lambda: self.call(verb, conversation, draft, now),
        )

    async def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a verb inside the brand: the one hop of a frame."""
        return await run_in_tenant(self.tenant, function, *args, **kwargs)


def draft_of(data: CreateMessage | CreateNote) -> MessageDraft:
    if isinstance(data, CreateNote):
        return MessageDraft(data.client_id, "text", data.text, mentions=data.mentions)
    return MessageDraft(data.client_id, data.kind, data.text, data.file_ids)


def check_brand(tenant: Tenant) -> Tenant:
    """Return the brand with the epoch that it has now. Raises Forbidden when it was suspended or deleted meanwhile.

    Hosts are remembered for some seconds, and clients come back at once when a backup was put back. A copy, since the
    object is shared with those who came before: by the epoch that it has they are found (chat/rechecking.py).
    """
    epoch = read_epoch(tenant.pk)
    if epoch is None:
        raise Forbidden("The brand is suspended.")
    if epoch == tenant.epoch:
        return tenant
    fresh = copy(tenant)
    fresh.epoch = epoch
    return fresh


def needed(command: Command) -> UUID:
    """The conversation that the command names; Invalid when it names none."""
    if command.conversation is None:
        raise Invalid("Name the conversation.")
    return command.conversation
