"""What visitors think of a conversation."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from chat.authors import Author
from chat.conversations import record
from chat.errors import Invalid, NotFound, Refusal
from chat.message_log import lock_conversation
from chat.models import Conversation, Rating, Visitor
from chat.text import clean_text

RATED_FOR = timedelta(days=7)
MAX_COMMENT = 1000


class NotAnsweredYet(Refusal):
    code: ClassVar[str] = "not_answered_yet"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Nobody has answered yet: there is nothing to rate."


class TooLateToRate(Refusal):
    code: ClassVar[str] = "too_late"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The conversation ended more than seven days ago."


class ConversationArchived(Refusal):
    code: ClassVar[str] = "conversation_archived"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The conversation is archived: it can be read, not changed."


def rate_conversation(
    conversation_id: UUID, *, visitor: Visitor, score: int, comment: str = "", now: datetime
) -> Conversation:
    """Keep what the visitor thinks of its own conversation; rating it again writes over it. Announces after commit.

    Locks the conversation. Raises NotFound for another's, NotAnsweredYet, TooLateToRate, ConversationArchived, Invalid.
    """
    comment = clean_text(comment)
    if not 1 <= score <= 5 or len(comment) > MAX_COMMENT:
        raise Invalid(f"A score is 1 to 5, a comment has at most {MAX_COMMENT} characters.")
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        if conversation.visitor_id != visitor.pk:
            raise NotFound
        _check_ratable(conversation, now)
        conversation.rating = score
        conversation.save(update_fields=["rating"])
        Rating.objects.update_or_create(
            conversation=conversation,
            defaults={
                "score": score,
                "comment": comment,
                "agent_id": conversation.assignee_id,
                "agent_name": conversation.assignee_name,
                "queue_id": conversation.queue_id,
                "created_at": now,
            },
        )
        body = {"score": score, "comment": comment}
        record(conversation, "conversation.rated", Author.of_visitor(visitor), body, now)
        return conversation


def _check_ratable(conversation: Conversation, now: datetime) -> None:
    if conversation.archived_at is not None:
        raise ConversationArchived
    if conversation.status == Conversation.Status.WAITING:
        raise NotAnsweredYet
    if conversation.closed_at is not None and now - conversation.closed_at > RATED_FOR:
        raise TooLateToRate
