"""What an agent has written and not sent, kept for all of the agent's devices (docs/composer.md).

The device that wrote last wins: each write says when it was made, and an older one that arrives later changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from agents.models import Agent, DraftReply
from chat.errors import Invalid
from chat.events import milliseconds
from chat.models import Conversation
from chat.protocol import MAX_TEXT_CHARS
from chat.text import clean_text

MAX_SHOWN = 200
# Long enough for what was written in a tunnel; a device that stayed there longer brings its text back.
DROPPED_FOR = timedelta(days=1)


def save_draft(
    agent: Agent, conversation: Conversation, *, kind: str, text: str, written_at: datetime, now: datetime
) -> None:
    """Keep the text unless a later one is kept already; an empty text drops the draft. Raises Invalid."""
    if len(text) > MAX_TEXT_CHARS:
        raise Invalid(f"A draft has at most {MAX_TEXT_CHARS} characters.")
    # Blanks at the end are part of what is being written: only the check cleans.
    _write(agent, conversation, kind, text if clean_text(text) else "", min(written_at, now))


def drop_draft(agent: Agent, conversation: Conversation, *, kind: str, written_at: datetime, now: datetime) -> None:
    """Forget the draft (it was sent or thrown away), unless something was written after that.

    An emptied row stays for a while: an older text that arrives later must find it.
    """
    _write(agent, conversation, kind, "", min(written_at, now))


def forget_dropped(now: datetime) -> int:
    """Delete the rows of drafts that were dropped long ago."""
    return DraftReply.objects.filter(text="", updated_at__lt=now - DROPPED_FOR).delete()[0]


def _write(agent: Agent, conversation: Conversation, kind: str, text: str, written_at: datetime) -> None:
    """Write it over an older one. `written_at` is no later than now: a clock that goes ahead must not win for ever."""
    older = DraftReply.objects.filter(agent=agent, conversation=conversation, kind=kind, updated_at__lte=written_at)
    if text:
        # The same text, sent twice and dropped in between.
        older = older.exclude(text="", updated_at=written_at)
    if not older.update(text=text, updated_at=written_at):
        # None yet, or a later one. Of two devices that both find none one makes the row, and the later one stays.
        draft = DraftReply(agent=agent, conversation=conversation, kind=kind, text=text, updated_at=written_at)
        DraftReply.objects.bulk_create([draft], ignore_conflicts=True)
        older.update(text=text, updated_at=written_at)


def drafts_in(agent: Agent, conversation: Conversation) -> list[dict[str, Any]]:
    return _views(DraftReply.objects.filter(agent=agent, conversation=conversation).exclude(text=""))


def drafts_of(agent: Agent, among: QuerySet[Conversation]) -> list[dict[str, Any]]:
    """The agent's drafts in these conversations, the newest first, at most MAX_SHOWN: what a device starts with."""
    mine = DraftReply.objects.filter(agent=agent, conversation__in=among).exclude(text="")
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
