"""Two visitors turn out to be one person: everything of the one goes to the other (docs/profile.md).

Locks: the conversations of both in the order of their ids, then both visitors in the order of theirs, as whoever posts
does (conversation first). Whoever opens a conversation locks its visitor before, so nobody opens one for these two
meanwhile, and who waited to do so finds `merged_into` set. (The foreign key would not wait: it is checked at COMMIT.)
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from chat.attributes import MAX_ATTRIBUTES
from chat.authors import Author
from chat.conversations import author_body, close_locked, visitor_body
from chat.errors import Conflict, Invalid, NotFound
from chat.fanout import announce_entry, announce_row, announce_visitor
from chat.message_log import Draft, append, lock_conversations_of
from chat.models import Conversation, File, Message, PageView, Visitor, VisitorNote
from chat.page_trail import trim_trail
from chat.tokens import end_tokens

MERGED = "conversation.merged"
# Rows of closed conversations that lists are told of; older ones show the new visitor when they are loaded.
MAX_ROWS_TOLD = 50
MAX_TRIES = 5


class CannotMerge(Conflict):
    """`reason` is for the console, which says it in its own words: busy, merged, both_identified, other_way."""

    title = "These two visitors cannot be merged."

    def __init__(self, detail: str, reason: str) -> None:
        super().__init__(detail)
        self.reason = reason


class _OpenedMeanwhile(Exception):
    """A conversation appeared between the two locks: begin anew."""


def merge_visitors(source_id: UUID, target_id: UUID, *, by: Author, now: datetime) -> Visitor:
    """Give all that belongs to the source to the target and return the target. Doing it again changes nothing.

    A visitor has one open conversation: where both have one, the source's is closed and the target's goes on. The
    source's tokens and connections end; they never follow, because whoever holds them was not shown to be the target.
    Raises NotFound, Invalid, CannotMerge.
    """
    if source_id == target_id:
        raise Invalid("A visitor cannot be merged into itself.")
    for _ in range(MAX_TRIES):
        try:
            with transaction.atomic():
                return _merge(source_id, target_id, by, now)
        except _OpenedMeanwhile:
            continue
    raise CannotMerge("Conversations of these visitors are being opened: try again.", "busy")


def check_mergeable(source: Visitor, target: Visitor) -> None:
    """Refuse what would let somebody in who was not shown to be that person, or make a chain."""
    if target.merged_into_id is not None:
        raise CannotMerge("The visitor that should stay was itself merged into another.", "merged")
    if source.merged_into_id is not None:
        raise CannotMerge("This visitor was already merged into another.", "merged")
    if source.is_identified and target.is_identified:
        raise CannotMerge("Your site vouches for both as two different people.", "both_identified")
    if source.is_identified:
        raise CannotMerge("The identified visitor has to stay: merge the other way round.", "other_way")


def _merge(source_id: UUID, target_id: UUID, by: Author, now: datetime) -> Visitor:
    locked = lock_conversations_of((source_id, target_id))
    visitors = Visitor.objects.select_for_update(no_key=True).filter(pk__in=(source_id, target_id)).order_by("pk")
    found = {visitor.pk: visitor for visitor in visitors}
    if len(found) != 2:
        raise NotFound
    source, target = found[source_id], found[target_id]
    if source.merged_into_id == target.pk:
        return target
    check_mergeable(source, target)
    _check_all_locked(locked, source, target)
    _move_conversations(locked, source, target, by, now)
    _move_belongings(source, target)
    _fill_in(target, source)
    _retire(source, target)
    return target


def _check_all_locked(locked: Sequence[Conversation], source: Visitor, target: Visitor) -> None:
    there = Conversation.objects.filter(visitor__in=(source, target)).values_list("pk", flat=True)
    if set(there) != {conversation.pk for conversation in locked}:
        raise _OpenedMeanwhile


def _move_conversations(
    locked: Sequence[Conversation], source: Visitor, target: Visitor, by: Author, now: datetime
) -> None:
    theirs = [conversation for conversation in locked if conversation.visitor_id == source.pk]
    kept = next((one for one in locked if one.visitor_id == target.pk and one.is_open), None)
    moved = next((one for one in theirs if one.is_open), None)
    if kept is not None and moved is not None:
        close_locked(moved, by=by, reason=Conversation.CloseReason.MERGED, now=now)
    Conversation.objects.filter(pk__in=[one.pk for one in theirs]).update(visitor=target, touched_at=now)
    for one in theirs:
        one.visitor = target
    body = {"from": visitor_body(source), "into": visitor_body(target), "by": author_body(by)}
    for one in {conversation.pk: conversation for conversation in (moved, kept) if conversation}.values():
        _record(one, by, body, now)
    for one in sorted(theirs, key=lambda one: one.active_at, reverse=True)[:MAX_ROWS_TOLD]:
        announce_row(one)


def _record(conversation: Conversation, by: Author, body: dict[str, Any], now: datetime) -> None:
    """A row of the log that visitors count and do not see: clients learn by `seq` whose conversation it is now."""
    entry = append(conversation, Draft(MERGED, by, body, Message.Visibility.NOTE), now)
    announce_entry(conversation, entry)


def _move_belongings(source: Visitor, target: Visitor) -> None:
    PageView.objects.filter(visitor=source).update(visitor=target)
    trim_trail(target)
    VisitorNote.objects.filter(visitor=source).update(visitor=target)
    # What was uploaded and not sent yet; files of messages belong to the conversation.
    File.objects.filter(uploader_kind="visitor", uploader_id=source.pk).update(uploader_id=target.pk)
    Visitor.objects.filter(merged_into=source).update(merged_into=target)


def _fill_in(target: Visitor, source: Visitor) -> None:
    """What the target does not know it learns from the source; where both know something the target's stays."""
    for name in ("name", "email", "phone", "locale", "last_agent_id", "blocked_at", "blocked_by"):
        setattr(target, name, getattr(target, name) or getattr(source, name))
    # At most so many: what the target had comes first.
    together = target.attributes | {k: v for k, v in source.attributes.items() if k not in target.attributes}
    target.attributes = dict(list(together.items())[:MAX_ATTRIBUTES])
    target.created_at = min(target.created_at, source.created_at)
    if source.last_seen_at and (target.last_seen_at is None or source.last_seen_at > target.last_seen_at):
        for name in ("last_seen_at", "page_url", "page_title", "referrer", "user_agent"):
            setattr(target, name, getattr(source, name))
    target.save()


def _retire(source: Visitor, target: Visitor) -> None:
    source.merged_into = target
    end_tokens(source)
    source.save(update_fields=["merged_into", "token_generation"])
    announce_visitor(source.pk, merged_into=target.pk)
    announce_visitor(target.pk)
