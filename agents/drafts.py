"""What an agent has written and not sent, kept for all of the agent's devices (docs/composer.md).

The device that wrote last wins: each write says when it was made, and an older one that arrives later changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from agents.models import Agent, DraftReply
from chat.errors import Invalid
from chat.events import milliseconds
from chat.models import Conversation
from chat.protocol import MAX_TEXT_CHARS
from chat.text import clean_text

MAX_SHOWN = 200


def save_draft(
    agent: Agent, conversation: Conversation, *, kind: str, text: str, written_at: datetime, now: datetime
) -> None:
    """Keep the text unless a later one is kept already; an empty text drops the draft. Raises Invalid.

    A clock that goes ahead must not win for ever: what was written in the future was written now.
    """
    if len(text) > MAX_TEXT_CHARS:
        raise Invalid(f"A draft has at most {MAX_TEXT_CHARS} characters.")
    written_at = min(written_at, now)
    # Blanks at the end are part of what is being written: only the check cleans.
    if not clean_text(text):
        drop_draft(agent, conversation, kind=kind, written_at=written_at)
        return
    mine = DraftReply.objects.filter(agent=agent, conversation=conversation, kind=kind)
    if mine.filter(updated_at__lte=written_at).update(text=text, updated_at=written_at) or mine.exists():
        return
    # Two devices at once: the second one finds a row, and that it is a moment older or newer is no matter.
    draft = DraftReply(agent=agent, conversation=conversation, kind=kind, text=text, updated_at=written_at)
    DraftReply.objects.bulk_create([draft], ignore_conflicts=True)


def drop_draft(agent: Agent, conversation: Conversation, *, kind: str, written_at: datetime) -> None:
    """Forget the draft (it was sent or thrown away), unless something was written after that."""
    mine = DraftReply.objects.filter(agent=agent, conversation=conversation, kind=kind)
    mine.filter(updated_at__lte=written_at).delete()


def drafts_in(agent: Agent, conversation: Conversation) -> list[dict[str, Any]]:
    return _views(DraftReply.objects.filter(agent=agent, conversation=conversation))


def drafts_of(agent: Agent, among: QuerySet[Conversation]) -> list[dict[str, Any]]:
    """The agent's drafts in these conversations, the newest first, at most MAX_SHOWN: what a device starts with."""
    mine = DraftReply.objects.filter(agent=agent, conversation__in=among)
    return _views(mine.order_by("-updated_at")[:MAX_SHOWN])


def _views(drafts: Iterable[DraftReply]) -> list[dict[str, Any]]:
    return [
        {
            "conversation": str(draft.conversation_id),
            "kind": draft.kind,
            "text": draft.text,
            "ts": milliseconds(draft.updated_at),
        }
        for draft in drafts
    ]
