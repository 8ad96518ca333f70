"""What goes into the group commit and what comes out of it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chat.authors import Author
from chat.models import Conversation, Message


@dataclass(frozen=True, slots=True)
class Entry:
    """A message or note that is to be added to a conversation that exists."""

    id: UUID
    conversation_id: UUID
    event: str
    author: Author
    body: dict[str, Any]
    visibility: str
    client_id: UUID
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """The row that an entry became, or, if `duplicate`, the row that its client_id had become before."""

    message: Message
    duplicate: bool


class NeedsVerb(Exception):
    """The entry asks for more than adding a row (reopening, taking, refusing): the verb function decides."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A conversation as a commit left it. Its row is built when somebody shows it: most change again before."""

    pk: UUID
    visitor_id: UUID
    # Grows with every change of the row: all three are raised under its lock and never fall.
    version: tuple[int, int, int]
    build: Callable[[], Conversation]

    @classmethod
    def of(cls, row: Conversation) -> "Changed":
        return cls(row.pk, row.visitor_id, (row.last_seq, row.agent_read_seq, row.visitor_read_seq), lambda: row)


@dataclass(frozen=True, slots=True)
class Batch:
    """What a commit did: for each entry in order its row or NeedsVerb, and the conversations that changed."""

    results: list[Written | NeedsVerb]
    conversations: dict[UUID, Changed]
