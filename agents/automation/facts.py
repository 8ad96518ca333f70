"""What conditions look at, read for one row of a conversation's log."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from agents.automation.fields import ATTRIBUTE
from agents.calendars import hours_of, is_open
from agents.models import Queue
from chat.models import Conversation

# These take a query each: read only when a condition asks.
HOURS, RETURNING = "hours.open", "visitor.returning"
MAX_ATTRIBUTE = 2000


def read_facts(
    conversation: Conversation, body: Mapping[str, Any], *, at: datetime, needed: Collection[str]
) -> dict[str, Any]:
    """The fields by name; `visitor` is loaded, `body` is the row's. As they are now, but for the text and the time."""
    facts = {**_of_conversation(conversation), **_of_visitor(conversation), "message.text": body.get("text") or ""}
    attributes = conversation.visitor.attributes
    for name in needed:
        if name.startswith(ATTRIBUTE) and isinstance(attributes, dict):
            facts[name] = _as_text(attributes.get(name.removeprefix(ATTRIBUTE)))
    if HOURS in needed:
        facts[HOURS] = is_queue_open(conversation, at)
    if RETURNING in needed:
        others = Conversation.objects.filter(visitor_id=conversation.visitor_id).exclude(pk=conversation.pk)
        facts[RETURNING] = others.filter(created_at__lt=conversation.created_at).exists()
    return facts


def is_queue_open(conversation: Conversation, at: datetime) -> bool:
    """By the hours of the queue that it stands in; without any it is always open."""
    if conversation.queue_id is None:
        return True
    queue = Queue.objects.select_related("calendar").filter(pk=conversation.queue_id).first()
    return queue is None or is_open(hours_of(queue.calendar), at)


def _of_conversation(conversation: Conversation) -> dict[str, Any]:
    return {
        "conversation.queue": str(conversation.queue_id) if conversation.queue_id else None,
        "conversation.agent": str(conversation.assignee_id) if conversation.assignee_id else None,
        "conversation.tag": [str(pk) for pk in conversation.tag_ids],
        "conversation.skill": [str(pk) for pk in conversation.skill_ids],
        "conversation.priority": conversation.priority,
        "conversation.language": conversation.language,
        "conversation.status": conversation.status,
        "conversation.close_reason": conversation.close_reason,
        "conversation.left_message": conversation.left_message,
        "conversation.rating": conversation.rating,
    }


def _of_visitor(conversation: Conversation) -> dict[str, Any]:
    visitor = conversation.visitor
    return {
        "visitor.name": visitor.name,
        "visitor.email": visitor.email,
        "visitor.phone": visitor.phone,
        "visitor.locale": visitor.locale,
        "visitor.external_id": visitor.external_id or "",
        "visitor.identified": visitor.is_identified,
        "page.url": visitor.page_url,
        "page.title": visitor.page_title,
        "page.referrer": visitor.referrer,
    }


def _as_text(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)[:MAX_ATTRIBUTE]
