"""Agents who are named in notes by @: a row each, written in the note's own transaction (docs/composer.md)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from agents.access import agent_conversations
from agents.models import Agent, Mention
from chat.events import hint_frame, milliseconds
from chat.fanout import announce_to_agent
from chat.models import Conversation, Message
from chat.signals import agents_mentioned

MAX_CHARS = 160


def write_mentions(conversation: Conversation, note: Message, **_: object) -> None:
    """Receiver of `agents_mentioned`: make the rows of the note agree with it, and tell who is newly named.

    Ids that are no agents here are passed by: notes come from programs as well. Nobody is told of itself.
    """
    text = " ".join(str(note.body.get("text", "")).split())[:MAX_CHARS]
    rows = Mention.objects.filter(conversation=conversation, seq=note.seq)
    if note.body.get("recalled"):
        rows.delete()
        return
    rows.update(text=text)
    for agent in _named(note):
        _mention, is_new = Mention.objects.get_or_create(
            agent=agent,
            conversation=conversation,
            seq=note.seq,
            defaults={"by_name": note.author_name, "text": text, "created_at": note.created_at},
        )
        if is_new:
            _tell(agent, conversation, note, text)


agents_mentioned.connect(write_mentions, dispatch_uid="write-mentions")


def mentions_of(agent: Agent) -> QuerySet[Mention]:
    """The agent's mentions in conversations that it may see, the newest first."""
    seen = agent_conversations(agent)
    return Mention.objects.filter(agent=agent, conversation__in=seen).order_by("-created_at", "-pk")


def count_unseen(agent: Agent) -> int:
    return mentions_of(agent).filter(seen_at__isnull=True).count()


def mark_seen(agent: Agent, conversation_ids: Collection[UUID] | None, now: datetime) -> int:
    """Note that the agent looked at these conversations (None: at all); returns how many are left unseen."""
    unseen = Mention.objects.filter(agent=agent, seen_at__isnull=True)
    if conversation_ids is not None:
        unseen = unseen.filter(conversation_id__in=conversation_ids)
    unseen.update(seen_at=now)
    return count_unseen(agent)


def mention_view(mention: Mention) -> dict[str, Any]:
    return {
        "id": str(mention.pk),
        "conversation": str(mention.conversation_id),
        "seq": mention.seq,
        "by": mention.by_name,
        "text": mention.text,
        "ts": milliseconds(mention.created_at),
        "seen_ts": milliseconds(mention.seen_at),
    }


def _named(note: Message) -> QuerySet[Agent]:
    named = Agent.objects.filter(pk__in=note.body.get("mentions", []), is_active=True)
    return named.exclude(pk=note.author_id) if note.author_id else named


def _tell(agent: Agent, conversation: Conversation, note: Message, text: str) -> None:
    # Whoever may not see the conversation learns nothing of it; handed over to, it finds the mention there.
    if not agent_conversations(agent).filter(pk=conversation.pk).exists():
        return
    data = {"by": note.author_name, "text": text, "seq": note.seq, "unseen": count_unseen(agent)}
    announce_to_agent(agent.pk, hint_frame("agent.mentioned", conversation.pk, data))
