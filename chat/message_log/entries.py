"""What goes into the group commit and what comes out of it. Pure."""

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
class Batch:
    """What a commit did: for each entry in order its row or NeedsVerb, and the conversations that changed."""

    results: list[Written | NeedsVerb]
    conversations: dict[UUID, Conversation]
