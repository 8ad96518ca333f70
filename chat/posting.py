"""How a socket's messages are posted: through the group commit where only a row is added, by the verb otherwise.

The group commit adds rows to conversations that exist and are open. Opening, reopening, taking, files and mentions are
the verbs' (chat/messages.py): whatever the group commit does not do, it hands back untouched.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from chat.authors import Author
from chat.fanout import publish_entry
from chat.message_log.entries import Batch, Entry, NeedsVerb, Written
from chat.message_log.writer import writer
from chat.messages import MessageDraft, Posted, check_draft, same_or_conflict
from chat.models import Message
from chat.rendering import render
from chat.text import clean_text
from tenants.ids import new_id
from tenants.models import Tenant

Verb = Callable[[], Awaitable[Posted]]


async def send(
    tenant: Tenant,
    conversation_id: UUID | None,
    *,
    author: Author,
    draft: MessageDraft,
    visibility: str = Message.Visibility.PUBLIC,
    now: datetime,
    otherwise: Verb,
) -> Posted:
    """Post by the group commit if that is all it takes, else by `otherwise`; returns after COMMIT, raises as verbs do.

    The group commit itself checks that a visitor owns the conversation and that it is open.
    """
    check_draft(draft)
    if conversation_id is None or draft.file_ids or draft.mentions:
        return await otherwise()

    def tell(written: Written, batch: Batch) -> None:
        publish_entry(tenant, batch.conversations[conversation_id], written.message)

    entry = make_entry(conversation_id, author, draft, visibility, now)
    # Told by the writer: whoever sends may be cut off while the message is written.
    result, _ = await writer().write(tenant, entry, tell)
    if isinstance(result, NeedsVerb):
        return await otherwise()
    if result.duplicate:
        return same_or_conflict(result.message, draft)
    return Posted(result.message, duplicate=False)


def make_entry(conversation_id: UUID, author: Author, draft: MessageDraft, visibility: str, now: datetime) -> Entry:
    """The row of a draft that is text alone: files and mentions are not looked at."""
    text = clean_text(draft.text)
    return Entry(
        id=new_id(),
        conversation_id=conversation_id,
        event="message.created" if visibility == Message.Visibility.PUBLIC else "note.created",
        author=author,
        body={"kind": "text", "text": text, "html": render(text), "files": []},
        visibility=visibility,
        client_id=draft.client_id,
        created_at=now,
    )
