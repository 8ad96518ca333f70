"""DOOR 3: who may reach which row. A foreign row and a missing row give the same NotFound."""

from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from chat.errors import NotFound
from chat.models import Conversation, File, Message, Visitor, Widget
from chat.tokens import VisitorIdentity
from tenants.context import current_tenant
from tenants.keys import find_key
from tenants.models import ApiKey
from tenants.queries import only


def get_widget(public_key: str) -> Widget:
    """Return the current brand's widget with this publishable key; a revoked key opens nothing."""
    key = find_key(public_key, kind=ApiKey.Kind.PUBLISHABLE)
    is_ours = key is not None and key.tenant_id == current_tenant().pk
    widget = only(Widget.objects.filter(public_key=public_key)) if is_ours else None
    if widget is None:
        raise NotFound("There is no widget with this key.")
    return widget


def get_visitor_conversation(visitor_id: UUID, conversation_id: UUID) -> Conversation:
    """Return a conversation of this visitor."""
    return _get(visitor_conversations(visitor_id), conversation_id)


def get_conversation(conversation_id: UUID) -> Conversation:
    """Return any conversation of the current brand: for agents and secret keys."""
    return _get(Conversation.objects.all(), conversation_id)


def visitor_conversations(visitor_id: UUID) -> QuerySet[Conversation]:
    """Return all conversations of this visitor."""
    return Conversation.objects.filter(visitor_id=visitor_id)


def brand_conversations() -> QuerySet[Conversation]:
    """Return all conversations of the current brand: for lists of agents and secret keys, never for a visitor."""
    return Conversation.objects.all()


def conversations_saying(conversation_ids: list[UUID], text: str) -> list[UUID]:
    """Return those of the conversations in which a message or note holds this text. Reads all their messages."""
    said = Message.objects.filter(conversation_id__in=conversation_ids, event__in=("message.created", "note.created"))
    found = said.filter(body__text__icontains=text).values_list("conversation_id", flat=True)
    return list(found.distinct().order_by())


class Known(NamedTuple):
    """As much of a conversation as a resume needs."""

    top: int
    visitor_id: UUID
    archived: bool


def find_known(conversation_ids: list[UUID], among: QuerySet[Conversation] | None = None) -> dict[UUID, Known]:
    """Return those of the conversations that exist and, where it is given, are `among` these."""
    rows = brand_conversations() if among is None else among
    columns = rows.filter(pk__in=conversation_ids).values_list("pk", "last_seq", "visitor_id", "archived_at")
    return {pk: Known(top, whose, archived_at is not None) for pk, top, whose, archived_at in columns}


def find_known_of_visitor(visitor_id: UUID, conversation_ids: list[UUID]) -> dict[UUID, Known]:
    return find_known(conversation_ids, visitor_conversations(visitor_id))


def get_identity(visitor_id: UUID, widget_id: UUID) -> VisitorIdentity:
    """Return visitor and widget of a connection that was let in as both."""
    widget = only(Widget.objects.filter(pk=widget_id))
    if widget is None:
        raise NotFound
    return VisitorIdentity(get_visitor(visitor_id), widget)


def get_visitor(visitor_id: UUID) -> Visitor:
    """Return any visitor of the current brand: for agents and secret keys."""
    visitor = only(Visitor.objects.filter(pk=visitor_id))
    if visitor is None:
        raise NotFound
    return visitor


def get_file(file_id: UUID) -> File:
    """Return any file of the current brand: for agents and secret keys."""
    return _file(File.objects.all(), file_id)


def get_visitor_file(visitor: Visitor, file_id: UUID) -> File:
    """Return a file that this visitor uploaded or that is in one of its conversations. (Notes carry no files.)"""
    uploaded = Q(uploader_kind="visitor", uploader_id=visitor.pk)
    return _file(File.objects.filter(uploaded | Q(conversation__visitor=visitor)), file_id)


def _file(rows: QuerySet[File], file_id: UUID) -> File:
    file = only(rows.filter(pk=file_id))
    if file is None:
        raise NotFound
    return file


def _get(rows: QuerySet[Conversation], conversation_id: UUID) -> Conversation:
    row = only(rows.select_related("visitor").filter(pk=conversation_id))
    if row is None:
        raise NotFound
    return row
