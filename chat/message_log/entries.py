"""What goes into the group commit and what comes out of it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from chat.authors import Author
from chat.events import LogRow
from chat.models import Conversation
from chat.reading import conversation_row


class Entry(Struct, frozen=True):
    """A message or note that is to be added to a conversation that exists."""

    id: UUID
    conversation_id: UUID
    event: str
    author: Author
    body: dict[str, Any]
    visibility: str
    client_id: UUID
    created_at: datetime


class Added(Struct, frozen=True):
    """A row of the log as the group commit wrote or found it: what a Message has, at a tenth of a model's price."""

    pk: UUID
    conversation_id: UUID
    seq: int
    event: str
    author_kind: str
    author_id: UUID | None
    author_name: str
    visibility: str
    body: dict[str, Any]
    client_id: UUID | None
    created_at: datetime


def columns_of(said: Any) -> dict[str, Any]:
    """The columns that a row of the log takes as they are from what it is made of, a Draft or an Entry."""
    return {
        "event": said.event,
        "author_kind": said.author.kind,
        "author_id": said.author.id,
        "author_name": said.author.name,
        "visibility": said.visibility,
        "client_id": said.client_id,
    }


class Written(Struct, frozen=True):
    """The row that an entry became, or, if `duplicate`, the row that its client_id had become before."""

    message: LogRow
    duplicate: bool


class NeedsVerb(Exception):
    """The entry asks for more than adding a row (reopening, taking, refusing): the verb function decides."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A conversation as a commit left it. The lists' row is made when it is told: most change again before.

    Making it may ask for nothing: it happens on an event loop, and whoever changed the conversation may go on using it.
    """

    pk: UUID
    visitor_id: UUID
    # Grows with every change of the row: all three are raised under its lock and never fall.
    version: tuple[int, int, int]
    # Whoever waits for an answer is promised one by a moment that is written; a message was left, not asked live.
    is_promised: bool
    left_message: bool
    row: Callable[[], dict[str, Any]]

    @classmethod
    def of(cls, conversation: Conversation) -> "Changed":
        """As it is at this moment, for conversations that belong to somebody else: the row is made at once."""
        version = conversation.last_seq, conversation.agent_read_seq, conversation.visitor_read_seq
        row = conversation_row(conversation)
        return cls(conversation.pk, conversation.visitor_id, version, *promised(conversation), lambda: row)


def promised(row: Any) -> tuple[bool, bool]:
    """`is_promised` and `left_message` of a conversation, or of its row."""
    return row.awaiting_reply_since is not None and row.reply_due_at is not None, row.left_message


@dataclass(frozen=True, slots=True)
class Batch:
    """What a commit did: for each entry in order its row or NeedsVerb, and the conversations that changed."""

    results: list[Written | NeedsVerb]
    conversations: dict[UUID, Changed]
