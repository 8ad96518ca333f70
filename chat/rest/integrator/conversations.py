"""/api/v1/conversations."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from chat.access import brand_conversations, get_conversation, get_visitor
from chat.conversations import close_conversation, open_conversation, reopen_conversation
from chat.errors import Invalid
from chat.models import Conversation
from chat.rest.base import read_input
from chat.rest.integrator import docs
from chat.rest.integrator.inputs import ConversationCreate
from chat.rest.integrator.resources import ConversationResource, page
from chat.rest.keys import KeyView
from chat.rest.paging import cut_page, read_limit, read_order

STATUSES = {
    "open": ~Q(status=Conversation.Status.CLOSED),
    **{status.value: Q(status=status) for status in Conversation.Status},
}


class ConversationsView(KeyView):
    scopes = {"GET": "conversations:read", "POST": "conversations:write"}

    @docs.list_conversations
    def get(self, request: Request) -> Response:
        query = request.query_params
        found, following = cut_page(
            _filtered(query).select_related("visitor"),
            by="created_at",
            cursor=query.get("cursor"),
            limit=read_limit(query),
            newest_first=read_order(query),
        )
        return Response(page(ConversationResource, found, following))

    @docs.create_conversation
    def post(self, request: Request) -> Response:
        visitor = get_visitor(read_input(ConversationCreate, request.data)["visitor"])
        now = timezone.now()
        conversation = open_conversation(visitor, now=now)
        made = conversation.created_at == now
        return Response(ConversationResource(conversation).data, 201 if made else 200)


class ConversationView(KeyView):
    scopes = {"GET": "conversations:read"}

    @docs.retrieve_conversation
    def get(self, request: Request, conversation_id: UUID) -> Response:
        return Response(ConversationResource(get_conversation(conversation_id)).data)


class CloseView(KeyView):
    scopes = {"POST": "conversations:write"}

    @docs.close_conversation
    def post(self, request: Request, conversation_id: UUID) -> Response:
        reason = Conversation.CloseReason.API
        closed = close_conversation(conversation_id, by=self.key.author, reason=reason, now=timezone.now())
        return Response(ConversationResource(closed).data)


class ReopenView(KeyView):
    scopes = {"POST": "conversations:write"}

    @docs.reopen_conversation
    def post(self, request: Request, conversation_id: UUID) -> Response:
        conversation = reopen_conversation(conversation_id, by=self.key.author, now=timezone.now())
        return Response(ConversationResource(conversation).data)


def _filtered(query: Mapping[str, str]) -> QuerySet[Conversation]:
    rows = brand_conversations()
    if "status" in query:
        if query["status"] not in STATUSES:
            raise Invalid(f"`status` is one of {', '.join(STATUSES)}.")
        rows = rows.filter(STATUSES[query["status"]])
    if "visitor" in query:
        rows = rows.filter(visitor_id=_uuid(query["visitor"]))
    return rows


def _uuid(text: str) -> UUID:
    try:
        if len(text) != 36:
            raise ValueError
        return UUID(text)
    except ValueError:
        raise Invalid("`visitor` is a visitor's id.") from None
