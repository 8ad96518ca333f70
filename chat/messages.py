"""Posting: messages and notes. Every writer comes through here, whichever door it used."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from prometheus_client import Counter

from chat.authors import Author
from chat.conversations import open_conversation, reopen_locked
from chat.errors import Conflict, ConversationClosed, Invalid, NotFound
from chat.events import LogRow, milliseconds
from chat.fanout import announce_entry
from chat.files import claim_files, file_view
from chat.marks import wake_locked
from chat.message_log import Draft, append, find_by_client_id, lock_conversation
from chat.models import Conversation, Message, Visitor, Widget
from chat.protocol import MAX_FILES, MAX_MENTIONS, MAX_TEXT_CHARS
from chat.rendering import render
from chat.signals import agents_mentioned
from chat.text import clean_text

duplicates = Counter("kefu_log_duplicates", "Messages recognised as sent before.")


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """What somebody wants to say. `client_id` is theirs and makes sending it again harmless."""

    client_id: UUID
    kind: str = "text"
    text: str = ""
    file_ids: Sequence[UUID] = ()
    # In a note: the agents that it calls by @.
    mentions: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    message: LogRow
    duplicate: bool


def posted_ack(posted: Posted) -> dict[str, Any]:
    """The data of the ack that answers a message or note."""
    message = posted.message
    return {
        "client_id": str(message.client_id),
        "id": str(message.pk),
        "conversation": str(message.conversation_id),
        "seq": message.seq,
        "ts": milliseconds(message.created_at),
        "duplicate": posted.duplicate,
    }


def post_message(conversation_id: UUID, *, author: Author, draft: MessageDraft, now: datetime) -> Posted:
    """Add a public message to an open conversation. The caller has checked that `author` may write there.

    Locks the conversation. Announces after commit. Raises Invalid, Conflict, ConversationClosed, NotFound.
    """
    return once(author, draft, lambda: post_to(conversation_id, author, draft, now, Message.Visibility.PUBLIC))


def post_note(conversation_id: UUID, *, author: Author, draft: MessageDraft, now: datetime) -> Posted:
    """Add a note that only agents see; also to a closed conversation."""
    return once(author, draft, lambda: post_to(conversation_id, author, draft, now, Message.Visibility.NOTE))


def post_visitor_message(
    visitor: Visitor, *, conversation_id: UUID | None, widget: Widget | None, draft: MessageDraft, now: datetime
) -> Posted:
    """Add a visitor's message to the conversation it names, or to the visitor's open one.

    A closed conversation is reopened within the brand's limit, otherwise a new one is opened: a visitor who writes is
    never turned away. Raises NotFound for a conversation that is not this visitor's.
    """
    author = Author.of_visitor(visitor)

    def post() -> Posted:
        target = target_of_visitor(visitor, conversation_id, widget, now)
        return post_to(target, author, draft, now, Message.Visibility.PUBLIC)

    return once(author, draft, post)


def target_of_visitor(visitor: Visitor, conversation_id: UUID | None, widget: Widget | None, now: datetime) -> UUID:
    """The conversation that a visitor's message goes to, locked and open.

    What is open when it is found may be closed by the time it is locked, by an agent or a sweep: then look once more.
    A conversation that is opened here is nobody else's before this transaction ends.
    """
    while True:
        conversation = lock_conversation(conversation_id or open_conversation(visitor, widget=widget, now=now).pk)
        if conversation.visitor_id != visitor.pk:
            raise NotFound
        if conversation.is_open or reopen_locked(conversation, by=Author.of_visitor(visitor), now=now):
            return conversation.pk
        conversation_id = None


def once(author: Author, draft: MessageDraft, post: Callable[[], Posted]) -> Posted:
    """Do `post` in a transaction unless the same author already sent this client_id: then answer as the first time."""
    check_draft(draft)
    if earlier := find_by_client_id(author, draft.client_id):
        return same_or_conflict(earlier, draft)
    try:
        with transaction.atomic():
            return post()
    except IntegrityError:
        # The same message came in twice at the same moment, through two doors: the other one won.
        earlier = find_by_client_id(author, draft.client_id)
        if earlier is None:
            raise
        return same_or_conflict(earlier, draft)


def post_to(conversation_id: UUID, author: Author, draft: MessageDraft, now: datetime, visibility: str) -> Posted:
    """Add the draft to this conversation: inside `once`."""
    conversation = lock_conversation(conversation_id)
    if earlier := find_by_client_id(author, draft.client_id):
        return same_or_conflict(earlier, draft)
    if visibility == Message.Visibility.PUBLIC:
        check_open(conversation)
    if author.kind == Message.AuthorKind.VISITOR:
        wake_locked(conversation, by=author, reason="visitor", now=now)
    body = _body(conversation, author, draft)
    if visibility == Message.Visibility.NOTE:
        return Posted(_add_note(conversation, author, body, draft, now), duplicate=False)
    entry = append(conversation, Draft("message.created", author, body, visibility, draft.client_id), now)
    announce_entry(conversation, entry)
    return Posted(entry, duplicate=False)


def add_note_locked(conversation: Conversation, *, author: Author, draft: MessageDraft, now: datetime) -> Message:
    """Add a note to a conversation that this transaction has locked: for verbs that do something and say why."""
    check_draft(draft)
    return _add_note(conversation, author, _body(conversation, author, draft), draft, now)


def _add_note(
    conversation: Conversation, author: Author, body: dict[str, Any], draft: MessageDraft, now: datetime
) -> Message:
    if draft.mentions:
        body = {**body, "mentions": [str(pk) for pk in dict.fromkeys(draft.mentions)]}
    entry = append(conversation, Draft("note.created", author, body, Message.Visibility.NOTE, draft.client_id), now)
    announce_entry(conversation, entry)
    if draft.mentions:
        agents_mentioned.send(Message, conversation=conversation, note=entry)
    return entry


def check_open(conversation: Conversation) -> None:
    if not conversation.is_open:
        raise ConversationClosed


def _body(conversation: Conversation, author: Author, draft: MessageDraft) -> dict[str, Any]:
    text = clean_text(draft.text)
    files = claim_files(draft.file_ids, author=author, conversation=conversation)
    return {
        "kind": "file" if files else "text",
        "text": text,
        "html": render(text) if text else "",
        "files": [file_view(file) for file in files],
    }


def check_draft(draft: MessageDraft) -> None:
    """Raises Invalid: too long, too much beside the text, or nothing at all."""
    if len(draft.text) > MAX_TEXT_CHARS:
        raise Invalid(f"A message has at most {MAX_TEXT_CHARS} characters.")
    if len(draft.mentions) > MAX_MENTIONS:
        raise Invalid(f"A note names at most {MAX_MENTIONS} agents.")
    if len(draft.file_ids) > MAX_FILES:
        raise Invalid(f"A message carries at most {MAX_FILES} files.")
    if not clean_text(draft.text) and not draft.file_ids:
        raise Invalid("A message needs a text or a file.")


def same_or_conflict(earlier: LogRow, draft: MessageDraft) -> Posted:
    """Answer a repeated client_id as before; another content under the same key than was first sent is a conflict."""
    text, files = clean_text(draft.text), [str(pk) for pk in draft.file_ids]
    if sent := earlier.body.get("sent"):
        is_same = constant_time_compare(sent, _fingerprint(text, files))
    else:
        is_same = (earlier.body.get("text", ""), _file_ids(earlier)) == (text, files)
    if not is_same:
        raise Conflict
    duplicates.inc()
    return Posted(earlier, duplicate=True)


def keep_fingerprint(message: Message) -> None:
    """Remember what was first sent under the message's client_id, before a correction writes over it."""
    sent = message.body.get("sent") or _fingerprint(message.body.get("text", ""), _file_ids(message))
    message.body = {**message.body, "sent": sent}


def _fingerprint(text: str, file_ids: Sequence[str]) -> str:
    """Keyed, so that what was taken back cannot be guessed from the row."""
    return salted_hmac("chat.messages.sent", "\0".join([text, *file_ids]), algorithm="sha256").hexdigest()


def _file_ids(message: LogRow) -> list[str]:
    return [file["id"] for file in message.body.get("files", [])]
