from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from chat.errors import NotFound
from chat.models import Conversation
from tenants.queries import only


def lock_conversation(conversation_id: UUID) -> Conversation:
    """Lock the conversation's row until the transaction ends and return it fresh; NotFound when it is missing.

    FOR NO KEY UPDATE: rows that point to the conversation can still be inserted by others. Where an agent is locked
    too, the conversation comes first.
    """
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",)).select_related("visitor")
    # Asked again before it counts as missing: a merge that gave it another visitor while we waited for the lock leaves
    # PostgreSQL with the new conversation beside the old visitor, which do not join.
    conversation = only(rows.filter(pk=conversation_id)) or only(rows.filter(pk=conversation_id))
    if conversation is None:
        raise NotFound
    return conversation


def lock_conversations_of(visitor_ids: Collection[UUID]) -> list[Conversation]:
    """Lock all conversations of these visitors, in the order of their ids, and return them fresh."""
    rows = Conversation.objects.select_for_update(no_key=True, of=("self",)).select_related("visitor")
    return list(rows.filter(visitor_id__in=visitor_ids).order_by("pk"))


def lock_ids(rows: QuerySet[Conversation], *, skip_locked: bool = False) -> list[UUID]:
    """Lock these conversations by id, as all do who write to several, and return their ids.

    An UPDATE of its own would take them as they lie in the table, and wait for a writer that waits for it. With
    `skip_locked`, those that others hold are left out instead of waited for. `rows` asks no other table: its rows would
    be locked too.
    """
    locked = rows.select_for_update(no_key=True, skip_locked=skip_locked)
    return list(locked.order_by("pk").values_list("pk", flat=True))
