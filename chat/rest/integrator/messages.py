"""/api/v1/conversations/{id}/messages, and the files that messages carry."""

from typing import Any, cast
from uuid import UUID, uuid5

from django.utils import timezone
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from chat.access import get_conversation
from chat.authors import Author
from chat.corrections import edit_message, recall_message
from chat.errors import Conflict, Invalid
from chat.files import file_view, store_file
from chat.key_auth import KeyAuth
from chat.message_log import find_by_client_id
from chat.messages import MessageDraft, Posted, post_message, post_visitor_message
from chat.models import Conversation, Message
from chat.reading import read_entries
from chat.rest.base import MAX_UPLOAD_BODY, read_input
from chat.rest.integrator import docs
from chat.rest.integrator.inputs import MessageChange, MessageCreate
from chat.rest.integrator.resources import FileResource, MessageResource, page
from chat.rest.keys import KeyView
from chat.rest.paging import MAX_SEQ, read_flag, read_limit, read_number
from chat.rest.visitor_inputs import FileInput
from tenants.ids import new_id

MAX_KEY_CHARS = 255
MESSAGE, NOTE = "message.created", "note.created"


class MessagesView(KeyView):
    scopes = {"GET": "messages:read", "POST": "messages:write"}

    @docs.list_messages
    def get(self, request: Request, conversation_id: UUID) -> Response:
        query = request.query_params
        after = read_number(query, "cursor", 0, 0, MAX_SEQ)
        limit = read_limit(query)
        wanted = (MESSAGE, NOTE) if read_flag(query, "notes") else (MESSAGE,)
        entries = read_entries(get_conversation(conversation_id), after=after, limit=limit + 1)
        # The page is cut by rows of the log, so that it costs one query; it may hold fewer messages than asked for.
        following = str(entries[limit - 1].seq) if len(entries) > limit else None
        messages = [entry for entry in entries[:limit] if entry.event in wanted]
        return Response(page(MessageResource, messages, following))

    @docs.create_message
    def post(self, request: Request, conversation_id: UUID) -> Response:
        given = read_input(MessageCreate, request.data)
        conversation = get_conversation(conversation_id)
        posted = _post(conversation, self.key, given, _idempotency_key(request))
        message = cast("Message", posted.message)  # the verbs' rows are models
        return Response(MessageResource(message).data, 200 if posted.duplicate else 201)


class MessageView(KeyView):
    scopes = {"PATCH": "messages:write"}

    @docs.edit_message
    def patch(self, request: Request, conversation_id: UUID, message_id: UUID) -> Response:
        text = read_input(MessageChange, request.data)["text"]
        edited = edit_message(conversation_id, message_id, author=self.key.author, text=text, now=timezone.now())
        return Response(MessageResource(edited.message).data)


class RecallView(KeyView):
    scopes = {"POST": "messages:write"}

    @docs.recall_message
    def post(self, request: Request, conversation_id: UUID, message_id: UUID) -> Response:
        recalled = recall_message(conversation_id, message_id, author=self.key.author, now=timezone.now())
        return Response(MessageResource(recalled.message).data)


class FilesView(KeyView):
    parser_classes = [MultiPartParser]
    max_body = MAX_UPLOAD_BODY
    scopes = {"POST": "messages:write"}

    @docs.create_file
    def post(self, request: Request) -> Response:
        upload = read_input(FileInput, request.data)["file"]
        return Response(FileResource(file_view(store_file(upload, author=self.key.author))).data, 201)


def _post(conversation: Conversation, auth: KeyAuth, given: dict[str, Any], idempotency_key: str | None) -> Posted:
    """Post as the key, or as the visitor. A key that was used for another author or conversation is a conflict."""
    as_visitor = given["author"] == "visitor"
    # Named by the API key, so that neither another key nor the visitor's own client can meet the same id.
    client_id = uuid5(auth.key.pk, idempotency_key) if idempotency_key else new_id()
    other_author = auth.author if as_visitor else Author.of_visitor(conversation.visitor)
    if idempotency_key and find_by_client_id(other_author, client_id):
        raise Conflict
    draft = MessageDraft(client_id, text=given.get("text", ""), file_ids=given.get("file_ids", ()))
    now = timezone.now()
    if as_visitor:
        # May land in another conversation: a visitor who writes to an old, closed one opens a new one.
        return post_visitor_message(
            conversation.visitor, conversation_id=conversation.pk, widget=conversation.widget, draft=draft, now=now
        )
    posted = post_message(conversation.pk, author=auth.author, draft=draft, now=now)
    if posted.message.conversation_id != conversation.pk:
        raise Conflict
    return posted


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_KEY_CHARS or not key.isascii() or not key.isprintable():
        raise Invalid(f"`Idempotency-Key` is 1 to {MAX_KEY_CHARS} printable ASCII characters.")
    return key
